import { expect, test } from 'vitest';
import type { TableRecord } from '../../src/tables/catalog-record.ts';
import { remainsOf } from '../../src/tables/deleted-table.ts';
import { deletedSummary, protectedTable, tableSummary } from '../../src/tables/table-summary.ts';
import { definitionOf } from '../support/open-tables.ts';
import { recordOf } from './support.ts';

const record: TableRecord = {
  ...recordOf(definitionOf('T', { kind: 'managed' })),
  streams: [{ label: 'l', view: 'KEYS_ONLY', tree: 7, createdAtMs: 1 }],
};
const identity = { id: record.id, name: 'T', account: record.account, region: record.region };
const arn = `arn:aws:dynamodb:us-east-1:${record.account}:table/T`;
const { keyArn } = record.keys;

test('a table is summed up with all its trees', () => {
  expect(tableSummary(record)).toEqual({ ...identity, arn, keyArn, status: 'ACTIVE', trees: [2, 7] });
});

test('a deleted table is summed up with the trees that it left', () => {
  const deleted = remainsOf(record, 2);
  expect(deleted && deletedSummary(deleted)).toEqual({ ...identity, arn, keyArn, trees: [7] });
});

test('who watches keys is told the table, its status and its key', () => {
  expect(protectedTable(record)).toEqual({ identity, status: 'ACTIVE', keyArn });
});
