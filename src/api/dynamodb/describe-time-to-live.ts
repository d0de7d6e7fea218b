/** DescribeTimeToLive: whether a table heeds times, and of which attribute. */
import { operation } from '../operation.ts';
import type { DynamoContext } from './context.ts';

export const describeTimeToLive = operation({
  name: 'DescribeTimeToLive',
  run: async ({ tables, caller }: DynamoContext, { TableName }: { readonly TableName: string }) => {
    const { timeToLive } = await tables.describe(caller, TableName);
    return {
      TimeToLiveDescription:
        timeToLive?.isEnabled === true
          ? { TimeToLiveStatus: 'ENABLED', AttributeName: timeToLive.attribute }
          : { TimeToLiveStatus: 'DISABLED' },
    };
  },
});
