/** GetRecords: the changes from a place in a shard on, and the place behind them. */
import { createHash } from 'node:crypto';
import type { SequencedRecord } from '../../tables/stream/open-stream.ts';
import { sequenceText } from '../../tables/stream/shard.ts';
import type { StreamInfo } from '../../tables/stream/stream-info.ts';
import { operation } from '../operation.ts';
import type { StreamsContext } from './context.ts';

interface GetRecordsInput {
  readonly ShardIterator: string;
  readonly Limit?: number;
}

/** Also the most that may be asked for: see api/member-rule.ts. */
const recordsMax = 1000;

export const getRecords = operation({
  name: 'GetRecords',
  run: async (context: StreamsContext, { ShardIterator, Limit = recordsMax }: GetRecordsInput) => {
    const { streams, iterators, caller, connection } = context;
    const { arn, position } = iterators.open(ShardIterator);
    const stream = await streams.open(caller, connection, arn);
    const { records, next } = await stream.read(position, Limit);
    return {
      Records: records.map((record) => recordDescription(stream.info, record)),
      NextShardIterator: next === undefined ? undefined : iterators.seal({ arn, position: next }),
    };
  },
});

/** The service itself, as consumers know it from deletions that nobody asked for. */
const serviceIdentity = { Type: 'Service', PrincipalId: 'dynamodb.amazonaws.com' } as const;

function recordDescription(info: StreamInfo, record: SequencedRecord): object {
  const { kind, isExpired, createdAtMs, keys, newImage, oldImage, sequence, recordBytes } = record;
  return {
    eventID: eventId(info.arn, sequence),
    eventName: kind,
    eventVersion: '1.1',
    eventSource: 'aws:dynamodb',
    awsRegion: info.region,
    dynamodb: {
      // Whole seconds, as AWS tells them.
      ApproximateCreationDateTime: Math.floor(createdAtMs / 1000),
      Keys: keys,
      NewImage: newImage,
      OldImage: oldImage,
      SequenceNumber: sequenceText(sequence),
      SizeBytes: recordBytes,
      StreamViewType: info.view,
    },
    userIdentity: isExpired ? serviceIdentity : undefined,
  };
}

/** The same whenever a record is read, as consumers use it to know one again. */
function eventId(arn: string, sequence: number): string {
  return createHash('sha256').update(`${arn} ${sequence}`).digest('hex').slice(0, 32);
}
