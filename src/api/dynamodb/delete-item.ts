/** DeleteItem: takes one item away; that it was not there is no fault. */
import { checkedItem, type RawItem } from '../../tables/attribute-check.ts';
import { checkExpressionUse } from '../../tables/expression/compile.ts';
import { checkKey } from '../../tables/key-schema.ts';
import { refuseMixedStyles } from '../../tables/legacy/mixing.ts';
import { encodeKey } from '../../tables/tree-key.ts';
import { operation } from '../operation.ts';
import { type ConditionalWriteInput, requireCondition, requireOldValuesOnly } from './conditional-write.ts';
import type { DynamoContext } from './context.ts';
import { compiledExpressions } from './expressions.ts';
import { when } from './maybe-promise.ts';
import { writeReport } from './write-report.ts';

interface DeleteItemInput extends ConditionalWriteInput {
  readonly Key: RawItem;
}

export const deleteItem = operation({
  name: 'DeleteItem',
  run: ({ tables, caller, connection }: DynamoContext, input: DeleteItemInput) => {
    refuseMixedStyles('DeleteItem', input);
    checkExpressionUse(input, ['ConditionExpression']);
    const key = checkedItem(input.Key);
    requireOldValuesOnly(input);
    const { condition } = compiledExpressions(input);
    return when(tables.open(caller, connection, input.TableName), async (table) => {
      checkKey(table.keySchema, key);
      const deleted = await table.write(encodeKey(table.keySchema, key), (old) => {
        requireCondition(condition, old, input);
        return old === undefined ? { unchanged: true, result: old } : { next: undefined, result: old };
      });
      const used = () => table.consumption(deleted, undefined);
      return {
        Attributes: input.ReturnValues === 'ALL_OLD' ? deleted?.item : undefined,
        ...(await writeReport(input, table, { item: key, used })),
      };
    });
  },
});
