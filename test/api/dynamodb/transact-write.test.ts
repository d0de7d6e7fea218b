import { beforeAll, describe, expect, test } from 'vitest';
import { type TransactWriteEntry, writePart } from '../../../src/api/dynamodb/transact-write.ts';
import type { AttributeValue } from '../../../src/tables/attribute.ts';
import type { OpenTable, StoredItem } from '../../../src/tables/table.ts';
import { newConnection } from '../../support/open-tables.ts';
import { refusal } from '../../tables/support.ts';
import { apiWithTables, caller } from './support.ts';

let table: OpenTable;
beforeAll(async () => {
  const api = await apiWithTables();
  table = await api.tables.open(caller, newConnection(), 'notes');
});

const Key = new Map([['pk', { S: 'a' }]]);
const Item = new Map<string, AttributeValue>([...Key, ['n', { N: '1' }]]);
const entry = { TableName: 'notes', Key };
const old: StoredItem = { item: Item, itemBytes: 2500 };
const ConditionExpression = 'attribute_exists(pk)';
const bound = (given: TransactWriteEntry) => writePart(given).bind(table);

describe('what an entry decides', () => {
  test('of a put, the item', () => {
    const decision = bound({ Put: { TableName: 'notes', Item } }).decide(old);
    expect(decision).toMatchObject({ next: Item, nextBytes: 6 });
    expect(decision.result()).toEqual({ table: 3 });
  });

  test('of an update, what becomes of the item, which its index keys are told as', () => {
    const update = { ...entry, UpdateExpression: 'REMOVE n' };
    const decision = bound({ Update: update }).decide(old);
    expect(decision).toMatchObject({ next: Key, isUpdate: true });
    expect(decision.result()).toEqual({ table: 3 });
    const { decide } = bound({
      Update: {
        ...entry,
        UpdateExpression: 'DELETE n :n',
        ExpressionAttributeValues: new Map([[':n', { SS: ['x'] }]]),
      },
    });
    expect(decide(undefined)).toMatchObject({ unchanged: true });
  });

  test('of a delete, that there is no item; nothing where there was none', () => {
    const { decide } = bound({ Delete: entry });
    const decision = decide(old);
    expect('next' in decision && decision.next).toBeUndefined();
    expect(decision.result()).toEqual({ table: 3 });
    expect(decide(undefined)).toMatchObject({ unchanged: true });
    expect(decide(undefined).result()).toEqual({ table: 1 });
  });

  test('of a check, nothing, at the cost of a write', () => {
    const { decide } = bound({ ConditionCheck: { ...entry, ConditionExpression } });
    expect(decide(old)).toMatchObject({ unchanged: true });
    expect(decide(old).result()).toEqual({ table: 3 });
  });

  for (const [kind, given] of Object.entries({
    Put: { TableName: 'notes', Item, ConditionExpression },
    Update: { ...entry, UpdateExpression: 'SET n = pk', ConditionExpression },
    Delete: { ...entry, ConditionExpression },
    ConditionCheck: { ...entry, ConditionExpression },
  })) {
    test(`of a ${kind}, that its condition fails`, () => {
      const { decide } = bound({ [kind]: given });
      expect(() => decide(undefined)).toThrow('The conditional request failed');
      expect(() => decide(old)).not.toThrow();
    });
  }
});

test('an entry is exactly one write', () => {
  expect(refusal(() => writePart({}))).toBe(
    'Invalid Request: TransactWriteRequest should contain Delete or Put or Update request',
  );
  expect(refusal(() => writePart({ Delete: entry, ConditionCheck: { ...entry, ConditionExpression } }))).toBe(
    'TransactItems can only contain one of Check, Put, Update or Delete',
  );
});

test.each([
  ['Put', { TableName: 'notes', Item }],
  ['Delete', entry],
])('a %s takes values for its condition alone', (kind, given) => {
  const ExpressionAttributeValues = new Map([[':v', { S: 'x' }]]);
  expect(refusal(() => writePart({ [kind]: { ...given, ExpressionAttributeValues } }))).toBe(
    'ExpressionAttributeValues can only be specified when using expressions: ConditionExpression is null',
  );
});
