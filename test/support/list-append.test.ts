import { expect, test } from 'vitest';
import { type ListTransaction, listAnomalies } from './list-append.ts';

let count = 0;
type Given = Partial<ListTransaction>;
/** One after another, where nothing else is said. */
function history(...given: readonly Given[]): readonly string[] {
  count = 0;
  return listAnomalies(
    given.map((each) => ({
      appends: [],
      reads: [],
      begunAt: ++count,
      endedAt: ++count,
      outcome: 'made',
      ...each,
    })),
  );
}
/** All at one time. */
const together = { begunAt: 1, endedAt: 100 };
const append = (...appends: ListTransaction['appends']): Given => ({ appends });
const read = (...reads: ListTransaction['reads']): Given => ({ reads });

test('transactions one after another have no anomaly', () => {
  expect(
    history(
      append(['x', 1], ['y', 2]),
      read(['x', [1]], ['y', [2]]),
      append(['x', 3]),
      read(['x', [1, 3]], ['y', [2]]),
    ),
  ).toEqual([]);
});

test('what goes on at one time may come in any order', () => {
  const writer = { ...append(['x', 1]), ...together };
  expect(history(writer, { ...read(['x', []]), begunAt: 2, endedAt: 3 }, read(['x', [1]]))).toEqual([]);
});

test('who is not known to be made may have been, or not', () => {
  const unknown = { ...append(['x', 1], ['y', 2]), outcome: 'unknown' } as const;
  expect(history(unknown, read(['x', []], ['y', []]), read(['x', [1]], ['y', [2]]))).toEqual([]);
  expect(history(unknown, read(['x', []], ['y', []]))).toEqual([]);
});

const anomalies: Readonly<Record<string, readonly Given[]>> = {
  'holds a value twice': [append(['x', 1]), read(['x', [1, 1]])],
  'was read in two orders': [append(['x', 1]), append(['x', 2]), read(['x', [1, 2]]), read(['x', [2]])],
  'was read, but never appended': [read(['x', [1]])],
  'was cancelled, and read': [{ ...append(['x', 1]), outcome: 'cancelled' }, read(['x', [1]])],
  'was made, and is lost': [append(['x', 1]), read(['x', []])],
  'was made by half': [{ ...append(['x', 1], ['y', 2]), outcome: 'unknown' }, read(['x', [1]], ['y', []])],
};
for (const [anomaly, given] of Object.entries(anomalies)) {
  test(`tells what ${anomaly}`, () => {
    expect(history(...given).join('; ')).toContain(anomaly);
  });
}

const impossible: Readonly<Record<string, readonly Given[]>> = {
  'a read that sees half of a transaction': [
    { ...append(['x', 1], ['y', 2]), ...together },
    { ...read(['x', [1]], ['y', []]), ...together },
    { ...read(['x', [1]], ['y', [2]]), begunAt: 101, endedAt: 102 },
  ],
  'two reads that see two writes in opposite orders': [
    { ...append(['x', 1]), ...together },
    { ...append(['y', 2]), ...together },
    { ...read(['x', [1]], ['y', []]), ...together },
    { ...read(['x', []], ['y', [2]]), ...together },
    { ...read(['x', [1]], ['y', [2]]), begunAt: 101, endedAt: 102 },
  ],
  'two transactions that each miss what the other wrote': [
    { ...append(['x', 1]), ...read(['y', []]), ...together },
    { ...append(['y', 2]), ...read(['x', []]), ...together },
    { ...read(['x', [1]], ['y', [2]]), begunAt: 101, endedAt: 102 },
  ],
  'two appends in opposite orders': [
    { ...append(['x', 1], ['y', 2]), ...together },
    { ...append(['x', 3], ['y', 4]), ...together },
    { ...read(['x', [1, 3]], ['y', [4, 2]]), begunAt: 101, endedAt: 102 },
  ],
  'a read that misses what was made before it began': [append(['x', 1]), read(['x', []]), read(['x', [1]])],
};
for (const [what, given] of Object.entries(impossible)) {
  test(`finds no order for ${what}`, () => {
    expect(history(...given)).toEqual([expect.stringContaining('no order of these is possible')]);
  });
}
