/** PutItem: one item, whole, in place of what was under its key. */
import { checkedItem, type RawItem } from '../../tables/attribute-check.ts';
import { checkExpressionUse } from '../../tables/expression/compile.ts';
import { checkItemBytes } from '../../tables/item-size.ts';
import { checkItemKey } from '../../tables/key-schema.ts';
import { refuseMixedStyles } from '../../tables/legacy/mixing.ts';
import { encodeKey } from '../../tables/tree-key.ts';
import { operation } from '../operation.ts';
import { type ConditionalWriteInput, requireCondition, requireOldValuesOnly } from './conditional-write.ts';
import type { DynamoContext } from './context.ts';
import { compiledExpressions } from './expressions.ts';
import { when } from './maybe-promise.ts';
import { writeReport } from './write-report.ts';

interface PutItemInput extends ConditionalWriteInput {
  readonly Item: RawItem;
}

export const putItem = operation({
  name: 'PutItem',
  run: ({ tables, caller, connection }: DynamoContext, input: PutItemInput) => {
    refuseMixedStyles('PutItem', input);
    checkExpressionUse(input, ['ConditionExpression']);
    const item = checkedItem(input.Item);
    requireOldValuesOnly(input);
    const bytes = checkItemBytes(item);
    const { condition } = compiledExpressions(input);
    return when(tables.open(caller, connection, input.TableName), async (table) => {
      checkItemKey(table.keySchema, item);
      table.checkPut({ item, itemBytes: bytes });
      const replaced = await table.write(encodeKey(table.keySchema, item), (old) => {
        requireCondition(condition, old, input);
        return { next: item, nextBytes: bytes, result: old };
      });
      const used = () => table.consumption(replaced, { item, itemBytes: bytes });
      return {
        Attributes: input.ReturnValues === 'ALL_OLD' ? replaced?.item : undefined,
        ...(await writeReport(input, table, { item, used })),
      };
    });
  },
});
