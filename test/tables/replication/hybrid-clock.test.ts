import { describe, expect, test } from 'vitest';
import { aheadMsMax, HybridClock } from '../../../src/tables/replication/hybrid-clock.ts';
import { compareStamps, countMax, type Stamp } from '../../../src/tables/replication/stamp.ts';
import { generator } from '../../pages/support.ts';
import { refusalOf } from '../../support/refusal.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const [here, there] = ['us-east-1', 'eu-west-1'];

function start(nowMs = 1000) {
  const clock = new VirtualClock(nowMs);
  return { clock, stamps: new HybridClock(clock) };
}

describe('a hybrid clock', () => {
  test('goes with the wall, and counts where that stands still', () => {
    const { clock, stamps } = start();
    expect(stamps.next(here)).toEqual({ ms: 1000, count: 0, region: here });
    expect(stamps.next(there)).toEqual({ ms: 1000, count: 1, region: there });
    clock.advance(5);
    expect(stamps.next(here)).toEqual({ ms: 1005, count: 0, region: here });
  });

  test('never goes back, also where the wall is set back', () => {
    const { clock, stamps } = start();
    stamps.next(here);
    clock.jump(-900);
    expect(stamps.next(here)).toEqual({ ms: 1000, count: 1, region: here });
    clock.jump(901);
    expect(stamps.next(here)).toEqual({ ms: 1001, count: 0, region: here });
  });

  test('goes on behind what it is shown, and not behind what is older', () => {
    const { stamps } = start();
    stamps.witness({ ms: 2000, count: 7, region: there });
    expect(stamps.high(here)).toEqual({ ms: 2000, count: 7, region: here });
    expect(stamps.next(here)).toEqual({ ms: 2000, count: 8, region: here });
    stamps.witness({ ms: 2000, count: 8, region: there });
    stamps.witness({ ms: 1500, count: 99, region: there });
    expect(stamps.next(here)).toEqual({ ms: 2000, count: 9, region: here });
  });

  test('takes the next millisecond where the count is used up', () => {
    const { stamps } = start();
    stamps.witness({ ms: 2000, count: countMax, region: there });
    expect(stamps.next(here)).toEqual({ ms: 2001, count: 0, region: here });
  });

  test('tells how far it is without going on', () => {
    const { clock, stamps } = start();
    expect(stamps.high(here)).toEqual({ ms: 1000, count: 0, region: here });
    clock.advance(3);
    expect(stamps.high(here)).toEqual({ ms: 1003, count: 0, region: here });
    expect(stamps.next(here)).toEqual({ ms: 1003, count: 0, region: here });
  });

  for (const [ms, answer] of [
    [1000, 'answered'],
    [1000 + aheadMsMax, 'answered'],
    [1001 + aheadMsMax, 'ReplicaClockAhead'],
  ] as const) {
    test(`a stamp of ${ms} at 1000: ${answer}`, async () => {
      const { stamps } = start();
      expect(await refusalOf(() => stamps.refuseAhead({ ms, count: 0, region: there }))).toContain(answer);
      expect(stamps.high(here).ms).toBe(1000);
    });
  }

  test('gives greater and greater stamps whatever comes', () => {
    const random = generator(7);
    const { clock, stamps } = start();
    let last: Stamp = { ms: 0, count: 0, region: here };
    for (let step = 0; step < 2000; step++) {
      const kind = random();
      if (kind < 0.3) clock.jump(Math.floor(random() * 40 - 20));
      else if (kind < 0.6) {
        const shown = { ms: clock.nowMs() + Math.floor(random() * 30 - 15), count: step, region: there };
        stamps.witness(shown);
        const next = stamps.next(here);
        expect(compareStamps(next, shown)).toBeGreaterThan(0);
        expect(compareStamps(next, last)).toBeGreaterThan(0);
        last = next;
      } else {
        const next = stamps.next(here);
        expect(compareStamps(next, last)).toBeGreaterThan(0);
        last = next;
      }
    }
  });
});
