import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import {
  BatchGetCommand,
  type BatchGetCommandInput,
  type BatchGetCommandOutput,
  BatchWriteCommand,
  DynamoDBDocumentClient,
  ExecuteStatementCommand,
  GetCommand,
  NumberValue,
  PutCommand,
  QueryCommand,
} from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Clients, refusal, Site, ways } from '../way.ts';
import { newSingleTable } from './single-table.ts';

const TableName = 'documents';

for (const way of ways) {
  describe(`lib-dynamodb ${way}`, () => {
    let site: Site;
    let clients: Clients;
    beforeAll(async () => {
      site = await Site.open(way);
      clients = site.clients();
      await newSingleTable(clients.tables, TableName);
    });
    afterAll(() => site.end());

    test('reads of more than 16 MB are answered in parts, and all there after asking for the rest', async () => {
      const text = 'x'.repeat(390_000);
      const keys = Array.from({ length: 44 }, (_, number) => ({ pk: 'large', sk: String(number + 10) }));
      for (let from = 0; from < keys.length; from += 25) {
        const requests = keys
          .slice(from, from + 25)
          .map((key) => ({ PutRequest: { Item: { ...key, text } } }));
        const command = new BatchWriteCommand({ RequestItems: { [TableName]: requests } });
        expect((await clients.documents.send(command)).UnprocessedItems).toEqual({});
      }
      let RequestItems: BatchGetCommandInput['RequestItems'] = { [TableName]: { Keys: keys } };
      const found: string[] = [];
      const counts: number[] = [];
      while (RequestItems !== undefined && Object.keys(RequestItems).length > 0) {
        const answer: BatchGetCommandOutput = await clients.documents.send(
          new BatchGetCommand({ RequestItems }),
        );
        const items = answer.Responses?.[TableName] ?? [];
        counts.push(items.length);
        found.push(...items.map(({ sk }) => sk));
        RequestItems = answer.UnprocessedKeys;
      }
      expect(counts).toHaveLength(2);
      expect(found.toSorted()).toEqual(keys.map(({ sk }) => sk));
    });

    test('a query of more than 1 MB is answered in pages', async () => {
      const text = 'x'.repeat(390_000);
      for (const sk of ['1', '2', '3', '4']) {
        await clients.documents.send(new PutCommand({ TableName, Item: { pk: 'query', sk, text } }));
      }
      const query = {
        TableName,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': 'query' },
      };
      const first = await clients.documents.send(new QueryCommand(query));
      expect(first.Items?.map(({ sk }) => sk)).toEqual(['1', '2', '3']);
      expect(first.LastEvaluatedKey).toEqual({ pk: 'query', sk: '3' });
      const rest = await clients.documents.send(
        new QueryCommand({ ...query, ExclusiveStartKey: first.LastEvaluatedKey }),
      );
      expect(rest.Items?.map(({ sk }) => sk)).toEqual(['4']);
      expect(rest.LastEvaluatedKey).toBeUndefined();
    });

    test('numbers keep their 38 digits for clients that ask for them', async () => {
      const exact = DynamoDBDocumentClient.from(clients.tables, { unmarshallOptions: { wrapNumbers: true } });
      const digits = '12345678901234567890123456789012345678';
      const key = { pk: 'numbers', sk: '1' };
      await exact.send(new PutCommand({ TableName, Item: { ...key, exact: NumberValue.from(digits) } }));
      const { Item } = await exact.send(new GetCommand({ TableName, Key: key }));
      expect(Item?.exact).toEqual(NumberValue.from(digits));
      const longer = { ...key, exact: NumberValue.from(`${digits}9`) };
      expect(await refusal(exact.send(new PutCommand({ TableName, Item: longer })))).toBe(
        'ValidationException: Attempting to store more than 38 significant digits in a Number',
      );
    });

    test('empty values and classes go in and out as the client was told to write them', async () => {
      const lenient = DynamoDBDocumentClient.from(clients.tables, {
        marshallOptions: {
          convertEmptyValues: true,
          removeUndefinedValues: true,
          convertClassInstanceToMap: true,
        },
      });
      class Point {
        readonly x = 1;
      }
      const key = { pk: 'marshalled', sk: '1' };
      const Item = { ...key, empty: '', none: undefined, set: new Set<string>(), point: new Point() };
      await lenient.send(new PutCommand({ TableName, Item }));
      const found = await clients.documents.send(new GetCommand({ TableName, Key: key }));
      expect(found.Item).toEqual({ ...key, empty: null, set: null, point: { x: 1 } });
    });

    test('a condition that fails is an error of the class that AWS has for it', async () => {
      const Item = { pk: 'class', sk: '1' };
      const put = () =>
        clients.documents.send(
          new PutCommand({ TableName, Item, ConditionExpression: 'attribute_not_exists(pk)' }),
        );
      await put();
      const fault = await put().catch((thrown: unknown) => thrown);
      if (!(fault instanceof ConditionalCheckFailedException)) throw fault;
      expect([fault.$fault, fault.$metadata.httpStatusCode, fault.$metadata.attempts]).toEqual([
        'client',
        400,
        1,
      ]);
    });

    test('a PartiQL statement takes and gives plain values', async () => {
      const execute = (Statement: string, Parameters: unknown[]) =>
        clients.documents.send(new ExecuteStatementCommand({ Statement, Parameters }));
      await execute(`INSERT INTO "${TableName}" VALUE {'pk': ?, 'sk': ?, 'tags': ?}`, [
        'partiql',
        '1',
        new Set(['a']),
      ]);
      const { Items } = await execute(`SELECT * FROM "${TableName}" WHERE pk = ? AND sk = ?`, [
        'partiql',
        '1',
      ]);
      expect(Items).toEqual([{ pk: 'partiql', sk: '1', tags: new Set(['a']) }]);
    });
  });
}
