/** UpdateItem: changes attributes of one item where it lies, or makes it. */
import type { Item } from '../../tables/attribute.ts';
import { checkedItem, type RawItem } from '../../tables/attribute-check.ts';
import { consumedCapacity, writeUnits } from '../../tables/capacity.ts';
import { noUpdate, type Update } from '../../tables/expression/apply-update.ts';
import { checkExpressionUse } from '../../tables/expression/compile.ts';
import { checkExpressionKeys } from '../../tables/expression/key-use.ts';
import { itemBytes } from '../../tables/item-size.ts';
import { checkKey } from '../../tables/key-schema.ts';
import type { StoredItem, WriteDecision } from '../../tables/table.ts';
import { encodeKey } from '../../tables/tree-key.ts';
import { operation } from '../operation.ts';
import { type ConditionalWriteInput, requireCondition } from './conditional-write.ts';
import type { DynamoContext } from './context.ts';
import { compiledExpressions } from './expressions.ts';
import { when } from './maybe-promise.ts';
import { type MissingParameter, refuseMissing } from './missing-parameter.ts';

interface UpdateItemInput extends ConditionalWriteInput {
  readonly Key: RawItem;
}

/** The item before and after. */
interface Images {
  readonly old: StoredItem | undefined;
  readonly next: Item | undefined;
}

const missing: readonly MissingParameter[] = ['AttributeUpdates', 'Expected', 'ConditionalOperator'];

export const updateItem = operation({
  name: 'UpdateItem',
  run: ({ tables, caller, connection }: DynamoContext, input: UpdateItemInput) => {
    refuseMissing(input, missing);
    checkExpressionUse(input, ['UpdateExpression', 'ConditionExpression']);
    const key = checkedItem(input.Key);
    const expressions = compiledExpressions(input);
    const { condition, update = noUpdate } = expressions;
    return when(tables.open(caller, connection, input.TableName), async (table) => {
      checkKey(table.keySchema, key);
      checkExpressionKeys(expressions, table.keySchema, 'other');
      const images = await table.write(encodeKey(table.keySchema, key), (old) => {
        requireCondition(condition, old, input);
        return decision({ old, next: update.apply(old?.item, key) });
      });
      return answer(input, update, images);
    });
  },
});

function decision(images: Images): WriteDecision<Images> {
  const { old, next } = images;
  return next === old?.item ? { unchanged: true, result: images } : { next, result: images };
}

function answer(input: UpdateItemInput, update: Update, images: Images): object {
  const { ReturnValues = 'NONE', ReturnConsumedCapacity, TableName } = input;
  return {
    Attributes: returned[ReturnValues](update, images),
    ConsumedCapacity:
      ReturnConsumedCapacity === undefined
        ? undefined
        : consumedCapacity(ReturnConsumedCapacity, TableName, unitsOf(images)),
  };
}

const returned = {
  NONE: () => undefined,
  ALL_OLD: (_, { old }) => old?.item,
  ALL_NEW: (_, { next }) => next,
  UPDATED_OLD: (update, { old }) => update.touched(old?.item),
  UPDATED_NEW: (update, { next }) => update.touched(next),
} as const satisfies Record<string, (update: Update, images: Images) => Item | undefined>;

function unitsOf({ old, next }: Images): number {
  return writeUnits(old?.itemBytes, next === undefined ? undefined : itemBytes(next));
}
