/** DeleteTable: a table, its items and the keys that could open them; where its past was kept, a last backup stays. */
import { operation } from '../operation.ts';
import type { DynamoContext } from './context.ts';
import { tableDescription } from './table-description.ts';

export const deleteTable = operation({
  name: 'DeleteTable',
  run: async (
    { tables, pointInTime, caller }: DynamoContext,
    { TableName }: { readonly TableName: string },
  ) => {
    const takeBack = await pointInTime.keepDeleted(caller, TableName);
    try {
      return { TableDescription: tableDescription(await tables.delete(caller, TableName)) };
    } catch (fault) {
      await takeBack();
      throw fault;
    }
  },
});
