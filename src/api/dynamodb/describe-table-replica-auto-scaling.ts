/** DescribeTableReplicaAutoScaling: a table without replicas scales none. */
import { operation } from '../operation.ts';
import type { DynamoContext } from './context.ts';

export const describeTableReplicaAutoScaling = operation({
  name: 'DescribeTableReplicaAutoScaling',
  run: async ({ tables, caller }: DynamoContext, { TableName }: { readonly TableName: string }) => {
    const { definition, status } = await tables.describe(caller, TableName);
    return {
      TableAutoScalingDescription: { TableName: definition.name, TableStatus: status, Replicas: [] },
    };
  },
});
