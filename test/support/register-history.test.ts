import { expect, test } from 'vitest';
import { isLinearizable, type RegisterCall } from './register-history.ts';

type Span = readonly [begunAt: number, endedAt: number];
const read = (value: number | undefined, [begunAt, endedAt]: Span): RegisterCall => ({
  kind: 'read',
  value,
  begunAt,
  endedAt,
  outcome: 'made',
});
const write = (
  value: number | undefined,
  span: Span,
  outcome: RegisterCall['outcome'] = 'made',
): RegisterCall => ({
  ...read(value, span),
  kind: 'write',
  outcome,
});
const swap = (
  [expected, value]: readonly [number | undefined, number],
  span: Span,
  outcome: RegisterCall['outcome'] = 'made',
): RegisterCall => ({ ...write(value, span, outcome), kind: 'swap', expected });

const possible: Readonly<Record<string, readonly RegisterCall[]>> = {
  'reads that follow writes': [read(undefined, [1, 2]), write(1, [3, 4]), read(1, [5, 6])],
  'reads before and behind a write within it': [write(1, [1, 9]), read(undefined, [2, 3]), read(1, [4, 5])],
  'a swap that fails on what another wrote': [write(1, [1, 4]), swap([undefined, 2], [2, 3], 'failed')],
  'a write of unknown outcome that shows later': [
    write(1, [1, 2], 'unknown'),
    read(undefined, [3, 4]),
    read(1, [5, 6]),
  ],
  'a write of unknown outcome that never shows': [write(1, [1, 2], 'unknown'), read(undefined, [3, 4])],
  'a swap of unknown outcome that worked': [swap([undefined, 1], [1, 2], 'unknown'), swap([1, 2], [3, 4])],
};
for (const [what, calls] of Object.entries(possible)) {
  test(`${what} can have worked`, () => expect(isLinearizable(calls)).toBe(true));
}

const impossible: Readonly<Record<string, readonly RegisterCall[]>> = {
  'a read that misses a write': [write(1, [1, 2]), read(undefined, [3, 4])],
  'a read of what was never written': [write(1, [1, 2]), read(2, [3, 4])],
  'reads that go back': [write(1, [1, 9]), read(1, [2, 3]), read(undefined, [4, 5])],
  'two swaps of one value': [swap([undefined, 1], [1, 9]), swap([undefined, 2], [1, 9])],
  'a swap that failed on what was there': [write(1, [1, 2]), swap([1, 2], [3, 4], 'failed'), read(1, [5, 6])],
  'a swap of unknown outcome that cannot have worked': [swap([7, 1], [1, 2], 'unknown'), read(1, [3, 4])],
  'a write of unknown outcome that shows and goes': [
    write(1, [1, 2], 'unknown'),
    read(1, [3, 4]),
    read(undefined, [5, 6]),
  ],
};
for (const [what, calls] of Object.entries(impossible)) {
  test(`${what} cannot have worked`, () => expect(isLinearizable(calls)).toBe(false));
}
