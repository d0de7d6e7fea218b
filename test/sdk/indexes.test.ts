import {
  CreateTableCommand,
  DescribeTableCommand,
  PutItemCommand,
  QueryCommand,
  ScanCommand,
  UpdateTableCommand,
} from '@aws-sdk/client-dynamodb';
import { BatchWriteCommand, PutCommand, paginateQuery, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Clients, newKey, newTable, refusal, Site, underKey, ways } from './way.ts';

/** Index arithmetic of a table of cities, as a program of anybody's would do it. */
for (const way of ways) {
  describe(`secondary indexes, ${way}`, () => {
    let site: Site;
    let clients: Clients;
    beforeAll(async () => {
      site = await Site.open(way);
      clients = site.clients();
    });
    afterAll(() => site.end());

    const settled = async (TableName: string) => {
      for (let tries = 0; tries < 1000; tries++) {
        const { Table } = await clients.tables.send(new DescribeTableCommand({ TableName }));
        const statuses = (Table?.GlobalSecondaryIndexes ?? []).map(({ IndexStatus }) => IndexStatus);
        if (Table?.TableStatus === 'ACTIVE' && statuses.every((status) => status === 'ACTIVE')) return Table;
      }
      throw new Error('the indexes did not settle');
    };

    test('a table of local and global indexes answers queries on each', async () => {
      const TableName = 'cities';
      await clients.tables.send(
        new CreateTableCommand({
          TableName,
          BillingMode: 'PAY_PER_REQUEST',
          AttributeDefinitions: [
            { AttributeName: 'country', AttributeType: 'S' },
            { AttributeName: 'name', AttributeType: 'S' },
            { AttributeName: 'people', AttributeType: 'N' },
          ],
          KeySchema: [
            { AttributeName: 'country', KeyType: 'HASH' },
            { AttributeName: 'name', KeyType: 'RANGE' },
          ],
          LocalSecondaryIndexes: [
            {
              IndexName: 'by-people',
              KeySchema: [
                { AttributeName: 'country', KeyType: 'HASH' },
                { AttributeName: 'people', KeyType: 'RANGE' },
              ],
              Projection: { ProjectionType: 'KEYS_ONLY' },
            },
          ],
          GlobalSecondaryIndexes: [
            {
              IndexName: 'by-name',
              KeySchema: [{ AttributeName: 'name', KeyType: 'HASH' }],
              Projection: { ProjectionType: 'ALL' },
            },
          ],
        }),
      );
      const cities = [
        { country: 'NO', name: 'Bergen', people: 290 },
        { country: 'NO', name: 'Oslo', people: 710, river: 'Akerselva' },
        { country: 'NO', name: 'Moss' },
        { country: 'US', name: 'Moss', people: 1 },
      ];
      await clients.documents.send(
        new BatchWriteCommand({
          RequestItems: { [TableName]: cities.map((Item) => ({ PutRequest: { Item } })) },
        }),
      );
      const largest = [];
      const pages = paginateQuery(
        { client: clients.documents, pageSize: 1 },
        {
          TableName,
          IndexName: 'by-people',
          KeyConditionExpression: 'country = :c',
          ExpressionAttributeValues: { ':c': 'NO' },
          ScanIndexForward: false,
          Select: 'ALL_ATTRIBUTES',
        },
      );
      for await (const { Items = [] } of pages) largest.push(...Items);
      expect(largest).toEqual([cities[1], cities[0]]);
      const { Items, Count } = await clients.tables.send(
        new QueryCommand({
          TableName,
          IndexName: 'by-name',
          KeyConditionExpression: '#n = :n',
          ExpressionAttributeNames: { '#n': 'name' },
          ExpressionAttributeValues: { ':n': { S: 'Moss' } },
        }),
      );
      expect(Count).toBe(2);
      expect(Items?.map(({ country }) => country?.S).toSorted()).toEqual(['NO', 'US']);
    });

    test('an index that is made later has what was there before and what came meanwhile, also over a restart', async () => {
      const TableName = 'later';
      const KMSMasterKeyId = await newKey(clients);
      await newTable(clients, TableName, underKey(KMSMasterKeyId));
      const put = (year: number, tag?: string) =>
        clients.documents.send(
          new PutCommand({ TableName, Item: { city: 'Oslo', year, ...(tag && { tag }) } }),
        );
      await Promise.all(
        Array.from({ length: 250 }, (_, year) => put(year, year % 2 === 0 ? 'even' : undefined)),
      );
      await clients.tables.send(
        new UpdateTableCommand({
          TableName,
          AttributeDefinitions: [{ AttributeName: 'tag', AttributeType: 'S' }],
          GlobalSecondaryIndexUpdates: [
            {
              Create: {
                IndexName: 'by-tag',
                KeySchema: [{ AttributeName: 'tag', KeyType: 'HASH' }],
                Projection: { ProjectionType: 'KEYS_ONLY' },
              },
            },
          ],
        }),
      );
      await Promise.all([put(1000, 'even'), put(0)]);
      await site.restart();
      clients = site.clients();
      const Table = await settled(TableName);
      expect(Table.GlobalSecondaryIndexes?.[0]?.ItemCount).toBe(125);
      const scan = new ScanCommand({ TableName, IndexName: 'by-tag', Select: 'COUNT' });
      expect(await clients.tables.send(scan)).toMatchObject({ Count: 125 });
      const { documents } = clients;
      await documents.send(
        new UpdateCommand({
          TableName,
          Key: { city: 'Oslo', year: 2 },
          UpdateExpression: 'REMOVE tag',
        }),
      );
      expect(await clients.tables.send(scan)).toMatchObject({ Count: 124 });
      expect((await site.database.verify()).faults).toEqual([]);
      await clients.tables.send(
        new UpdateTableCommand({
          TableName,
          GlobalSecondaryIndexUpdates: [{ Delete: { IndexName: 'by-tag' } }],
        }),
      );
      expect((await settled(TableName)).GlobalSecondaryIndexes).toBeUndefined();
      expect(await refusal(clients.tables.send(scan))).toBe(
        'ValidationException: The table does not have the specified index: by-tag',
      );
    });

    test('an index key of the wrong type is refused as AWS does', async () => {
      const Item = { country: { S: 'NO' }, name: { S: 'Ås' }, people: { S: 'many' } };
      expect(await refusal(clients.tables.send(new PutItemCommand({ TableName: 'cities', Item })))).toBe(
        'ValidationException: One or more parameter values were invalid: ' +
          'Type mismatch for Index Key people Expected: N Actual: S IndexName: by-people',
      );
    });
  });
}
