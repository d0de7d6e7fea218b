import { expect, test } from 'vitest';
import { answerParent, leaveParent, type Stats } from '../../src/cli/parent-process.ts';

// The channel itself is tested where it is used, in serve.test.ts: here there is a parent, and then there is none.
const stats = { kernel: 'a kernel' } as Stats;
const address = { host: '127.0.0.1', port: 1 };

test('without a parent nothing is answered and nothing is held', () => {
  const send = process.send;
  try {
    delete process.send;
    const before = process.listenerCount('message');
    answerParent({ stats: () => stats }, address, () => {});
    expect(process.listenerCount('message')).toBe(before);
  } finally {
    if (send !== undefined) process.send = send;
  }
});

test('a parent is told the address, gets figures when it asks for them, and nothing for what is no question', () => {
  const { send } = process;
  const told: unknown[] = [];
  const before = process.listeners('message');
  const beforeGone = process.listeners('disconnect');
  try {
    process.send = (message: unknown) => told.push(message) > 0;
    answerParent({ stats: () => stats }, address, () => {});
    const listener = process.listeners('message').find((each) => !before.includes(each));
    for (const message of [{ ask: 'stats' }, { ask: 'keys' }, 'stats', null, undefined])
      listener?.(message, undefined);
    expect(told).toEqual([{ listening: address }, { stats }]);
    if (listener !== undefined) process.off('message', listener);
  } finally {
    for (const each of process.listeners('disconnect'))
      if (!beforeGone.includes(each)) process.off('disconnect', each);
    if (send === undefined) delete process.send;
    else process.send = send;
  }
  expect(leaveParent).toBeTypeOf('function');
});
