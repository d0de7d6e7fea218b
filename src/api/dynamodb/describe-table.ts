/** DescribeTable: what there is to know of a table without its key. */
import { operation } from '../operation.ts';
import type { DynamoContext } from './context.ts';
import { tableDescription } from './table-description.ts';

export const describeTable = operation({
  name: 'DescribeTable',
  run: async ({ tables, caller }: DynamoContext, { TableName }: { readonly TableName: string }) => ({
    Table: tableDescription(await tables.show(caller, TableName)),
  }),
});
