/** Query: items of one partition, in the order of their sort key or against it. */
import { Refusal } from '../../base/errors.ts';
import type { RawItem } from '../../tables/attribute-check.ts';
import { checkExpressionUse } from '../../tables/expression/compile.ts';
import { checkExpressionKeys } from '../../tables/expression/key-use.ts';
import { checkedStartKeyItem, checkQueryStartKey } from '../../tables/start-key.ts';
import { encodeKey, partitionRange, rangeAfter } from '../../tables/tree-key.ts';
import { operation } from '../operation.ts';
import type { DynamoContext } from './context.ts';
import { compiledExpressions } from './expressions.ts';
import { itemPage, type PageInput } from './item-page.ts';
import { when } from './maybe-promise.ts';
import { type MissingParameter, refuseMissing } from './missing-parameter.ts';
import { checkSelect } from './select.ts';

interface QueryInput extends PageInput {
  readonly ScanIndexForward?: boolean;
  readonly ExclusiveStartKey?: RawItem;
}

const missing: readonly MissingParameter[] = [
  'AttributesToGet',
  'QueryFilter',
  'ConditionalOperator',
  'KeyConditions',
  'IndexName',
];

export const query = operation({
  name: 'Query',
  run: ({ tables, caller, connection }: DynamoContext, input: QueryInput) => {
    refuseMissing(input, missing);
    checkExpressionUse(input, ['FilterExpression', 'KeyConditionExpression']);
    const startKey = input.ExclusiveStartKey && checkedStartKeyItem(input.ExclusiveStartKey);
    const expressions = compiledExpressions(input);
    checkSelect(input);
    const keyCondition = expressions.keyCondition ?? refuseNoCondition();
    return when(tables.open(caller, connection, input.TableName), (table) => {
      const { keySchema } = table;
      const asked = keyCondition.bind(keySchema);
      if (startKey !== undefined) checkQueryStartKey(keySchema, startKey, asked);
      checkExpressionKeys(expressions, keySchema, 'query');
      const backwards = input.ScanIndexForward === false;
      const whole = partitionRange(keySchema, asked.hash, asked.sort);
      const range =
        startKey === undefined ? whole : rangeAfter(whole, encodeKey(keySchema, startKey), backwards);
      return itemPage(input, { cursor: table.items(range, { backwards }), keySchema, expressions });
    });
  },
});

function refuseNoCondition(): never {
  const message =
    'Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.';
  throw new Refusal('Validation', { message });
}
