/** UpdateItem: changes attributes of one item where it lies, or makes it. */
import type { Item } from '../../tables/attribute.ts';
import { checkedItem, type RawItem } from '../../tables/attribute-check.ts';
import type { Consumption } from '../../tables/capacity.ts';
import { noUpdate, type Update } from '../../tables/expression/apply-update.ts';
import { checkExpressionUse } from '../../tables/expression/compile.ts';
import { checkExpressionKeys } from '../../tables/expression/key-use.ts';
import { checkKey } from '../../tables/key-schema.ts';
import { refuseMixedStyles } from '../../tables/legacy/mixing.ts';
import type { OpenTable, StoredItem, WriteDecision } from '../../tables/table.ts';
import { encodeKey } from '../../tables/tree-key.ts';
import { operation } from '../operation.ts';
import { type ConditionalWriteInput, requireCondition } from './conditional-write.ts';
import type { DynamoContext } from './context.ts';
import { compiledExpressions } from './expressions.ts';
import { when } from './maybe-promise.ts';
import { writeReport } from './write-report.ts';

interface UpdateItemInput extends ConditionalWriteInput {
  readonly Key: RawItem;
}

/** The item before and after. */
interface Images {
  readonly old: StoredItem | undefined;
  readonly next: Item | undefined;
}

export const updateItem = operation({
  name: 'UpdateItem',
  run: ({ tables, caller, connection }: DynamoContext, input: UpdateItemInput) => {
    refuseMixedStyles('UpdateItem', input);
    checkExpressionUse(input, ['UpdateExpression', 'ConditionExpression']);
    const key = checkedItem(input.Key);
    const expressions = compiledExpressions(input);
    const { condition, update = noUpdate } = expressions;
    return when(tables.open(caller, connection, input.TableName), async (table) => {
      checkKey(table.keySchema, key);
      checkExpressionKeys(expressions, table, 'other');
      const images = await table.write(encodeKey(table.keySchema, key), (old) => {
        requireCondition(condition, old, input);
        return decision({ old, next: update.apply(old?.item, key) });
      });
      const { ReturnValues = 'NONE' } = input;
      const used = () => unitsOf(table, images);
      return {
        Attributes: returned[ReturnValues](update, images),
        ...(await writeReport(input, table, { item: key, used })),
      };
    });
  },
});

function decision(images: Images): WriteDecision<Images> {
  const { old, next } = images;
  if (next === old?.item) return { unchanged: true, result: images };
  return { next, isUpdate: true, result: images };
}

const returned = {
  NONE: () => undefined,
  ALL_OLD: (_, { old }) => old?.item,
  ALL_NEW: (_, { next }) => next,
  UPDATED_OLD: (update, { old }) => update.touched(old?.item),
  UPDATED_NEW: (update, { next }) => update.touched(next),
} as const satisfies Record<string, (update: Update, images: Images) => Item | undefined>;

function unitsOf(table: OpenTable, { old, next }: Images): Consumption {
  return table.consumption(old, next && { item: next });
}
