/** DescribeGlobalTable: of none, as every table is of one region. */
import { Refusal } from '../../base/errors.ts';
import { operation } from '../operation.ts';
import type { DynamoContext } from './context.ts';

export const describeGlobalTable = operation({
  name: 'DescribeGlobalTable',
  run: (_: DynamoContext, { GlobalTableName }: { readonly GlobalTableName: string }) => {
    throw new Refusal('GlobalTableNotFound', { name: GlobalTableName });
  },
});
