import { describe, expect, test } from 'vitest';
import { Outage } from '../../src/base/errors.ts';
import { heartbeatMs, pullIntervalMs, ReplicaLink } from '../../src/lifecycle/replica-link.ts';
import type { PullOutcome } from '../../src/lifecycle/replica-pull.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

interface Entry {
  readonly level: string;
  readonly text: string;
}

function linkWith(outcomes: () => PullOutcome | Promise<PullOutcome>, canTell = false) {
  const clock = new VirtualClock();
  const log: Entry[] = [];
  const noted = (level: string) => (_: object, text: string) => void log.push({ level, text });
  const world = { pulls: 0, ended: 0 };
  const link = new ReplicaLink({
    names: { table: 'T', region: 'a', from: 'b' },
    pull: async () => {
      world.pulls++;
      return outcomes();
    },
    canTell,
    clock,
    log: { info: noted('info'), warn: noted('warn'), error: noted('error') },
    onEnded: () => void world.ended++,
  });
  return { link, clock, log, world, pass: (ms: number) => clock.advanceAndSettle(ms) };
}

describe('a link', () => {
  test('asks until it has all, and then in its own time', async () => {
    const outcomes: PullOutcome[] = ['more', 'more', 'whole'];
    const { link, world, pass } = linkWith(() => outcomes.shift() ?? 'whole');
    link.wake();
    await pass(0);
    expect(world.pulls).toBe(3);
    await pass(pullIntervalMs - 1);
    expect(world.pulls).toBe(3);
    await pass(1);
    expect(world.pulls).toBe(4);
    await link.stop();
  });

  test('waits for news where the other side can tell of it', async () => {
    const { link, world, pass } = linkWith(() => 'whole', true);
    link.wake();
    await pass(heartbeatMs - 1);
    expect(world.pulls).toBe(1);
    link.wake();
    await pass(0);
    expect(world.pulls).toBe(2);
    await pass(heartbeatMs);
    expect(world.pulls).toBe(3);
    await link.stop();
  });

  test('goes on once more for news that come while it is at work, however many', async () => {
    let release = (_: PullOutcome) => {};
    const { link, world, pass } = linkWith(
      () =>
        new Promise<PullOutcome>((resolve) => {
          release = resolve;
        }),
      true,
    );
    link.wake();
    await pass(0);
    for (let count = 0; count < 5; count++) link.wake();
    release('whole');
    await pass(0);
    expect(world.pulls).toBe(2);
    release('whole');
    await pass(0);
    expect(world.pulls).toBe(2);
    await link.stop();
  });

  test('tries again more and more seldom, says so once, and is not hurried by news', async () => {
    let isThere = false;
    const { link, world, log, pass } = linkWith(() => {
      if (!isThere) throw new Outage('PeerUnavailable');
      return 'whole';
    });
    link.wake();
    await pass(0);
    for (let count = 0; count < 50; count++) link.wake();
    await pass(0);
    expect(world.pulls).toBe(1);
    for (const [ms, pulls] of [
      [500, 2],
      [1_000, 3],
      [2_000, 4],
      [4_000, 5],
      [5_000, 6],
      [5_000, 7],
    ] as const) {
      await pass(ms - 1);
      expect(world.pulls).toBe(pulls - 1);
      await pass(1);
      expect(world.pulls).toBe(pulls);
    }
    // For as long as a partition may last, and then less often.
    await pass(20 * 60_000);
    const before = world.pulls;
    await pass(60 * 60_000);
    expect((world.pulls - before) / 240).toBeCloseTo(1, 1);
    const tries = world.pulls;
    isThere = true;
    link.retry();
    await pass(0);
    expect(world.pulls).toBe(tries + 1);
    expect(log.map(({ level }) => level)).toEqual(['warn', 'info']);
    await link.stop();
  });

  test('whose keys cannot be used says nothing: their owner is told elsewhere', async () => {
    const { link, world, log, pass } = linkWith(() => 'refused');
    link.wake();
    await pass(10_000);
    expect(world.pulls).toBeGreaterThan(3);
    expect(log).toEqual([]);
    await link.stop();
  });

  test('ends where there is nothing to follow, and leaves no timer', async () => {
    const { link, clock, world, pass } = linkWith(() => 'ended');
    link.wake();
    await pass(0);
    link.wake();
    await pass(heartbeatMs);
    expect([world.pulls, world.ended, clock.timers]).toEqual([1, 1, 0]);
  });

  test('stops after the step that is under way', async () => {
    let release = (_: PullOutcome) => {};
    const { link, clock, world, pass } = linkWith(
      () =>
        new Promise<PullOutcome>((resolve) => {
          release = resolve;
        }),
    );
    link.wake();
    await pass(0);
    const stopping = link.stop();
    release('more');
    await stopping;
    await pass(heartbeatMs);
    expect([world.pulls, clock.timers]).toEqual([1, 0]);
  });
});
