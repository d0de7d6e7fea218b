/** DescribeKinesisStreamingDestination: none, as no table can have one. */
import { operation } from '../operation.ts';
import type { DynamoContext } from './context.ts';

export const describeKinesisStreamingDestination = operation({
  name: 'DescribeKinesisStreamingDestination',
  run: async ({ tables, caller }: DynamoContext, { TableName }: { readonly TableName: string }) => {
    const { definition } = await tables.describe(caller, TableName);
    return { TableName: definition.name, KinesisDataStreamDestinations: [] };
  },
});
