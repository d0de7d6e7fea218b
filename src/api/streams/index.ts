/** Every operation of the DynamoDB Streams API. */
import type { Operation } from '../operation.ts';
import type { StreamsContext } from './context.ts';
import { describeStream } from './describe-stream.ts';
import { getRecords } from './get-records.ts';
import { getShardIterator } from './get-shard-iterator.ts';
import { listStreams } from './list-streams.ts';

export const streamsOperations: readonly Operation<StreamsContext>[] = [
  describeStream,
  getRecords,
  getShardIterator,
  listStreams,
];
