import { expect, test } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';

test('wall time is that of the machine', () => {
  const before = Date.now();
  const now = systemClock.nowMs();
  expect(now).toBeGreaterThanOrEqual(before);
  expect(now).toBeLessThanOrEqual(Date.now());
});

test('monotonic time never goes backwards', () => {
  let last = systemClock.monotonicMs();
  for (let i = 0; i < 10_000; i++) {
    const next = systemClock.monotonicMs();
    expect(next >= last).toBe(true);
    last = next;
  }
});

test('a timer runs once, and not before its time', async () => {
  const startMs = systemClock.monotonicMs();
  const endMs = await new Promise<number>((resolve) => {
    systemClock.after(5, () => resolve(systemClock.monotonicMs()));
  });
  // Timers of the runtime count whole milliseconds.
  expect(endMs - startMs).toBeGreaterThanOrEqual(4);
});

test('a timer that was called off does not run', async () => {
  let ran = false;
  systemClock
    .after(1, () => {
      ran = true;
    })
    .cancel();
  await new Promise<void>((resolve) => systemClock.after(5, resolve));
  expect(ran).toBe(false);
});
