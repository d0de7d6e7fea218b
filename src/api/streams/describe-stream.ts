/** DescribeStream: a stream's settings and its shards. */
import type { OpenStream } from '../../tables/stream/open-stream.ts';
import { type Shard, sequenceText, shardId } from '../../tables/stream/shard.ts';
import { operation } from '../operation.ts';
import type { StreamsContext } from './context.ts';

interface DescribeStreamInput {
  readonly StreamArn: string;
  readonly Limit?: number;
  readonly ExclusiveStartShardId?: string;
  readonly ShardFilter?: { readonly Type?: 'CHILD_SHARDS'; readonly ShardId?: string };
}

/** Also the most that may be asked for: see api/member-rule.ts. */
const listedMax = 100;

export const describeStream = operation({
  name: 'DescribeStream',
  run: async ({ streams, caller, connection }: StreamsContext, input: DescribeStreamInput) => {
    const stream = await streams.open(caller, connection, input.StreamArn);
    const limit = input.Limit ?? listedMax;
    const shards = chosenShards(await stream.shards(), input);
    const page = shards.slice(0, limit);
    const last = page.at(-1);
    return {
      StreamDescription: {
        ...settings(stream),
        Shards: page.map(shardDescription),
        LastEvaluatedShardId: shards.length > limit && last !== undefined ? shardId(last) : undefined,
      },
    };
  },
});

function settings({ info }: OpenStream): object {
  return {
    StreamArn: info.arn,
    StreamLabel: info.label,
    StreamStatus: info.disabledAtMs === undefined ? 'ENABLED' : 'DISABLED',
    StreamViewType: info.view,
    CreationRequestDateTime: info.createdAtMs / 1000,
    TableName: info.table,
    KeySchema: info.keySchema,
  };
}

function chosenShards(shards: readonly Shard[], input: DescribeStreamInput): readonly Shard[] {
  const { ExclusiveStartShardId: startAfter, ShardFilter: filter } = input;
  return shards
    .filter((shard) => startAfter === undefined || shardId(shard) > startAfter)
    .filter(
      ({ parent }) =>
        filter?.ShardId === undefined || (parent !== undefined && shardId(parent) === filter.ShardId),
    );
}

function shardDescription(shard: Shard): object {
  const { first, end, parent } = shard;
  return {
    ShardId: shardId(shard),
    SequenceNumberRange: {
      StartingSequenceNumber: sequenceText(first),
      EndingSequenceNumber: end === undefined ? undefined : sequenceText(end.last),
    },
    ParentShardId: parent === undefined ? undefined : shardId(parent),
  };
}
