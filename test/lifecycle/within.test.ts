import { expect, test } from 'vitest';
import { within } from '../../src/lifecycle/within.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

for (const [how, work] of [
  ['answered', () => Promise.resolve(1)],
  ['failed', () => Promise.reject(new Error('no'))],
] as const) {
  test(`nothing is waited for that has ${how}, and no timer is left`, async () => {
    const clock = new VirtualClock();
    await within(clock, 1_000, work());
    expect(clock.timers).toBe(0);
  });
}

test('what does not end is waited for as long as was said', async () => {
  const clock = new VirtualClock();
  let isOver = false;
  const waiting = within(clock, 1_000, new Promise(() => {})).then(() => {
    isOver = true;
  });
  await clock.advanceAndSettle(999);
  expect(isOver).toBe(false);
  await clock.advanceAndSettle(1);
  await waiting;
  expect(isOver).toBe(true);
});
