/** PutItem: one item, whole, in place of what was under its key. */
import { checkedItem, type RawItem } from '../../tables/attribute-check.ts';
import { consumedCapacity, writeUnits } from '../../tables/capacity.ts';
import { checkExpressionUse } from '../../tables/expression/compile.ts';
import { checkItemBytes } from '../../tables/item-size.ts';
import { checkItemKey } from '../../tables/key-schema.ts';
import type { StoredItem } from '../../tables/table.ts';
import { encodeKey } from '../../tables/tree-key.ts';
import { operation } from '../operation.ts';
import { type ConditionalWriteInput, requireCondition, requireOldValuesOnly } from './conditional-write.ts';
import type { DynamoContext } from './context.ts';
import { compiledExpressions } from './expressions.ts';
import { when } from './maybe-promise.ts';
import { type MissingParameter, refuseMissing } from './missing-parameter.ts';

interface PutItemInput extends ConditionalWriteInput {
  readonly Item: RawItem;
}

const missing: readonly MissingParameter[] = ['Expected', 'ConditionalOperator'];

export const putItem = operation({
  name: 'PutItem',
  run: ({ tables, caller, connection }: DynamoContext, input: PutItemInput) => {
    refuseMissing(input, missing);
    checkExpressionUse(input, ['ConditionExpression']);
    const item = checkedItem(input.Item);
    requireOldValuesOnly(input);
    const bytes = checkItemBytes(item);
    const { condition } = compiledExpressions(input);
    return when(tables.open(caller, connection, input.TableName), async (table) => {
      checkItemKey(table.keySchema, item);
      const replaced = await table.write(encodeKey(table.keySchema, item), (old) => {
        requireCondition(condition, old, input);
        return { next: item, nextBytes: bytes, result: old };
      });
      return answer(input, replaced, bytes);
    });
  },
});

function answer(input: PutItemInput, old: StoredItem | undefined, bytes: number): object {
  const units = writeUnits(old?.itemBytes, bytes);
  return {
    Attributes: input.ReturnValues === 'ALL_OLD' ? old?.item : undefined,
    ConsumedCapacity: consumedCapacity(input.ReturnConsumedCapacity, input.TableName, units),
  };
}
