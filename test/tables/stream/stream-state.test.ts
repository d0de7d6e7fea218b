import { describe, expect, test } from 'vitest';
import {
  enabledStream,
  isPast,
  isWaiting,
  newStream,
  retentionMs,
  type StreamState,
  treesOfStreams,
  trimHorizonMs,
} from '../../../src/tables/stream/stream-state.ts';

const nowMs = Date.UTC(2026, 0, 2, 3, 4, 5, 6);
const made = (before: readonly StreamState[] = []) =>
  newStream(before, { view: 'KEYS_ONLY', tree: 7, nowMs });
const ended = (disabledAtMs: number): StreamState => ({ ...made(), disabledAtMs });

test('a stream is labelled with the moment it was enabled', () => {
  expect(made()).toEqual({
    label: '2026-01-02T03:04:05.006',
    view: 'KEYS_ONLY',
    tree: 7,
    createdAtMs: nowMs,
  });
});

test('two streams of one moment have labels of their own', () => {
  expect(made([made(), made([made()])]).label).toBe('2026-01-02T03:04:05.008');
});

test('the enabled stream is the one that has not ended', () => {
  expect(enabledStream()).toBeUndefined();
  expect(enabledStream([ended(1)])).toBeUndefined();
  expect(enabledStream([ended(1), made()])).toEqual(made());
});

describe('a stream is past', () => {
  const cases: readonly (readonly [string, StreamState, boolean])[] = [
    ['never while it is enabled', made(), false],
    ['not a moment before a day after its end', ended(nowMs - retentionMs + 1), false],
    ['a day after its end', ended(nowMs - retentionMs), true],
  ];
  for (const [title, stream, past] of cases) {
    test(title, () => {
      expect(isPast(stream, nowMs)).toBe(past);
    });
  }
});

test('what is a day old lies on the horizon', () => {
  expect(trimHorizonMs(nowMs)).toBe(nowMs - 24 * 3_600_000);
});

test('a stream waits where it was enabled and has no tree', () => {
  const { tree: _, ...treeless } = made();
  expect(isWaiting(undefined)).toBe(false);
  expect(isWaiting([made()])).toBe(false);
  expect(isWaiting([made(), treeless])).toBe(true);
  expect(isWaiting([{ ...treeless, disabledAtMs: 1 }])).toBe(false);
  expect(treesOfStreams([made(), treeless])).toEqual([7]);
});
