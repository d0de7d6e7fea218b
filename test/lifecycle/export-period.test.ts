import { describe, expect, test } from 'vitest';
import { checkPeriod } from '../../src/lifecycle/export-period.ts';
import { refusalOf } from '../support/refusal.ts';

const hourMs = 3_600_000;
const nowMs = Date.UTC(2026, 0, 10);
const past = { sinceMs: nowMs - 30 * hourMs, periodDays: 35 };
const check = (period: Parameters<typeof checkPeriod>[0]) => checkPeriod(period, past, nowMs);
const outside =
  'InvalidExportTime: The specified ExportTime is outside of the point in time recovery window.';
const wrongLength =
  'Validation: From ExportFromTime to ExportToTime it must be 15 minutes at least, and 24 hours at most';

test('without a moment an export is of the present', () => {
  expect(check({})).toEqual({});
});

describe('a moment', () => {
  for (const atMs of [past.sinceMs, past.sinceMs + 1, nowMs]) {
    test(`is taken as far back as the past is kept: ${(atMs - nowMs) / hourMs} h`, () => {
      expect(check({ atMs })).toEqual({ atMs });
    });
  }
  for (const atMs of [past.sinceMs - 1, nowMs + 1, Number.NaN, Infinity, -Infinity]) {
    test(`is refused outside of that: ${atMs - nowMs}`, async () => {
      expect(await refusalOf(() => check({ atMs }))).toBe(outside);
    });
  }
  test('is refused where the period that is kept is over', async () => {
    const short = { sinceMs: nowMs - 30 * hourMs, periodDays: 1 };
    expect(await refusalOf(() => checkPeriod({ atMs: nowMs - 24 * hourMs - 1 }, short, nowMs))).toBe(outside);
    expect(checkPeriod({ atMs: nowMs - 24 * hourMs }, short, nowMs)).toEqual({ atMs: nowMs - 24 * hourMs });
  });
});

describe('changes', () => {
  const view = 'NEW_IMAGE';
  const quarterMs = hourMs / 4;
  const taken: readonly (readonly [number, number])[] = [
    [past.sinceMs, past.sinceMs + quarterMs],
    [nowMs - 24 * hourMs, nowMs],
  ];
  for (const [fromMs, toMs] of taken) {
    test(`are taken of ${(toMs - fromMs) / hourMs} h`, () => {
      expect(check({ changes: { fromMs, toMs, view } })).toEqual({ changes: { fromMs, toMs, view } });
    });
  }
  test('without an end go up to the present', () => {
    const fromMs = nowMs - hourMs;
    expect(check({ changes: { fromMs, view } })).toEqual({ changes: { fromMs, toMs: nowMs, view } });
  });
  const refused: readonly (readonly [number, number, string])[] = [
    [past.sinceMs - 1, past.sinceMs + hourMs, outside],
    [nowMs - hourMs, nowMs + 1, outside],
    [nowMs - hourMs, nowMs - hourMs + quarterMs - 1, wrongLength],
    [nowMs - 24 * hourMs - 1, nowMs, wrongLength],
    [nowMs, nowMs - hourMs, wrongLength],
    [Number.NaN, nowMs, wrongLength],
  ];
  for (const [fromMs, toMs, sentence] of refused) {
    test(`are refused from ${fromMs - nowMs} to ${toMs - nowMs}`, async () => {
      expect(await refusalOf(() => check({ changes: { fromMs, toMs, view } }))).toBe(sentence);
    });
  }
});
