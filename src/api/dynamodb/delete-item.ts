/** DeleteItem: takes one item away; that it was not there is no fault. */
import { checkedItem, type RawItem } from '../../tables/attribute-check.ts';
import { consumedCapacity, writeUnits } from '../../tables/capacity.ts';
import { checkExpressionUse } from '../../tables/expression/compile.ts';
import { checkKey } from '../../tables/key-schema.ts';
import type { StoredItem } from '../../tables/table.ts';
import { encodeKey } from '../../tables/tree-key.ts';
import { operation } from '../operation.ts';
import { type ConditionalWriteInput, requireCondition, requireOldValuesOnly } from './conditional-write.ts';
import type { DynamoContext } from './context.ts';
import { compiledExpressions } from './expressions.ts';
import { when } from './maybe-promise.ts';
import { type MissingParameter, refuseMissing } from './missing-parameter.ts';

interface DeleteItemInput extends ConditionalWriteInput {
  readonly Key: RawItem;
}

const missing: readonly MissingParameter[] = ['Expected', 'ConditionalOperator'];

export const deleteItem = operation({
  name: 'DeleteItem',
  run: ({ tables, caller, connection }: DynamoContext, input: DeleteItemInput) => {
    refuseMissing(input, missing);
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
      return answer(input, deleted);
    });
  },
});

function answer(input: DeleteItemInput, old: StoredItem | undefined): object {
  const units = writeUnits(old?.itemBytes, undefined);
  return {
    Attributes: input.ReturnValues === 'ALL_OLD' ? old?.item : undefined,
    ConsumedCapacity: consumedCapacity(input.ReturnConsumedCapacity, input.TableName, units),
  };
}
