/** DescribeContinuousBackups: whether the past of a table is kept, and which moments of it can be restored. */
import { operation } from '../operation.ts';
import type { DynamoContext } from './context.ts';
import { continuousBackups } from './continuous-backups.ts';

export const describeContinuousBackups = operation({
  name: 'DescribeContinuousBackups',
  run: ({ pointInTime, caller }: DynamoContext, { TableName }: { readonly TableName: string }) =>
    continuousBackups(pointInTime.describe(caller, TableName)),
});
