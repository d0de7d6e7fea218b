/** ListTables: the names of the caller's tables in the region, page by page. */
import { operation } from '../operation.ts';
import type { DynamoContext } from './context.ts';

interface ListTablesInput {
  readonly ExclusiveStartTableName?: string;
  readonly Limit?: number;
}

const namesMax = 100;

export const listTables = operation({
  name: 'ListTables',
  run: async (
    { tables, caller }: DynamoContext,
    { ExclusiveStartTableName, Limit = namesMax }: ListTablesInput,
  ) => {
    // One more than asked for tells whether there are more.
    const names = await tables.list(caller, ExclusiveStartTableName, Limit + 1);
    const TableNames = names.slice(0, Limit);
    return { TableNames, LastEvaluatedTableName: names.length > Limit ? TableNames.at(-1) : undefined };
  },
});
