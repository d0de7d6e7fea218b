/** DescribeEndpoints: the address to call, which is the one that was called. */
import { operation } from '../operation.ts';
import type { DynamoContext } from './context.ts';

/** As long as AWS lets clients keep one. */
const cacheMinutes = 1440;

export const describeEndpoints = operation({
  name: 'DescribeEndpoints',
  run: ({ caller, host = `dynamodb.${caller.region}.amazonaws.com` }: DynamoContext) => ({
    Endpoints: [{ Address: host, CachePeriodInMinutes: cacheMinutes }],
  }),
});
