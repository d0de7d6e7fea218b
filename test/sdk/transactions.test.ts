import {
  GetItemCommand,
  TransactGetItemsCommand,
  TransactionCanceledException,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import { TransactGetCommand, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Clients, newKey, newTable, refusal, Site, underKey, ways } from './way.ts';

const cancelled = 'Transaction cancelled, please refer cancellation reasons for specific reasons';

for (const way of ways) {
  describe(`transactions ${way}`, () => {
    let site: Site;
    let clients: Clients;
    beforeEach(async () => {
      site = await Site.open(way);
      clients = site.clients();
      await newTable(clients, 'Cities', underKey(await newKey(clients)));
      await newTable(clients, 'Visits');
    });
    afterEach(() => site.end());

    const both = (people: number) =>
      new TransactWriteCommand({
        TransactItems: [
          { Put: { TableName: 'Cities', Item: { city: 'Rome', year: 1, people } } },
          {
            Update: {
              TableName: 'Visits',
              Key: { city: 'Rome', year: 1 },
              UpdateExpression: 'ADD visits :one',
              ExpressionAttributeValues: { ':one': 1 },
            },
          },
        ],
      });

    test('write and read items of two tables at once', async () => {
      await clients.documents.send(both(7));
      await clients.documents.send(both(8));
      const { Responses } = await clients.documents.send(
        new TransactGetCommand({
          TransactItems: [
            { Get: { TableName: 'Visits', Key: { city: 'Rome', year: 1 } } },
            { Get: { TableName: 'Cities', Key: { city: 'Oslo', year: 1 } } },
            { Get: { TableName: 'Cities', Key: { city: 'Rome', year: 1 }, ProjectionExpression: 'people' } },
          ],
        }),
      );
      expect(Responses).toEqual([
        { Item: { city: 'Rome', year: 1, visits: 2 } },
        {},
        { Item: { people: 8 } },
      ]);
    });

    test('tell the client for each part why they are cancelled', async () => {
      await clients.documents.send(both(7));
      const Key = { city: { S: 'Rome' }, year: { N: '1' } };
      const command = new TransactWriteItemsCommand({
        TransactItems: [
          { Delete: { TableName: 'Visits', Key } },
          {
            ConditionCheck: {
              TableName: 'Cities',
              Key,
              ConditionExpression: 'people > :n',
              ExpressionAttributeValues: { ':n': { N: '7' } },
              ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
            },
          },
        ],
      });
      const fault = await clients.tables.send(command).catch((thrown: unknown) => thrown);
      if (!(fault instanceof TransactionCanceledException)) throw fault;
      expect(fault.message).toBe(`${cancelled} [None, ConditionalCheckFailed]`);
      expect(fault.CancellationReasons).toEqual([
        { Code: 'None' },
        {
          Code: 'ConditionalCheckFailed',
          Message: 'The conditional request failed',
          Item: { ...Key, people: { N: '7' } },
        },
      ]);
      const { Item } = await clients.tables.send(new GetItemCommand({ TableName: 'Visits', Key }));
      expect(Item).toEqual({ ...Key, visits: { N: '1' } });
    });

    test('are made once for one token, across a restart', async () => {
      const { input } = both(7);
      const once = () => new TransactWriteCommand({ ...input, ClientRequestToken: 'once' });
      await clients.documents.send(once());
      await site.restart();
      clients = site.clients();
      await clients.documents.send(once());
      const other = new TransactWriteCommand({ ...both(8).input, ClientRequestToken: 'once' });
      expect(await refusal(clients.documents.send(other))).toBe(
        'IdempotentParameterMismatchException: DynamoDB rejected the request because you retried a request ' +
          'with a different payload but with an idempotent token that was already used.',
      );
      const Key = { city: { S: 'Rome' }, year: { N: '1' } };
      const read = new TransactGetItemsCommand({ TransactItems: [{ Get: { TableName: 'Visits', Key } }] });
      const { Responses } = await clients.tables.send(read);
      expect(Responses?.[0]?.Item?.visits).toEqual({ N: '1' });
    });
  });
}
