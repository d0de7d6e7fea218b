import { describe, expect, test } from 'vitest';
import type { TimeToLive } from '../../src/tables/table-record.ts';
import { changedTimeToLive, changeIntervalMs, isTimeUp } from '../../src/tables/time-to-live.ts';
import { item, N, refusal, S } from './support.ts';

const nowMs = Date.UTC(2026, 0, 1);
const nowSeconds = nowMs / 1000;
const on: TimeToLive = { attribute: 'until', isEnabled: true, changedAtMs: nowMs - changeIntervalMs };
const off: TimeToLive = { ...on, isEnabled: false };

describe('a change is made', () => {
  const cases: readonly (readonly [string, TimeToLive | undefined, boolean])[] = [
    ['where nothing was heeded', undefined, true],
    ['to heed it no more', on, false],
    ['to heed it again', off, true],
  ];
  for (const [title, before, isEnabled] of cases) {
    test(title, () => {
      expect(changedTimeToLive(before, { attribute: 'until', isEnabled }, nowMs)).toEqual({
        attribute: 'until',
        isEnabled,
        changedAtMs: nowMs,
      });
    });
  }
});

describe('a change is refused:', () => {
  const soon = { changedAtMs: nowMs - changeIntervalMs + 1 };
  const other = 'TimeToLive is active on a different AttributeName: current AttributeName is until';
  const often = 'Time to live has been modified multiple times within a fixed interval';
  const cases: readonly (readonly [string, TimeToLive | undefined, string, boolean])[] = [
    ['TimeToLive is already enabled', on, 'until', true],
    ['TimeToLive is already disabled', off, 'until', false],
    ['TimeToLive is already disabled', undefined, 'until', false],
    [other, on, 'other', true],
    [other, on, 'other', false],
    [often, { ...on, ...soon }, 'until', false],
    [often, { ...off, ...soon }, 'until', true],
    ['TimeToLive is already enabled', { ...on, ...soon }, 'until', true],
  ];
  for (const [sentence, before, attribute, isEnabled] of cases) {
    test(`${sentence}, asked for ${attribute} ${isEnabled ? 'on' : 'off'}`, () => {
      expect(refusal(() => changedTimeToLive(before, { attribute, isEnabled }, nowMs))).toBe(sentence);
    });
  }
});

describe('the time of an item', () => {
  const years = 365 * 24 * 3600;
  const cases: readonly (readonly [string, Parameters<typeof isTimeUp>[0], boolean])[] = [
    ['is up a second after it', item({ until: N(nowSeconds - 1) }), true],
    ['is not up before it', item({ until: N(nowSeconds + 1) }), false],
    ['is not up at its very moment', item({ until: N(nowSeconds) }), false],
    ['is up almost five years later', item({ until: N(nowSeconds - 5 * years + 1) }), true],
    ['is a mistake from five years on', item({ until: N(nowSeconds - 5 * years) }), false],
    ['is none where it is in milliseconds', item({ until: N(nowMs - 1) }), false],
    ['is none where it is negative', item({ until: N(-1) }), false],
    ['is none where it is huge', item({ until: N('1E125') }), false],
    ['is none where it is a text', item({ until: S(String(nowSeconds - 1)) }), false],
    ['is none where it is not there', item({}), false],
  ];
  for (const [title, held, up] of cases) {
    test(`D25: ${title}`, () => {
      expect(isTimeUp(held, 'until', nowMs)).toBe(up);
    });
  }
});
