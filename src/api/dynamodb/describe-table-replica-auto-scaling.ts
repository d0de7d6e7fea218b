/** DescribeTableReplicaAutoScaling: the replicas of a table; none of them scales by itself. */
import { operation } from '../operation.ts';
import type { DynamoContext } from './context.ts';
import { membersOf } from './replica-description.ts';

export const describeTableReplicaAutoScaling = operation({
  name: 'DescribeTableReplicaAutoScaling',
  run: async ({ tables, caller }: DynamoContext, { TableName }: { readonly TableName: string }) => {
    const info = await tables.describe(caller, TableName);
    const Replicas = membersOf(info).map(({ region, state }) => ({
      RegionName: region,
      ReplicaStatus: state,
    }));
    return {
      TableAutoScalingDescription: {
        TableName: info.definition.name,
        TableStatus: info.status,
        Replicas,
      },
    };
  },
});
