import { expect, test } from 'vitest';
import { Rounds } from '../../src/lifecycle/rounds.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

function counted(work: () => Promise<void> = async () => {}) {
  const clock = new VirtualClock();
  const complaints: string[] = [];
  let count = 0;
  const log = {
    error: () => {},
    info: () => {},
    warn: (_: object, sentence: string) => complaints.push(sentence),
  };
  const rounds = new Rounds({
    work: () => {
      count++;
      return work();
    },
    intervalMs: 1000,
    clock,
    log,
    complaint: 'It failed.',
  });
  return { clock, rounds, complaints, count: () => count };
}

test('a round begins at once, and another an interval after its end', async () => {
  const { clock, rounds, count } = counted();
  rounds.start();
  rounds.start();
  await clock.advanceAndSettle(999);
  expect(count()).toBe(1);
  await clock.advanceAndSettle(1);
  expect(count()).toBe(2);
  await rounds.stop();
});

test('stopping waits for the round under way, and leaves no timer', async () => {
  let end = () => {};
  const { clock, rounds, count } = counted(() => new Promise((resolve) => (end = resolve)));
  rounds.start();
  let hasStopped = false;
  const stopping = rounds.stop().then(() => (hasStopped = true));
  await clock.advanceAndSettle(5000);
  expect(hasStopped).toBe(false);
  end();
  await stopping;
  await clock.advanceAndSettle(5000);
  expect([count(), clock.timers]).toEqual([1, 0]);
});

test('a round that fails is told of, and the next one tries again', async () => {
  const { clock, rounds, count, complaints } = counted(() => Promise.reject(new Error('no')));
  rounds.start();
  await clock.advanceAndSettle(1000);
  expect(count()).toBe(2);
  expect(complaints).toEqual(['It failed.', 'It failed.']);
  await rounds.stop();
});

test('a round that is asked for joins one that is under way', async () => {
  const { rounds, count } = counted();
  await Promise.all([rounds.go(), rounds.go()]);
  expect(count()).toBe(1);
});
