import {
  DeleteTableCommand,
  DescribeTableCommand,
  UpdateTableCommand,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import {
  DescribeStreamCommand,
  GetShardIteratorCommand,
  ListStreamsCommand,
  type ShardIteratorType,
} from '@aws-sdk/client-dynamodb-streams';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { allRecords, iterator, put, read, shardsOf, streamedTable } from './stream-calls.ts';
import { type Clients, refusal, Site } from './way.ts';

/** In process alone: signatures carry the time of the machine, and here it is another one. */
const hourMs = 3_600_000;

let site: Site;
let clients: Clients;
beforeEach(async () => {
  site = await Site.open('in process');
  clients = site.clients();
});
afterEach(() => site.end());

test('a shard closes after four hours, and its child goes on', async () => {
  const arn = await streamedTable(clients, 'KEYS_ONLY');
  await put(clients, { id: 'a' });
  const first = await iterator(clients, arn);
  await site.clock.advanceAndSettle(5 * hourMs);
  await put(clients, { id: 'b' });
  const [parent, child] = await shardsOf(clients, arn);
  expect(child?.ParentShardId).toBe(parent?.ShardId);
  expect(parent?.SequenceNumberRange?.EndingSequenceNumber).toMatch(/^\d{21}$/);
  expect(child?.SequenceNumberRange?.EndingSequenceNumber).toBeUndefined();
  expect(await refusal(read(clients, first))).toMatch(/^ExpiredIteratorException: /);
  const again = await clients.streams.send(
    new GetShardIteratorCommand({
      StreamArn: arn,
      ShardId: parent?.ShardId,
      ShardIteratorType: 'TRIM_HORIZON',
    }),
  );
  const { Records, NextShardIterator } = await read(clients, again.ShardIterator);
  expect(Records?.map(({ dynamodb }) => dynamodb?.Keys?.id?.S)).toEqual(['a']);
  expect(NextShardIterator).toBeUndefined();
  expect((await allRecords(clients, arn)).map(({ dynamodb }) => dynamodb?.Keys?.id?.S)).toEqual(['b']);
  const { StreamDescription } = await clients.streams.send(
    new DescribeStreamCommand({
      StreamArn: arn,
      ShardFilter: { Type: 'CHILD_SHARDS', ShardId: parent?.ShardId },
    }),
  );
  expect(StreamDescription?.Shards?.map(({ ShardId }) => ShardId)).toEqual([child?.ShardId]);
});

test('records go after a day, and who comes for them is told', async () => {
  const arn = await streamedTable(clients, 'KEYS_ONLY');
  await put(clients, { id: 'a' });
  const [record] = await allRecords(clients, arn);
  await site.clock.advanceAndSettle(2 * hourMs);
  await put(clients, { id: 'b' });
  const [shard] = await shardsOf(clients, arn);
  await site.clock.advanceAndSettle(23 * hourMs);
  const from = (ShardIteratorType: ShardIteratorType, SequenceNumber?: string) =>
    clients.streams.send(
      new GetShardIteratorCommand({
        StreamArn: arn,
        ShardId: shard?.ShardId,
        ShardIteratorType,
        SequenceNumber,
      }),
    );
  const { ShardIterator } = await from('TRIM_HORIZON');
  const { Records } = await read(clients, ShardIterator);
  expect(Records?.map(({ dynamodb }) => dynamodb?.Keys?.id?.S)).toEqual(['b']);
  expect(await refusal(from('AT_SEQUENCE_NUMBER', record?.dynamodb?.SequenceNumber))).toMatch(
    /^TrimmedDataAccessException: /,
  );
});

test('a stream that was disabled is read for a day, and a new one has a name of its own', async () => {
  const arn = await streamedTable(clients, 'KEYS_ONLY');
  await put(clients, { id: 'a' });
  const update = (StreamEnabled: boolean) =>
    clients.tables.send(
      new UpdateTableCommand({
        TableName: 'orders',
        StreamSpecification: StreamEnabled
          ? { StreamEnabled, StreamViewType: 'NEW_IMAGE' }
          : { StreamEnabled },
      }),
    );
  expect(await refusal(update(true))).toBe(
    'ValidationException: Table already has an enabled stream: TableName: orders',
  );
  await update(false);
  expect(await refusal(update(false))).toBe(
    'ValidationException: Table has no stream to disable: TableName: orders',
  );
  await put(clients, { id: 'unseen' });
  expect((await allRecords(clients, arn)).map(({ dynamodb }) => dynamodb?.Keys?.id?.S)).toEqual(['a']);
  const [shard] = await shardsOf(clients, arn);
  expect(shard?.SequenceNumberRange?.EndingSequenceNumber).toMatch(/^\d{21}$/);
  await update(true);
  await put(clients, { id: 'b' });
  const { Table } = await clients.tables.send(new DescribeTableCommand({ TableName: 'orders' }));
  expect(Table?.LatestStreamArn).not.toBe(arn);
  expect(Table?.StreamSpecification).toEqual({ StreamEnabled: true, StreamViewType: 'NEW_IMAGE' });
  expect(await allRecords(clients, Table?.LatestStreamArn ?? '')).toHaveLength(1);
  await site.clock.advanceAndSettle(25 * hourMs);
  expect(await refusal(shardsOf(clients, arn))).toBe(
    `ResourceNotFoundException: Requested resource not found: Stream: ${arn} not found`,
  );
});

test('the stream of a deleted table is read for a day, whoever has its name meanwhile', async () => {
  const arn = await streamedTable(clients, 'KEYS_ONLY');
  await put(clients, { id: 'a' });
  const before = await iterator(clients, arn);
  await clients.tables.send(new DeleteTableCommand({ TableName: 'orders' }));
  const { StreamDescription } = await clients.streams.send(new DescribeStreamCommand({ StreamArn: arn }));
  expect(StreamDescription).toMatchObject({ StreamStatus: 'DISABLED', TableName: 'orders' });
  const next = await streamedTable(clients, 'NEW_IMAGE');
  await put(clients, { id: 'b' });
  const idsOf = async (records: ReturnType<typeof allRecords>) =>
    (await records).map(({ dynamodb }) => dynamodb?.Keys?.id?.S);
  expect(await idsOf(read(clients, before).then(({ Records }) => Records ?? []))).toEqual(['a']);
  expect([await idsOf(allRecords(clients, arn)), await idsOf(allRecords(clients, next))]).toEqual([
    ['a'],
    ['b'],
  ]);
  const listed = async () => {
    const { Streams } = await clients.streams.send(new ListStreamsCommand({ TableName: 'orders' }));
    return Streams?.map(({ StreamArn }) => StreamArn);
  };
  expect(await listed()).toEqual([arn, next].toSorted());
  await site.restart();
  clients = site.clients();
  expect(await idsOf(allRecords(clients, arn))).toEqual(['a']);
  await site.clock.advanceAndSettle(24 * hourMs);
  expect(await listed()).toEqual([next]);
  expect(await refusal(shardsOf(clients, arn))).toBe(
    `ResourceNotFoundException: Requested resource not found: Stream: ${arn} not found`,
  );
});

test('an item whose time is up is removed by the service, and the stream says so', async () => {
  const arn = await streamedTable(clients, 'OLD_IMAGE');
  await clients.tables.send(
    new UpdateTimeToLiveCommand({
      TableName: 'orders',
      TimeToLiveSpecification: { Enabled: true, AttributeName: 'until' },
    }),
  );
  const nowSeconds = Math.floor(site.clock.nowMs() / 1000);
  await put(clients, { id: 'a', until: nowSeconds + 60 });
  await put(clients, { id: 'b', until: nowSeconds + 30 * 24 * 3600 });
  await put(clients, { id: 'c', until: String(nowSeconds) });
  await put(clients, { id: 'd', until: nowSeconds - 6 * 365 * 24 * 3600 });
  const removals = async () => {
    await site.clock.advanceAndSettle(hourMs / 2);
    return (await allRecords(clients, arn)).filter(({ eventName }) => eventName === 'REMOVE');
  };
  await expect.poll(removals).toHaveLength(1);
  expect(
    (await removals()).map(({ dynamodb, userIdentity }) => [dynamodb?.Keys?.id?.S, userIdentity]),
  ).toEqual([['a', { PrincipalId: 'dynamodb.amazonaws.com', Type: 'Service' }]]);
});
