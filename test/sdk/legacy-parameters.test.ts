import {
  type AttributeValue,
  type AttributeValueUpdate,
  type ComparisonOperator,
  type Condition,
  DeleteItemCommand,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  ScanCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Clients, newTable, refusal, Site } from './way.ts';

/** Requests as clients made them before there were expressions. */
describe('parameters before expressions', () => {
  let site: Site;
  let tables: Clients['tables'];
  const TableName = 'weather';
  const Key = (year: number) => ({ city: { S: 'Bern' }, year: { N: String(year) } });
  const on = (
    ComparisonOperator: ComparisonOperator,
    ...AttributeValueList: AttributeValue[]
  ): Condition => ({
    ComparisonOperator,
    AttributeValueList,
  });
  const city = on('EQ', { S: 'Bern' });
  const failed = 'ConditionalCheckFailedException: The conditional request failed';
  beforeAll(async () => {
    site = await Site.open('in process');
    const clients = site.clients();
    tables = clients.tables;
    await newTable(clients, TableName);
    for (const year of [1, 2, 3, 4]) {
      const Item = { ...Key(year), snow: { N: String(year * 10) }, 'sun.hours': { N: '5' } };
      await tables.send(new PutItemCommand({ TableName, Item }));
    }
  });
  afterAll(() => site.end());

  const stored = async (year: number) =>
    (await tables.send(new GetItemCommand({ TableName, Key: Key(year), ConsistentRead: true }))).Item;

  test('AttributesToGet names whole attributes; keys are not added', async () => {
    const AttributesToGet = ['sun.hours', 'gone'];
    const found = await tables.send(new GetItemCommand({ TableName, Key: Key(1), AttributesToGet }));
    expect(found.Item).toEqual({ 'sun.hours': { N: '5' } });
  });

  test('KeyConditions and QueryFilter find the items of a partition', async () => {
    const found = await tables.send(
      new QueryCommand({
        TableName,
        KeyConditions: {
          city,
          year: on('GT', { N: '1' }),
        },
        QueryFilter: {
          snow: on('IN', { N: '10' }, { N: '30' }),
          gone: { ComparisonOperator: 'NOT_NULL' },
        },
        ConditionalOperator: 'OR',
        AttributesToGet: ['year'],
        ScanIndexForward: false,
      }),
    );
    expect(found).toMatchObject({ Items: [{ year: { N: '3' } }], Count: 1, ScannedCount: 3 });
  });

  test('KeyConditions go with a FilterExpression', async () => {
    const found = await tables.send(
      new QueryCommand({
        TableName,
        KeyConditions: { city },
        FilterExpression: 'snow > :least',
        ExpressionAttributeValues: { ':least': { N: '20' } },
        Select: 'COUNT',
      }),
    );
    expect(found).toMatchObject({ Count: 2, ScannedCount: 4 });
  });

  test('ScanFilter may name keys, QueryFilter may not', async () => {
    const year = on('LE', { N: '2' });
    const found = await tables.send(new ScanCommand({ TableName, ScanFilter: { year } }));
    expect(found).toMatchObject({ Count: 2, ScannedCount: 4 });
    const asked = new QueryCommand({ TableName, KeyConditions: { city }, QueryFilter: { year } });
    expect(await refusal(tables.send(asked))).toBe(
      'ValidationException: QueryFilter can only contain non-primary key attributes: Primary key attribute: year',
    );
  });

  test('AttributeUpdates change what they name, and tell it', async () => {
    const updated = await tables.send(
      new UpdateItemCommand({
        TableName,
        Key: Key(7),
        AttributeUpdates: {
          snow: { Action: 'ADD', Value: { N: '3' } },
          notes: { Action: 'PUT', Value: { L: [{ S: 'a' }] } },
          gone: { Action: 'DELETE' },
        },
        ReturnValues: 'UPDATED_NEW',
      }),
    );
    expect(updated.Attributes).toEqual({ snow: { N: '3' }, notes: { L: [{ S: 'a' }] } });
    const more: Record<string, AttributeValueUpdate> = {
      notes: { Action: 'ADD', Value: { L: [{ S: 'b' }] } },
    };
    await tables.send(new UpdateItemCommand({ TableName, Key: Key(7), AttributeUpdates: more }));
    expect(await stored(7)).toEqual({
      ...Key(7),
      snow: { N: '3' },
      notes: { L: [{ S: 'a' }, { S: 'b' }] },
    });
    await tables.send(new DeleteItemCommand({ TableName, Key: Key(7) }));
  });

  const refused: [string, Record<string, AttributeValueUpdate>, string][] = [
    [
      'of a key',
      { year: { Action: 'PUT', Value: { N: '9' } } },
      'One or more parameter values were invalid: Cannot update attribute year. This attribute is part of the key',
    ],
    [
      'of a type that does not fit',
      { snow: { Action: 'ADD', Value: { SS: ['a'] } } },
      'Type mismatch for attribute to update',
    ],
  ];
  for (const [title, AttributeUpdates, sentence] of refused) {
    test(`an update ${title} is refused and changes nothing`, async () => {
      const before = await stored(4);
      const asked = new UpdateItemCommand({ TableName, Key: Key(4), AttributeUpdates });
      expect(await refusal(tables.send(asked))).toBe(`ValidationException: ${sentence}`);
      expect(await stored(4)).toEqual(before);
    });
  }

  test('Expected guards puts, updates and deletes', async () => {
    const Expected = { snow: on('LT', { N: '40' }) };
    const Item = { ...Key(4), snow: { N: '0' } };
    const before = await stored(4);
    expect(await refusal(tables.send(new PutItemCommand({ TableName, Item, Expected })))).toBe(failed);
    expect(await refusal(tables.send(new UpdateItemCommand({ TableName, Key: Key(4), Expected })))).toBe(
      failed,
    );
    expect(await refusal(tables.send(new DeleteItemCommand({ TableName, Key: Key(4), Expected })))).toBe(
      failed,
    );
    expect(await stored(4)).toEqual(before);
    const fresh = { city: { Exists: false } } as const;
    expect(await refusal(tables.send(new PutItemCommand({ TableName, Item, Expected: fresh })))).toBe(failed);
    const known = { snow: { Value: { N: '40' } } } as const;
    await tables.send(new PutItemCommand({ TableName, Item, Expected: known }));
    expect(await stored(4)).toEqual(Item);
  });
});
