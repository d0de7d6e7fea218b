import { expect, test } from 'vitest';
import { VirtualClock } from '../../src/lab/virtual-clock.ts';

test('timers run in the order they fall due, each at its own time, also those set by timers', () => {
  const clock = new VirtualClock(1000);
  const seen: string[] = [];
  const note = (name: string) => () => seen.push(`${name} at ${clock.nowMs()}`);
  clock.after(300, note('late'));
  clock.after(100, () => {
    note('early')();
    clock.after(50, note('child'));
  });
  clock.after(100, note('same time, set later'));
  clock.after(200, note('called off')).cancel();
  clock.advance(299);
  expect(seen).toEqual(['early at 1100', 'same time, set later at 1100', 'child at 1150']);
  clock.advance(1);
  expect(seen.at(-1)).toBe('late at 1300');
  expect(clock.timers).toBe(0);
});

test('a jump moves the wall clock alone', () => {
  const clock = new VirtualClock(1000);
  clock.advance(10);
  clock.jump(-500);
  expect([clock.nowMs(), clock.monotonicMs()]).toEqual([510, 10]);
});

test('advanceAndSettle lets what a timer started finish before the next timer', async () => {
  const clock = new VirtualClock();
  const seen: string[] = [];
  clock.after(1, () => void Promise.resolve().then(() => seen.push('work of the first')));
  clock.after(2, () => seen.push('second'));
  await clock.advanceAndSettle(2);
  expect(seen).toEqual(['work of the first', 'second']);
});

test('a patient clock waits for work that it was told of, begun by a timer or not', async () => {
  const clock = new VirtualClock(0, { patienceMs: 10_000 });
  const seen: string[] = [];
  const work = async (name: string) => {
    // Longer than the turns that any clock gives.
    for (let i = 0; i < 100; i++) await new Promise((resolve) => setImmediate(resolve));
    seen.push(`${name} at ${clock.nowMs()}`);
  };
  clock.track(work('told of'));
  clock.after(10, () => work('timed'));
  clock.after(20, () => seen.push(`later at ${clock.nowMs()}`));
  await clock.advanceAndSettle(30);
  expect(seen).toEqual(['told of at 0', 'timed at 10', 'later at 20']);
});
