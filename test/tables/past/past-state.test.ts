import { expect, test } from 'vitest';
import {
  pastHorizonMs,
  restorableTimes,
  restoreLagMs,
  withPeriod,
} from '../../../src/tables/past/past-state.ts';

const dayMs = 86_400_000;
const past = { tree: 5, sinceMs: 1_000, periodDays: 2 };

test('the past reaches back to its beginning, and no further than its period', () => {
  expect(pastHorizonMs(past, 1_000)).toBe(1_000);
  expect(pastHorizonMs(past, 1_000 + 2 * dayMs)).toBe(1_000);
  expect(pastHorizonMs(past, 1_001 + 2 * dayMs)).toBe(1_001);
});

test('the last five minutes are not offered, but for the very beginning', () => {
  expect(restorableTimes(past, 1_000)).toEqual({ earliestMs: 1_000, latestMs: 1_000 });
  expect(restorableTimes(past, 1_001 + restoreLagMs)).toEqual({ earliestMs: 1_000, latestMs: 1_001 });
});

test('another period brings nothing back that is gone', () => {
  const nowMs = 1_000 + 10 * dayMs;
  expect(withPeriod(past, 35, nowMs)).toEqual({ tree: 5, sinceMs: nowMs - 2 * dayMs, periodDays: 35 });
  expect(withPeriod(past, 1, 2_000)).toEqual({ tree: 5, sinceMs: 1_000, periodDays: 1 });
});
