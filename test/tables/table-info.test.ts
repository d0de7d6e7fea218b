import { describe, expect, test } from 'vitest';
import { AssertionFault } from '../../src/base/errors.ts';
import { keySchemaOf, rekeyingInfo, tableInfo } from '../../src/tables/table-info.ts';
import { definitionOf } from '../support/open-tables.ts';
import { recordOf } from './support.ts';

const record = recordOf(definitionOf('T'));
const arn = 'arn:aws:dynamodb:us-east-1:111122223333:table/T';
const { keyArn } = record.keys;

describe('a description shows', () => {
  test('no key for a table under the owned one', () => {
    expect(tableInfo(record)).toEqual({
      definition: record.definition,
      id: record.id,
      arn,
      status: 'ACTIVE',
      createdAtMs: record.createdAtMs,
      itemCount: 0,
      tableBytes: 0,
    });
  });

  for (const encryption of ['managed', 'customer'] as const) {
    test(`the key of a table under a ${encryption} one`, () => {
      expect(tableInfo({ ...record, encryption }).sse).toEqual({ status: 'ENABLED', keyArn });
    });
  }

  test('since when a key has been missing', () => {
    const lost = {
      ...record,
      encryption: 'customer',
      status: 'INACCESSIBLE_ENCRYPTION_CREDENTIALS',
      inaccessibleSinceMs: 7,
    } as const;
    const { status, sse } = tableInfo(lost);
    expect(status).toBe('INACCESSIBLE_ENCRYPTION_CREDENTIALS');
    expect(sse).toEqual({ status: 'ENABLED', keyArn, inaccessibleSinceMs: 7 });
  });

  test('every date there is', () => {
    const dates = { lastIncreaseMs: 1, lastDecreaseMs: 2, payPerRequestSinceMs: 3, tableClassSinceMs: 4 };
    expect(tableInfo({ ...record, ...dates })).toMatchObject(dates);
  });

  test('the counts of the open tree rather than those of the record', () => {
    const known = { ...record, itemCount: 1, tableBytes: 2 };
    expect(tableInfo(known)).toMatchObject({ itemCount: 1, tableBytes: 2 });
    expect(tableInfo(known, { itemCount: 3, tableBytes: 4 })).toMatchObject({ itemCount: 3, tableBytes: 4 });
  });
});

test('while its key is changed a table shows the old key, or none if that was the owned one', () => {
  expect(rekeyingInfo(tableInfo(record)).sse).toEqual({ status: 'UPDATING' });
  expect(rekeyingInfo(tableInfo({ ...record, encryption: 'customer' })).sse).toEqual({
    status: 'UPDATING',
    keyArn,
  });
});

test('the key schema has the types of its attributes, in whatever order they come', () => {
  const hash = { AttributeName: 'a', KeyType: 'HASH' } as const;
  const range = { AttributeName: 'b', KeyType: 'RANGE' } as const;
  const attributeDefinitions = [
    { AttributeName: 'b', AttributeType: 'N' },
    { AttributeName: 'a', AttributeType: 'B' },
  ] as const;
  expect(keySchemaOf({ keySchema: [hash], attributeDefinitions })).toEqual({
    hash: { name: 'a', type: 'B' },
  });
  expect(keySchemaOf({ keySchema: [range, hash], attributeDefinitions })).toEqual({
    hash: { name: 'a', type: 'B' },
    range: { name: 'b', type: 'N' },
  });
  expect(() => keySchemaOf({ keySchema: [hash], attributeDefinitions: [] })).toThrow(AssertionFault);
});
