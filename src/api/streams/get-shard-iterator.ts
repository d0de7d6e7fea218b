/** GetShardIterator: the place in a shard from which GetRecords goes on. */
import { Refusal, refuse } from '../../base/errors.ts';
import type { OpenStream, ShardPosition } from '../../tables/stream/open-stream.ts';
import { isShardId, type Shard, sequenceOfText } from '../../tables/stream/shard.ts';
import { operation } from '../operation.ts';
import type { StreamsContext } from './context.ts';

interface GetShardIteratorInput {
  readonly StreamArn: string;
  readonly ShardId: string;
  readonly ShardIteratorType: 'TRIM_HORIZON' | 'LATEST' | 'AT_SEQUENCE_NUMBER' | 'AFTER_SEQUENCE_NUMBER';
  readonly SequenceNumber?: string;
}

export const getShardIterator = operation({
  name: 'GetShardIterator',
  run: async (context: StreamsContext, input: GetShardIteratorInput) => {
    const { streams, iterators, caller, connection } = context;
    checkSequenceNumber(input);
    if (!isShardId(input.ShardId)) refuse('Invalid ShardId');
    const stream = await streams.open(caller, connection, input.StreamArn);
    const shard = await stream.shard(input.ShardId);
    if (shard === undefined) {
      throw new Refusal('ShardNotFound', { shardId: input.ShardId, streamArn: input.StreamArn });
    }
    const position = await positionOf(stream, shard, input);
    return { ShardIterator: iterators.seal({ arn: stream.info.arn, position }) };
  },
});

function checkSequenceNumber({ ShardIteratorType, SequenceNumber }: GetShardIteratorInput): void {
  const wantsOne =
    ShardIteratorType === 'AT_SEQUENCE_NUMBER' || ShardIteratorType === 'AFTER_SEQUENCE_NUMBER';
  if (wantsOne && SequenceNumber === undefined) {
    refuse(`SequenceNumber must be specified with the ShardIteratorType ${ShardIteratorType}`);
  }
  if (!wantsOne && SequenceNumber !== undefined) {
    refuse(`SequenceNumber cannot be specified with the ShardIteratorType ${ShardIteratorType}`);
  }
}

async function positionOf(
  stream: OpenStream,
  shard: Shard,
  { ShardIteratorType, SequenceNumber }: GetShardIteratorInput,
): Promise<ShardPosition> {
  const { number, first, end } = shard;
  const at = (sequence: number) => ({ shard: number, sequence, atHorizon: false });
  if (ShardIteratorType === 'TRIM_HORIZON') return { ...at(first), atHorizon: true };
  const next = end === undefined ? await stream.nextSequence() : end.last + 1;
  if (ShardIteratorType === 'LATEST') return at(next);
  const sequence = sequenceOfText(SequenceNumber ?? '');
  if (sequence === undefined || sequence < first || sequence >= next) {
    refuse(`Invalid SequenceNumber: ${SequenceNumber}`);
  }
  await stream.refuseTrimmed(sequence);
  return at(ShardIteratorType === 'AT_SEQUENCE_NUMBER' ? sequence : sequence + 1);
}
