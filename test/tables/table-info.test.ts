import { describe, expect, test } from 'vitest';
import { AssertionFault } from '../../src/base/errors.ts';
import type { IndexRecord } from '../../src/tables/index-definition.ts';
import {
  creatingInfo,
  keySchemaOf,
  rekeyingInfo,
  tableInfo,
  updatingInfo,
} from '../../src/tables/table-info.ts';
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

  test('how often the units were lowered today, and not on another day', () => {
    const lowered = { ...record, lastDecreaseMs: 2, decreasesThatDay: 3 };
    expect(tableInfo(lowered, 1)).toMatchObject({ decreasesToday: 3 });
    expect(tableInfo(lowered, 86_400_000)).not.toHaveProperty('decreasesToday');
  });
});

test('a description shows the newest stream and what is heeded as a time', () => {
  const ended = { label: 'x', view: 'KEYS_ONLY', tree: 5, createdAtMs: 5, disabledAtMs: 6 } as const;
  const { label, view } = { label: 'y', view: 'NEW_IMAGE' } as const;
  const timeToLive = { attribute: 'until', isEnabled: true, changedAtMs: 8 };
  const enabled = { label, view, tree: 6, createdAtMs: 7 };
  expect(tableInfo({ ...record, timeToLive, streams: [ended, enabled] })).toMatchObject({
    stream: { arn: `${arn}/stream/y`, label, view, isEnabled: true },
    timeToLive,
  });
  expect(tableInfo({ ...record, streams: [ended] }).stream?.isEnabled).toBe(false);
});

describe('indexes', () => {
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
  const { tree: _, ...shown } = index;
  const withIndex = (more: Partial<IndexRecord>) =>
    tableInfo({ ...record, indexes: [{ ...index, ...more }] });

  test('are shown with their ARN, and without their tree', () => {
    expect(withIndex({}).indexes).toEqual([{ ...shown, arn: `${arn}/index/by-a` }]);
  });

  const cases: [string, Partial<IndexRecord>, string, boolean | undefined][] = [
    ['an index that is there', {}, 'ACTIVE', undefined],
    ['one that is made', { status: 'CREATING', filledTo: '' }, 'UPDATING', false],
    ['one that is filled', { status: 'CREATING', filledTo: 'AA==' }, 'ACTIVE', true],
    ['one that goes', { status: 'DELETING' }, 'UPDATING', undefined],
  ];
  for (const [title, more, status, isFilling] of cases) {
    test(`${title} leaves its table ${status}`, () => {
      const info = withIndex(more);
      expect({ status: info.status, isFilling: info.indexes?.[0]?.isFilling }).toEqual({ status, isFilling });
    });
  }

  test('are being made with their table', () => {
    expect(creatingInfo(withIndex({}))).toMatchObject({
      status: 'CREATING',
      indexes: [{ status: 'CREATING' }],
    });
    expect(creatingInfo(tableInfo(record))).not.toHaveProperty('indexes');
  });

  test('are changed where their names are told', () => {
    const changed = (names: string[]) => updatingInfo(withIndex({}), withIndex({}), new Set(names));
    expect(changed(['by-a'])).toMatchObject({ status: 'UPDATING', indexes: [{ status: 'UPDATING' }] });
    expect(changed(['by-b'])).toMatchObject({ status: 'UPDATING', indexes: [{ status: 'ACTIVE' }] });
    const info = tableInfo(record);
    expect(updatingInfo(info, info)).toEqual({ ...info, status: 'UPDATING' });
  });

  test('are seen with the units they had while others come, as is their table, which is on demand at once', () => {
    const units = (count: number) => ({
      throughput: { ReadCapacityUnits: count, WriteCapacityUnits: count },
    });
    const having = (count: number, dates: object) =>
      tableInfo({
        ...record,
        definition: { ...record.definition, billingMode: 'PROVISIONED', ...units(count) },
        indexes: [{ ...index, ...units(count) }],
        ...dates,
      });
    const before = having(1, { lastIncreaseMs: 1 });
    const after = having(2, { lastIncreaseMs: 3, lastDecreaseMs: 4, payPerRequestSinceMs: 5 });
    expect(updatingInfo(after, before)).toEqual({ ...before, status: 'UPDATING' });
    const onDemand = withIndex({});
    expect(updatingInfo(onDemand, before)).toMatchObject({ definition: onDemand.definition });
    expect(updatingInfo(before, onDemand)).toMatchObject({ definition: before.definition });
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
