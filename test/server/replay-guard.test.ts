import { expect, test } from 'vitest';
import { ReplayGuard } from '../../src/server/replay-guard.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

test('a signature counts once in ten minutes (R-SIG-2)', () => {
  const clock = new VirtualClock();
  const guard = new ReplayGuard(clock);
  expect([guard.firstUse('a'), guard.firstUse('b'), guard.firstUse('a')]).toEqual([true, true, false]);
  clock.advance(10 * 60_000 - 1);
  expect(guard.firstUse('a')).toBe(false);
  clock.advance(1);
  expect([guard.firstUse('a'), guard.firstUse('a')]).toEqual([true, false]);
});

test('it forgets the oldest when it is full', () => {
  const guard = new ReplayGuard(new VirtualClock(), { signaturesMax: 2 });
  for (const signature of ['a', 'b', 'c']) guard.firstUse(signature);
  expect([guard.firstUse('c'), guard.firstUse('b'), guard.firstUse('a')]).toEqual([false, false, true]);
});
