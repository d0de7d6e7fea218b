/** DescribeGlobalTableSettings: of none: these are the tables of version 2017.11.29; replicas of version 2019.11.21 are of UpdateTable. */
import { Refusal } from '../../base/errors.ts';
import { operation } from '../operation.ts';
import type { DynamoContext } from './context.ts';

export const describeGlobalTableSettings = operation({
  name: 'DescribeGlobalTableSettings',
  run: (_: DynamoContext, { GlobalTableName }: { readonly GlobalTableName: string }) => {
    throw new Refusal('GlobalTableNotFound', { name: GlobalTableName });
  },
});
