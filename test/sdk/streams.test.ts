import { DeleteTableCommand, TransactWriteItemsCommand } from '@aws-sdk/client-dynamodb';
import { DescribeStreamCommand, ListStreamsCommand } from '@aws-sdk/client-dynamodb-streams';
import { DisableKeyCommand, EnableKeyCommand } from '@aws-sdk/client-kms';
import { DeleteCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { allRecords, iterator, put, read, shardsOf, streamedTable } from './stream-calls.ts';
import { account, type Clients, newKey, refusal, Site, ways } from './way.ts';

for (const way of ways) {
  describe(`streams ${way}`, () => {
    let site: Site;
    let clients: Clients;
    beforeEach(async () => {
      site = await Site.open(way);
      clients = site.clients();
    });
    afterEach(() => site.end());

    test('every change of an item is a record, in its order', async () => {
      const arn = await streamedTable(clients);
      await put(clients, { id: 'a', n: 1 });
      await put(clients, { id: 'a', n: 1 });
      await clients.documents.send(
        new UpdateCommand({
          TableName: 'orders',
          Key: { id: 'a' },
          UpdateExpression: 'SET n = :n',
          ExpressionAttributeValues: { ':n': 2 },
        }),
      );
      await clients.documents.send(new DeleteCommand({ TableName: 'orders', Key: { id: 'a' } }));
      await clients.documents.send(new DeleteCommand({ TableName: 'orders', Key: { id: 'a' } }));
      const [one, two] = [
        { id: { S: 'a' }, n: { N: '1' } },
        { id: { S: 'a' }, n: { N: '2' } },
      ];
      const records = await allRecords(clients, arn);
      expect(
        records.map(({ eventName, dynamodb }) => [eventName, dynamodb?.OldImage, dynamodb?.NewImage]),
      ).toEqual([
        ['INSERT', undefined, one],
        ['MODIFY', one, two],
        ['REMOVE', two, undefined],
      ]);
      const numbers = records.map(({ dynamodb }) => dynamodb?.SequenceNumber ?? '');
      expect(numbers.toSorted()).toEqual(numbers);
      expect(records[0]).toEqual({
        eventID: expect.stringMatching(/^[0-9a-f]{32}$/),
        eventName: 'INSERT',
        eventVersion: '1.1',
        eventSource: 'aws:dynamodb',
        awsRegion: 'us-east-1',
        dynamodb: {
          ApproximateCreationDateTime: new Date(Math.floor(site.clock.nowMs() / 1000) * 1000),
          Keys: { id: { S: 'a' } },
          NewImage: one,
          SequenceNumber: expect.stringMatching(/^\d{21,40}$/),
          SizeBytes: 9,
          StreamViewType: 'NEW_AND_OLD_IMAGES',
        },
      });
      expect(new Set(records.map(({ eventID }) => eventID)).size).toBe(3);
    });

    for (const [view, images] of [
      ['KEYS_ONLY', []],
      ['NEW_IMAGE', ['NewImage']],
      ['OLD_IMAGE', ['OldImage']],
      ['NEW_AND_OLD_IMAGES', ['NewImage', 'OldImage']],
    ] as const) {
      test(`a stream of ${view} holds ${images.join(' and ') || 'no image'}`, async () => {
        const arn = await streamedTable(clients, view);
        await put(clients, { id: 'a', n: 1 });
        await put(clients, { id: 'a', n: 2 });
        const [, second] = await allRecords(clients, arn);
        expect(second?.dynamodb?.Keys).toEqual({ id: { S: 'a' } });
        const held = (['NewImage', 'OldImage'] as const).filter((image) => second?.dynamodb?.[image]);
        expect(held).toEqual(images);
      });
    }

    test('a transaction is in the stream as a whole or not at all', async () => {
      const arn = await streamedTable(clients, 'KEYS_ONLY');
      const write = (id: string, ConditionExpression?: string) => ({
        Put: { TableName: 'orders', Item: { id: { S: id } }, ConditionExpression },
      });
      const failing = new TransactWriteItemsCommand({
        TransactItems: [write('a'), write('b', 'attribute_exists(id)')],
      });
      expect(await refusal(clients.tables.send(failing))).not.toBe('answered');
      await clients.tables.send(new TransactWriteItemsCommand({ TransactItems: [write('c'), write('d')] }));
      const keys = (await allRecords(clients, arn)).map(({ dynamodb }) => dynamodb?.Keys?.id?.S);
      expect(keys).toEqual(['c', 'd']);
    });

    test('a stream is described with its shards, and listed', async () => {
      const arn = await streamedTable(clients);
      expect(arn).toMatch(
        new RegExp(
          `^arn:aws:dynamodb:us-east-1:${account}:table/orders/stream/\\d{4}-\\d\\d-\\d\\dT[\\d:]{8}\\.\\d{3}$`,
        ),
      );
      const { StreamDescription } = await clients.streams.send(new DescribeStreamCommand({ StreamArn: arn }));
      expect(StreamDescription).toEqual({
        StreamArn: arn,
        StreamLabel: arn.slice(-23),
        StreamStatus: 'ENABLED',
        StreamViewType: 'NEW_AND_OLD_IMAGES',
        CreationRequestDateTime: new Date(site.clock.nowMs()),
        TableName: 'orders',
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
        Shards: [
          {
            ShardId: expect.stringMatching(/^shardId-\d{20}-[0-9a-f]{8}$/),
            SequenceNumberRange: { StartingSequenceNumber: expect.stringMatching(/^\d{21}$/) },
          },
        ],
      });
      const listed = [{ StreamArn: arn, TableName: 'orders', StreamLabel: arn.slice(-23) }];
      const list = async (TableName?: string) =>
        (await clients.streams.send(new ListStreamsCommand({ TableName }))).Streams;
      expect(await list()).toEqual(listed);
      expect(await list('orders')).toEqual(listed);
      expect(await list('others')).toEqual([]);
    });

    test('iterators begin at the oldest, the newest, at a record and after it', async () => {
      const arn = await streamedTable(clients, 'KEYS_ONLY');
      const latest = await iterator(clients, arn, 'LATEST');
      for (const id of ['a', 'b', 'c']) await put(clients, { id });
      const records = await allRecords(clients, arn);
      const second = records[1]?.dynamodb?.SequenceNumber;
      const ids = async (from: string | undefined) =>
        (await read(clients, from)).Records?.map(({ dynamodb }) => dynamodb?.Keys?.id?.S).join();
      expect(await ids(latest)).toBe('a,b,c');
      expect(await ids(await iterator(clients, arn, 'LATEST'))).toBe('');
      expect(await ids(await iterator(clients, arn, 'AT_SEQUENCE_NUMBER', second))).toBe('b,c');
      expect(await ids(await iterator(clients, arn, 'AFTER_SEQUENCE_NUMBER', second))).toBe('c');
    });

    test('pages lead from one to the next, also over nothing new', async () => {
      const arn = await streamedTable(clients, 'KEYS_ONLY');
      for (const id of ['a', 'b', 'c']) await put(clients, { id });
      let at = await iterator(clients, arn);
      const pages: string[] = [];
      for (let page = 0; page < 4; page++) {
        const { Records = [], NextShardIterator } = await read(clients, at, 2);
        pages.push(Records.map(({ dynamodb }) => dynamodb?.Keys?.id?.S).join());
        at = NextShardIterator;
      }
      await put(clients, { id: 'd' });
      const { Records = [] } = await read(clients, at);
      expect([...pages, Records[0]?.dynamodb?.Keys?.id?.S]).toEqual(['a,b', 'c', '', '', 'd']);
    });

    test('a page ends before a megabyte', async () => {
      const arn = await streamedTable(clients, 'NEW_IMAGE');
      for (const id of ['a', 'b', 'c']) await put(clients, { id, text: 'x'.repeat(390_000) });
      const { Records, NextShardIterator } = await read(clients, await iterator(clients, arn));
      expect(Records).toHaveLength(2);
      expect((await read(clients, NextShardIterator)).Records).toHaveLength(1);
    });

    test('streams, their records and iterators are there after a restart', async () => {
      const arn = await streamedTable(clients, 'KEYS_ONLY');
      await put(clients, { id: 'a' });
      const from = await iterator(clients, arn);
      await site.restart();
      clients = site.clients();
      await put(clients, { id: 'b' });
      const { Records } = await read(clients, from);
      expect(Records?.map(({ dynamodb }) => dynamodb?.Keys?.id?.S)).toEqual(['a', 'b']);
    });

    test('a stream is closed with the key of its table, and opens with it again', async () => {
      const keyArn = await newKey(clients);
      const arn = await streamedTable(clients, 'KEYS_ONLY', keyArn);
      await put(clients, { id: 'a' });
      const from = await iterator(clients, arn);
      await clients.keys.send(new DisableKeyCommand({ KeyId: keyArn }));
      expect(await refusal(read(clients, from))).toMatch(/^ValidationException: KMS key disabled error: /);
      expect(await refusal(shardsOf(clients, arn))).toMatch(/^ValidationException: KMS key disabled error: /);
      expect((await clients.streams.send(new ListStreamsCommand({}))).Streams).toHaveLength(1);
      await clients.keys.send(new EnableKeyCommand({ KeyId: keyArn }));
      expect((await read(clients, from)).Records).toHaveLength(1);
    });

    test('iterators that nobody gave out are refused', async () => {
      const arn = await streamedTable(clients, 'KEYS_ONLY');
      await put(clients, { id: 'a' });
      const from = (await iterator(clients, arn)) ?? '';
      const forged = [
        'x',
        `${arn}|1|AAAA`,
        from.replace('orders', 'others'),
        `${from.slice(0, -1)}${from.endsWith('A') ? 'B' : 'A'}`,
      ];
      for (const each of forged) {
        expect(await refusal(read(clients, each))).toBe('ValidationException: Invalid ShardIterator');
      }
    });

    test('the stream outlives its table, and takes no more records', async () => {
      const arn = await streamedTable(clients, 'KEYS_ONLY');
      await clients.tables.send(new DeleteTableCommand({ TableName: 'orders' }));
      const { StreamDescription } = await clients.streams.send(new DescribeStreamCommand({ StreamArn: arn }));
      expect(StreamDescription?.StreamStatus).toBe('DISABLED');
      expect(await shardsOf(clients, arn)).not.toEqual([]);
    });
  });
}
