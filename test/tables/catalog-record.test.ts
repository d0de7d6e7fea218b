import { describe, expect, test } from 'vitest';
import { textOf, utf8 } from '../../src/base/bytes.ts';
import { IntegrityFault } from '../../src/base/errors.ts';
import {
  accessible,
  decodeNextTree,
  decodeTableRecord,
  encodeNextTree,
  encodeTableRecord,
  identityOf,
  nextTreeKey,
  type TableRecord,
  tableRecordKey,
} from '../../src/tables/catalog-record.ts';
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
  itemCount: 2 ** 40,
  tableBytes: 2 ** 50,
  lastIncreaseMs: 1,
  lastDecreaseMs: 2,
  payPerRequestSinceMs: 3,
  tableClassSinceMs: 4,
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

test('an accessible record is active, and keeps all but the date of the loss', () => {
  const { inaccessibleSinceMs: _, ...rest } = full;
  expect(accessible(full)).toEqual({ ...rest, status: 'ACTIVE' });
  expect('inaccessibleSinceMs' in accessible(full)).toBe(false);
});

test('the key service knows a table by id, name, account and region', () => {
  const { id, account, region } = full;
  expect(identityOf(full)).toEqual({ id, name: 'Books', account, region });
});
