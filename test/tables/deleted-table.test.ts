import { describe, expect, test } from 'vitest';
import { textOf, utf8 } from '../../src/base/bytes.ts';
import { IntegrityFault } from '../../src/base/errors.ts';
import { nextTreeKey, type TableRecord, tableRecordKey } from '../../src/tables/catalog-record.ts';
import {
  type DeletedTable,
  decodeDeletedTable,
  deletedTableKey,
  encodeDeletedTable,
  isDeletedTableKey,
  lasting,
  remainsOf,
} from '../../src/tables/deleted-table.ts';
import { retentionMs } from '../../src/tables/stream/stream-state.ts';
import { definitionOf } from '../support/open-tables.ts';
import { recordOf } from './support.ts';

const nowMs = 1_700_000_000_000;
const sealed = Uint8Array.of(3);
const bare = recordOf(definitionOf('T'));
const record: TableRecord = {
  ...bare,
  keys: { ...bare.keys, dataKeys: [2, 3, 4].map((tree) => ({ tree, id: 1, sealed })) },
  streams: [
    { label: 'old', view: 'KEYS_ONLY', tree: 3, createdAtMs: 1, disabledAtMs: nowMs - 5 },
    { label: 'new', view: 'NEW_IMAGE', tree: 4, createdAtMs: nowMs - 5 },
  ],
};
const deleted = remainsOf(record, nowMs) as DeletedTable;

describe('what is left of a table', () => {
  test('is its streams, ended by now, with their data keys alone', () => {
    expect(deleted.streams.map(({ label, disabledAtMs }) => [label, disabledAtMs])).toEqual([
      ['old', nowMs - 5],
      ['new', nowMs],
    ]);
    expect(deleted.keys.dataKeys.map(({ tree }) => tree)).toEqual([3, 4]);
    expect(deleted.definition).toEqual({ name: 'T', keySchema: record.definition.keySchema });
  });

  test('is nothing without a stream that can be read', () => {
    expect(remainsOf(bare, nowMs)).toBeUndefined();
    const past = { ...record, streams: record.streams?.slice(0, 1) ?? [] };
    expect(remainsOf(past, nowMs + retentionMs)).toBeUndefined();
  });

  test('is less from a day after the end of each stream on', () => {
    expect(lasting(deleted, nowMs - 6 + retentionMs)).toEqual(deleted);
    const later = lasting(deleted, nowMs - 5 + retentionMs);
    expect(later?.streams.map(({ label }) => label)).toEqual(['new']);
    expect(later?.keys.dataKeys.map(({ tree }) => tree)).toEqual([4]);
    expect(lasting(deleted, nowMs + retentionMs)).toBeUndefined();
  });
});

describe('its record', () => {
  test('comes back from its bytes', () => {
    expect(decodeDeletedTable(encodeDeletedTable(deleted))).toEqual(deleted);
  });

  test('lies where no other record does, and none of another table of its name', () => {
    const key = deletedTableKey(deleted);
    expect(isDeletedTableKey(key)).toBe(true);
    expect(textOf(deletedTableKey({ ...deleted, id: 'other' }))).not.toBe(textOf(key));
    for (const other of [nextTreeKey, tableRecordKey(record)]) expect(isDeletedTableKey(other)).toBe(false);
  });

  const text = textOf(encodeDeletedTable(deleted));
  for (const [what, bytes] of [
    ['another format', text.replace('"format":1', '"format":2')],
    ['no JSON', text.slice(0, -1)],
    ['null', 'null'],
  ] as const) {
    test(`with ${what} is refused`, () => {
      expect(() => decodeDeletedTable(utf8(bytes))).toThrow(IntegrityFault);
    });
  }
});
