import { beforeEach, expect, test } from 'vitest';
import { user } from '../../support/embedded-kms.ts';
import { hourMs } from '../../tables/stream/support.ts';
import { StreamsApi } from './support.ts';

let api: StreamsApi;
beforeEach(async () => {
  api = await StreamsApi.open('NEW_IMAGE');
});

const described = async (more: object = {}) =>
  (await api.call('DescribeStream', { StreamArn: api.arn, ...more })).StreamDescription;

test('a stream is described by its settings and its open shard', async () => {
  const { clock } = api.orders.opened;
  expect(await described()).toEqual({
    StreamArn: api.arn,
    StreamLabel: api.arn.split('/').at(-1),
    StreamStatus: 'ENABLED',
    StreamViewType: 'NEW_IMAGE',
    CreationRequestDateTime: clock.nowMs() / 1000,
    TableName: 'orders',
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    Shards: [
      {
        ShardId: `shardId-${String(clock.nowMs()).padStart(20, '0')}-00000001`,
        SequenceNumberRange: { StartingSequenceNumber: '100000000000000000001' },
      },
    ],
  });
});

test('shards come page by page, each the child of the one before', async () => {
  for (const id of ['a', 'b', 'c']) {
    await api.orders.put(id, 1);
    api.orders.opened.clock.advance(4 * hourMs);
  }
  await api.orders.opened.tables.streams.trim();
  const all = await described();
  const shards = (all as { Shards: { ShardId: string; ParentShardId?: string }[] }).Shards;
  expect(shards).toHaveLength(4);
  expect(shards.map(({ ParentShardId }) => ParentShardId)).toEqual([
    undefined,
    ...shards.slice(0, 3).map(({ ShardId }) => ShardId),
  ]);
  const [first, second, third] = shards;
  expect(await described({ Limit: 2 })).toMatchObject({
    Shards: [first, second],
    LastEvaluatedShardId: second?.ShardId,
  });
  expect(await described({ Limit: 1, ExclusiveStartShardId: second?.ShardId })).toMatchObject({
    Shards: [third],
  });
  expect(await described({ ShardFilter: { Type: 'CHILD_SHARDS', ShardId: first?.ShardId } })).toMatchObject({
    Shards: [second],
  });
});

test('a stream that was disabled says so, and closes its last shard', async () => {
  await api.orders.put('a', 1);
  await api.orders.opened.tables.changeStream(user, 'orders', 'off');
  expect(await described()).toMatchObject({
    StreamStatus: 'DISABLED',
    Shards: [{ SequenceNumberRange: { EndingSequenceNumber: '100000000000000000002' } }],
  });
});

test('R-API-1: a stream that is not there is refused, as is a name that is too short', async () => {
  const other = `${api.arn.slice(0, -1)}x`;
  expect(await api.refusal('DescribeStream', { StreamArn: other })).toBe(
    `StreamNotFound: Requested resource not found: Stream: ${other} not found`,
  );
  expect(await api.refusal('DescribeStream', { StreamArn: 'x'.repeat(37) })).toBe('Invalid StreamArn');
  expect(await api.refusal('DescribeStream', { StreamArn: 'x' })).toBe(
    "1 validation error detected: Value 'x' at 'streamArn' failed to satisfy constraint: Member must have length greater than or equal to 37",
  );
});
