import { expect, test } from 'vitest';
import type { IndexRecord } from '../../src/tables/index-definition.ts';
import { withCounts } from '../../src/tables/table-counts.ts';
import { definitionOf } from '../support/open-tables.ts';
import { recordOf } from './support.ts';

const index: IndexRecord = {
  kind: 'global',
  name: 'by-a',
  keySchema: [{ AttributeName: 'a', KeyType: 'HASH' }],
  projection: { ProjectionType: 'ALL' },
  tree: 3,
  status: 'ACTIVE',
  itemCount: 1,
  bytes: 10,
};
const record = { ...recordOf(definitionOf('T')), indexes: [index], itemCount: 2, tableBytes: 20 };
const counts = { itemCount: 2, tableBytes: 20 };
const same = { counts, indexes: [{ name: 'by-a', counts: { itemCount: 1, bytes: 10 } }] };

test('a record takes the counts of the open trees', () => {
  const opened = {
    counts: { itemCount: 3, tableBytes: 30 },
    indexes: [{ name: 'by-a', counts: { itemCount: 4, bytes: 40 } }],
  };
  expect(withCounts(record, opened)).toEqual({
    ...record,
    itemCount: 3,
    tableBytes: 30,
    indexes: [{ ...index, itemCount: 4, bytes: 40 }],
  });
});

test('a record stays the one it is where nothing is open, or the counts are its own', () => {
  expect(withCounts(record, undefined)).toBe(record);
  expect(withCounts(record, same)).toBe(record);
});

test('a record is another where only an index has other counts', () => {
  for (const counts of [
    { itemCount: 2, bytes: 10 },
    { itemCount: 1, bytes: 11 },
  ]) {
    const opened = { ...same, indexes: [{ name: 'by-a', counts }] };
    expect(withCounts(record, opened).indexes).toEqual([{ ...index, ...counts }]);
  }
});

test('an index that is not open keeps its counts', () => {
  const opened = { counts: { itemCount: 3, tableBytes: 30 }, indexes: [] };
  expect(withCounts(record, opened).indexes).toEqual([index]);
});
