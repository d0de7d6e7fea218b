import {
  DeleteTableCommand,
  DescribeTableCommand,
  ListTablesCommand,
  waitUntilTableExists,
  waitUntilTableNotExists,
} from '@aws-sdk/client-dynamodb';
import {
  BatchGetCommand,
  BatchWriteCommand,
  DeleteCommand,
  GetCommand,
  PutCommand,
  paginateScan,
  QueryCommand,
  ScanCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Clients, newTable, refusal, Site, ways } from './way.ts';

for (const way of ways) {
  describe(`items, ${way}`, () => {
    let site: Site;
    let clients: Clients;
    const TableName = 'weather';
    const send = (command: PutCommand) => clients.documents.send(command);
    beforeAll(async () => {
      site = await Site.open(way);
      clients = site.clients();
      await newTable(clients, TableName);
    });
    afterAll(() => site.end());

    test('a table that was made exists for the waiter of the client', async () => {
      const waited = await waitUntilTableExists({ client: clients.tables, maxWaitTime: 25 }, { TableName });
      expect(waited.state).toBe('SUCCESS');
      expect((await clients.tables.send(new ListTablesCommand({}))).TableNames).toContain(TableName);
    });

    test('an item comes back as it was put, every type of it', async () => {
      const Item = {
        city: 'Zürich',
        year: 1291,
        text: 'ä\u0000😀',
        yes: true,
        nothing: null,
        bytes: new Uint8Array([0, 1, 255]),
        list: [1, 'two', [3], { four: 4 }],
        map: { nested: { deeper: ['x'] } },
        strings: new Set(['b', 'a']),
        numbers: new Set([1, -2.5]),
        small: 1e-130,
      };
      await send(new PutCommand({ TableName, Item }));
      const Key = { city: 'Zürich', year: 1291 };
      const found = await clients.documents.send(new GetCommand({ TableName, Key, ConsistentRead: true }));
      expect(found.Item).toEqual(Item);
      expect(found.$metadata.requestId).toMatch(/^[0-9A-Z]{52}$/);
    });

    test('names that JavaScript gives meaning to are names like others (R-JS-1)', async () => {
      const names = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', '$ne'];
      const { PutItemCommand, GetItemCommand } = await import('@aws-sdk/client-dynamodb');
      const Key = { city: { S: 'names' }, year: { N: '1' } };
      const Item = Object.assign(Object.create(null), Key);
      for (const name of names) {
        Object.defineProperty(Item, name, { value: { S: name }, enumerable: true, configurable: true });
      }
      await clients.tables.send(new PutItemCommand({ TableName, Item }));
      const found = (await clients.tables.send(new GetItemCommand({ TableName, Key }))).Item ?? {};
      for (const name of names.filter((name) => name !== '__proto__')) {
        expect(Object.getOwnPropertyDescriptor(found, name)?.value, name).toEqual({ S: name });
      }
      expect(({} as { S?: string }).S).toBeUndefined();
    });

    test('an update computes, tells the new item, and is refused where its condition fails', async () => {
      const Key = { city: 'Bern', year: 1 };
      const add = {
        TableName,
        Key,
        UpdateExpression: 'ADD visits :one',
        ExpressionAttributeValues: { ':one': 1 },
      };
      await clients.documents.send(new UpdateCommand(add));
      const again = await clients.documents.send(new UpdateCommand({ ...add, ReturnValues: 'ALL_NEW' }));
      expect(again.Attributes).toEqual({ ...Key, visits: 2 });
      const refused = clients.documents.send(
        new UpdateCommand({ ...add, ConditionExpression: 'attribute_not_exists(city)' }),
      );
      expect(await refusal(refused)).toBe('ConditionalCheckFailedException: The conditional request failed');
    });

    test('a delete tells the old item, which is then gone', async () => {
      const Key = { city: 'gone', year: 1 };
      await send(new PutCommand({ TableName, Item: { ...Key, note: 'soon' } }));
      const deleted = await clients.documents.send(
        new DeleteCommand({ TableName, Key, ReturnValues: 'ALL_OLD' }),
      );
      expect(deleted.Attributes).toEqual({ ...Key, note: 'soon' });
      expect((await clients.documents.send(new GetCommand({ TableName, Key }))).Item).toBeUndefined();
    });

    test('a batch writes, a query pages through one city in order, a scan through all', async () => {
      const years = Array.from({ length: 25 }, (_, index) => 1900 + index);
      const requests = years.map((year) => ({
        PutRequest: { Item: { city: 'Basel', year, snow: year % 7 } },
      }));
      const written = await clients.documents.send(
        new BatchWriteCommand({ RequestItems: { [TableName]: requests } }),
      );
      expect(written.UnprocessedItems).toEqual({});
      const condition = {
        TableName,
        KeyConditionExpression: 'city = :city AND #year BETWEEN :from AND :to',
        ExpressionAttributeNames: { '#year': 'year' },
        ExpressionAttributeValues: { ':city': 'Basel', ':from': 1905, ':to': 1914 },
      };
      const first = await clients.documents.send(
        new QueryCommand({ ...condition, Limit: 4, ScanIndexForward: false }),
      );
      expect(first.Items?.map(({ year }) => year)).toEqual([1914, 1913, 1912, 1911]);
      const second = await clients.documents.send(
        new QueryCommand({
          ...condition,
          ScanIndexForward: false,
          ExclusiveStartKey: first.LastEvaluatedKey,
        }),
      );
      expect(second.Items?.map(({ year }) => year)).toEqual([1910, 1909, 1908, 1907, 1906, 1905]);
      expect(second.LastEvaluatedKey).toBeUndefined();

      let seen = 0;
      for await (const page of paginateScan({ client: clients.documents, pageSize: 7 }, { TableName })) {
        seen += (page.Items ?? []).filter(({ city }) => city === 'Basel').length;
      }
      expect(seen).toBe(25);
      const filtered = await clients.documents.send(
        new ScanCommand({
          TableName,
          FilterExpression: 'snow = :six',
          ExpressionAttributeValues: { ':six': 6 },
        }),
      );
      expect(filtered.Items?.every(({ snow }) => snow === 6)).toBe(true);
      expect(filtered.Count).toBe(years.filter((year) => year % 7 === 6).length);
    });

    test('a batch of reads finds what is there', async () => {
      await send(new PutCommand({ TableName, Item: { city: 'Genf', year: 1, note: 'here' } }));
      const keys = [
        { city: 'Genf', year: 1 },
        { city: 'Genf', year: 2 },
      ];
      const found = await clients.documents.send(
        new BatchGetCommand({ RequestItems: { [TableName]: { Keys: keys } } }),
      );
      expect(found.Responses?.[TableName]).toEqual([{ city: 'Genf', year: 1, note: 'here' }]);
    });

    test('writes side by side are each done once', async () => {
      const Key = { city: 'counter', year: 1 };
      const add = {
        TableName,
        Key,
        UpdateExpression: 'ADD visits :one',
        ExpressionAttributeValues: { ':one': 1 },
      };
      await Promise.all(Array.from({ length: 200 }, () => clients.documents.send(new UpdateCommand(add))));
      const { Item } = await clients.documents.send(new GetCommand({ TableName, Key, ConsistentRead: true }));
      expect(Item?.visits).toBe(200);
    });

    test('what a request gets wrong, it is told in the words of AWS', async () => {
      const Key = { city: 'Bern', year: 'one' };
      expect(await refusal(clients.documents.send(new GetCommand({ TableName, Key })))).toBe(
        'ValidationException: The provided key element does not match the schema',
      );
      expect(await refusal(clients.documents.send(new GetCommand({ TableName: 'nowhere', Key })))).toBe(
        'ResourceNotFoundException: Requested resource not found',
      );
      expect(await refusal(clients.tables.send(new DescribeTableCommand({ TableName: 'nowhere' })))).toBe(
        'ResourceNotFoundException: Requested resource not found: Table: nowhere not found',
      );
      expect(await refusal(newTable(clients, TableName))).toMatch(/^ResourceInUseException: /);
    });

    test('a table that is deleted is gone with its items, also when it is made again', async () => {
      await newTable(clients, 'passing');
      const Key = { city: 'Chur', year: 1 };
      await send(new PutCommand({ TableName: 'passing', Item: Key }));
      await clients.tables.send(new DeleteTableCommand({ TableName: 'passing' }));
      const waited = await waitUntilTableNotExists(
        { client: clients.tables, maxWaitTime: 25 },
        { TableName: 'passing' },
      );
      expect(waited.state).toBe('SUCCESS');
      await newTable(clients, 'passing');
      const found = await clients.documents.send(new GetCommand({ TableName: 'passing', Key }));
      expect(found.Item).toBeUndefined();
    });

    test('all of it is sound on disk, and there after a restart', async () => {
      expect(await site.database.verify()).toMatchObject({ faults: [], skipped: [] });
      await site.restart();
      clients = site.clients();
      const Key = { city: 'Genf', year: 1 };
      expect((await clients.documents.send(new GetCommand({ TableName, Key }))).Item).toEqual({
        ...Key,
        note: 'here',
      });
      expect((await clients.tables.send(new DescribeTableCommand({ TableName }))).Table?.TableStatus).toBe(
        'ACTIVE',
      );
    });
  });
}
