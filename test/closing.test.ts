import { expect, test } from 'vitest';
import { Closing } from '../src/closing.ts';

test('what was opened last is closed first, each once and after the other has ended', async () => {
  const seen: string[] = [];
  const closing = new Closing();
  for (const name of ['ground', 'house', 'roof']) {
    const opened = closing.add(name, async (one) => {
      seen.push(`${one} closes`);
      await new Promise((resolve) => setImmediate(resolve));
      seen.push(`${one} is closed`);
    });
    expect(opened).toBe(name);
  }
  await Promise.all([closing.close(), closing.close()]);
  expect(seen).toEqual(
    ['roof', 'house', 'ground'].flatMap((name) => [`${name} closes`, `${name} is closed`]),
  );
});

test('a part that does not close keeps no other open, and its fault is told', async () => {
  const seen: string[] = [];
  const closing = new Closing();
  closing.add('ground', (one) => void seen.push(one));
  closing.add('house', () => Promise.reject(new Error('the door is stuck')));
  closing.add('roof', () => {
    throw new Error('the ladder is gone');
  });
  await expect(closing.close()).rejects.toThrow('the ladder is gone');
  expect(seen).toEqual(['ground']);
});
