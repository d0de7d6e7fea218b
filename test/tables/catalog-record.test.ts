import { describe, expect, test } from 'vitest';
import { textOf, utf8 } from '../../src/base/bytes.ts';
import { IntegrityFault } from '../../src/base/errors.ts';
import {
  accessible,
  areSameKeys,
  decodeNextTree,
  decodeTableRecord,
  encodeNextTree,
  encodeTableRecord,
  identityOf,
  isWhole,
  isWithdrawn,
  nextTreeKey,
  type TableRecord,
  tableRecordKey,
  treesOf,
  withIndexes,
} from '../../src/tables/catalog-record.ts';
import type { IndexRecord } from '../../src/tables/index-definition.ts';
import { definitionOf } from '../support/open-tables.ts';
import { recordOf } from './support.ts';

const full: TableRecord = {
  ...recordOf(
    definitionOf(
      'Books',
      { kind: 'owned' },
      {
        billingMode: 'PROVISIONED',
        throughput: { ReadCapacityUnits: 5, WriteCapacityUnits: 7 },
        tableClass: 'STANDARD_INFREQUENT_ACCESS',
        deletionProtection: true,
        attributeDefinitions: [{ AttributeName: '__proto__', AttributeType: 'B' }],
        tags: [{ Key: '__proto__', Value: 'ä😀"\\' }],
      },
    ),
  ),
  encryption: 'customer',
  status: 'INACCESSIBLE_ENCRYPTION_CREDENTIALS',
  inaccessibleSinceMs: 1_700_000_000_001,
  keyLoss: { cause: 'materialGone', isArchiveAnnounced: true },
  encryptionChangesMs: [1_700_000_000_000, 1_700_000_000_009],
  notices: [
    {
      id: 'n',
      kind: 'archiveNear',
      atMs: 1,
      keyArn: 'arn',
      sinceMs: 2,
      cause: 'materialGone',
      archiveAtMs: 3,
      backupArn: 'arn of a backup',
      sent: ['mail'],
      tries: 4,
      nextTryMs: 5,
    },
  ],
  itemCount: 2 ** 40,
  tableBytes: 2 ** 50,
  lastIncreaseMs: 1,
  lastDecreaseMs: 2,
  decreasesThatDay: 3,
  payPerRequestSinceMs: 3,
  tableClassSinceMs: 4,
  streams: [
    { label: '2026-01-01T00:00:00.000', view: 'KEYS_ONLY', tree: 9, createdAtMs: 5, disabledAtMs: 6 },
    { label: '2026-01-01T00:00:00.001', view: 'NEW_AND_OLD_IMAGES', createdAtMs: 7 },
  ],
  timeToLive: { attribute: '__proto__', isEnabled: true, changedAtMs: 8 },
  policies: [{ resource: 'arn', text: '{"Statement":"ä"}', revisionId: '9' }],
};

for (const [name, record] of [
  ['every member', full],
  ['none but those it must have', recordOf(definitionOf('Books'))],
] as const) {
  test(`a record with ${name} comes back from its bytes`, () => {
    expect(decodeTableRecord(encodeTableRecord(record))).toEqual(record);
  });
}

test('the number of the next tree comes back from its bytes', () => {
  expect(decodeNextTree(encodeNextTree(2 ** 21 - 1))).toBe(2 ** 21 - 1);
});

describe('bytes that this version did not write are refused', () => {
  const text = textOf(encodeTableRecord(full));
  const cases: readonly (readonly [string, Uint8Array])[] = [
    ['another format', utf8(text.replace('"format":1', '"format":2'))],
    ['no format', utf8(text.replace('"format":1,', ''))],
    ['no JSON', utf8(text.slice(0, -1))],
    ['nothing', new Uint8Array()],
    ['null', utf8('null')],
    ['a number', utf8('1')],
    ['no UTF-8', Uint8Array.of(0xff, 0xfe)],
  ];
  for (const [name, bytes] of cases) {
    test(name, () => {
      expect(() => decodeTableRecord(bytes)).toThrow(IntegrityFault);
      expect(() => decodeNextTree(bytes)).toThrow(IntegrityFault);
    });
  }
});

test('two records share a place exactly when region, account and name are the same', () => {
  const place = (record: TableRecord) => textOf(tableRecordKey(record));
  expect(place({ ...full, id: 'another', tree: 9 })).toBe(place(full));
  const others = [
    { ...full, account: '9' },
    { ...full, region: 'q' },
    { ...full, definition: { ...full.definition, name: 'Book' } },
    // A separator inside a part is no separator.
    { ...full, region: `${full.region}","${full.account}`, account: '' },
  ];
  const places = [full, ...others].map(place);
  expect(new Set(places).size).toBe(places.length);
  for (const each of places) expect(each).not.toBe(textOf(nextTreeKey));
});

test('an accessible record is active, and keeps all but what is known of the loss', () => {
  const { inaccessibleSinceMs: _, keyLoss: __, ...rest } = full;
  expect(accessible(full)).toEqual({ ...rest, status: 'ACTIVE' });
  expect(Object.keys(accessible(full))).not.toContain('inaccessibleSinceMs');
  expect(Object.keys(accessible(full))).not.toContain('keyLoss');
});

test('an archived record comes back from its bytes, and has no trees', () => {
  const archived: TableRecord = {
    ...full,
    status: 'ARCHIVED',
    archival: { atMs: 9, backupArn: 'arn of a backup' },
  };
  expect(decodeTableRecord(encodeTableRecord(archived))).toEqual(archived);
  expect(treesOf(full)).not.toEqual([]);
  expect(treesOf(archived)).toEqual([]);
});

test('a replica has a tree more once its key was there to make one, and is whole once it has copied', () => {
  const member = { region: 'eu-west-1', state: 'ACTIVE', encryption: 'owned' } as const;
  const members = [{ ...member, stamp: { ms: 1, count: 2, region: 'eu-west-1' } }];
  const waiting: TableRecord = { ...full, replication: { groupId: 'g', members } };
  const copying: TableRecord = { ...full, replication: { groupId: 'g', members, tree: 99, isCopying: true } };
  for (const record of [waiting, copying]) {
    expect(decodeTableRecord(encodeTableRecord(record))).toEqual(record);
  }
  expect(treesOf(waiting)).toEqual(treesOf(full));
  expect(treesOf(copying)).toEqual([...treesOf(full), 99]);
  expect([full, waiting, copying].map(isWhole)).toEqual([true, true, false]);
});

test('a record is withdrawn while it is being archived, and from then on', () => {
  const statuses = ['ACTIVE', 'INACCESSIBLE_ENCRYPTION_CREDENTIALS', 'ARCHIVING', 'ARCHIVED'] as const;
  expect(statuses.filter((status) => isWithdrawn({ status }))).toEqual(['ARCHIVING', 'ARCHIVED']);
});

test('the key service knows a table by id, name, account and region', () => {
  const { id, account, region } = full;
  expect(identityOf(full)).toEqual({ id, name: 'Books', account, region });
});

describe('indexes of a record', () => {
  const index = (name: string, tree: number): IndexRecord => ({
    kind: 'global',
    name,
    keySchema: [{ AttributeName: 'a', KeyType: 'HASH' }],
    projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['__proto__'] },
    tree,
    status: 'CREATING',
    filledTo: 'AAEC',
    itemCount: 1,
    bytes: 2,
  });
  const dataKey = (tree: number) => ({ tree, id: 1, sealed: Uint8Array.of(tree) });
  const keys = { ...full.keys, dataKeys: [2, 3, 4, 5].map(dataKey) };
  const record: TableRecord = {
    ...full,
    keys,
    tree: 2,
    indexes: [index('one', 3), index('two', 4)],
    collectionTree: 5,
  };

  test('come back from its bytes, and its trees are those of items, indexes, streams and collections', () => {
    expect(decodeTableRecord(encodeTableRecord(record))).toEqual(record);
    expect(treesOf(record)).toEqual([2, 3, 4, 9, 5]);
  });

  test('go with their keys, and stay with them', () => {
    const left = withIndexes(record, [index('two', 4)]);
    expect(left.indexes).toEqual([index('two', 4)]);
    expect(left.keys.dataKeys.map(({ tree }) => tree)).toEqual([2, 4, 5]);
    expect(withIndexes(record, [])).not.toHaveProperty('indexes');
    expect(withIndexes(record, record.indexes ?? []).keys).toBe(keys);
  });

  test('keys are the same under one table key and with the same data keys', () => {
    expect(areSameKeys(keys, { ...keys, dataKeys: [...keys.dataKeys] })).toBe(true);
    expect(areSameKeys(keys, { ...keys, tableKey: Uint8Array.of(9) })).toBe(false);
    expect(areSameKeys(keys, { ...keys, dataKeys: keys.dataKeys.slice(1) })).toBe(false);
    expect(areSameKeys(keys, { ...keys, dataKeys: [2, 3, 4, 6].map(dataKey) })).toBe(false);
  });
});
