/** ListStreams: the caller's streams in the region, or those of one table. */
import { operation } from '../operation.ts';
import type { StreamsContext } from './context.ts';

interface ListStreamsInput {
  readonly TableName?: string;
  readonly Limit?: number;
  readonly ExclusiveStartStreamArn?: string;
}

/** Also the most that may be asked for: see api/member-rule.ts. */
const listedMax = 100;

export const listStreams = operation({
  name: 'ListStreams',
  run: ({ streams, caller }: StreamsContext, input: ListStreamsInput) => {
    const { TableName, ExclusiveStartStreamArn: startAfter } = input;
    const limit = input.Limit ?? listedMax;
    const all = streams.list(caller, TableName);
    const after = startAfter === undefined ? all : all.filter(({ arn }) => arn > startAfter);
    const page = after.slice(0, limit);
    return {
      Streams: page.map(({ arn, table, label }) => ({
        StreamArn: arn,
        TableName: table,
        StreamLabel: label,
      })),
      LastEvaluatedStreamArn: after.length > limit ? page.at(-1)?.arn : undefined,
    };
  },
});
