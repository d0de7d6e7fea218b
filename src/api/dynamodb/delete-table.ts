/** DeleteTable: a table, its items and the keys that could open them. */
import { operation } from '../operation.ts';
import type { DynamoContext } from './context.ts';
import { tableDescription } from './table-description.ts';

export const deleteTable = operation({
  name: 'DeleteTable',
  run: async ({ tables, caller }: DynamoContext, { TableName }: { readonly TableName: string }) => ({
    TableDescription: tableDescription(await tables.delete(caller, TableName)),
  }),
});
