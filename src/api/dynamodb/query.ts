/** Query: items of one partition, in the order of their sort key or against it. */
import { assert, refuse } from '../../base/errors.ts';
import type { Item } from '../../tables/attribute.ts';
import type { RawItem } from '../../tables/attribute-check.ts';
import { type CompiledExpressions, checkExpressionUse } from '../../tables/expression/compile.ts';
import type { KeyCondition } from '../../tables/expression/key-condition.ts';
import { checkExpressionKeys, checkIndexExpressionKeys } from '../../tables/expression/key-use.ts';
import { indexRange } from '../../tables/index-key.ts';
import { checkIndexQueryStartKey, checkIndexStartKeyForm } from '../../tables/index-start-key.ts';
import { keyAttributes } from '../../tables/key-schema.ts';
import { compileLegacy } from '../../tables/legacy/compile.ts';
import { refuseMixedStyles } from '../../tables/legacy/mixing.ts';
import { checkedStartKeyItem, checkQueryStartKey, checkStartKeyForm } from '../../tables/start-key.ts';
import type { OpenIndex, OpenTable } from '../../tables/table.ts';
import { encodeKey, partitionRange, rangeAfter } from '../../tables/tree-key.ts';
import { operation } from '../operation.ts';
import type { ReadContext } from './context.ts';
import { withExpressions } from './expressions.ts';
import { indexPage } from './index-page.ts';
import { itemPage, type PageInput } from './item-page.ts';
import { when } from './maybe-promise.ts';
import { checkGlobalReads, requestedIndex } from './requested-index.ts';
import { checkSelect } from './select.ts';

interface QueryInput extends PageInput {
  readonly ScanIndexForward?: boolean;
  readonly ExclusiveStartKey?: RawItem;
}

export const query = operation({
  name: 'Query',
  run: ({ tables, caller, connection }: ReadContext, input: QueryInput) => {
    refuseMixedStyles('Query', input);
    checkExpressionUse(input, ['FilterExpression', 'KeyConditionExpression']);
    const { KeyConditions, KeyConditionExpression } = input;
    const legacy = compileLegacy(
      KeyConditions === undefined ? input : { ...input, KeyConditions: undefined },
    );
    const startKey = input.ExclusiveStartKey && checkedStartKeyItem(input.ExclusiveStartKey);
    if (KeyConditions === undefined && KeyConditionExpression === undefined) refuseNoCondition();
    const expressions = withExpressions(legacy, input);
    // Of the parameters before expressions this one alone is looked at after them.
    const keyCondition = expressions.keyCondition ?? compileLegacy({ KeyConditions }).keyCondition;
    assert(keyCondition !== undefined, 'either parameter makes a key condition or is refused');
    if (input.IndexName === undefined) keyCondition.checkTableLength();
    checkSelect('Query', input);
    return when(tables.open(caller, connection, input.TableName), (table) => {
      const request = { input, table, keyCondition, expressions, startKey };
      const index = requestedIndex(table, input);
      return index === undefined ? queryTable(request) : queryIndex(request, index);
    });
  },
});

interface QueryRequest {
  readonly input: QueryInput;
  readonly table: OpenTable;
  readonly keyCondition: KeyCondition;
  readonly expressions: CompiledExpressions;
  readonly startKey: Item | undefined;
}

function queryTable({ input, table, keyCondition, expressions, startKey }: QueryRequest) {
  const { keySchema } = table;
  const keys = keyAttributes(keySchema);
  if (startKey !== undefined) checkStartKeyForm(keys, startKey, keys.length);
  const asked = keyCondition.bind(keySchema);
  if (startKey !== undefined) checkQueryStartKey(keySchema, startKey, asked);
  checkExpressionKeys(expressions, table, 'query');
  const backwards = input.ScanIndexForward === false;
  const whole = partitionRange(keySchema, asked.hash, asked.sort);
  const range = startKey === undefined ? whole : rangeAfter(whole, encodeKey(keySchema, startKey), backwards);
  return itemPage(input, { cursor: table.items(range, { backwards }), keySchema, expressions });
}

function queryIndex({ input, table, keyCondition, expressions, startKey }: QueryRequest, index: OpenIndex) {
  const { keySchema } = table;
  if (startKey !== undefined) checkIndexStartKeyForm(index, keySchema, startKey);
  const asked = keyCondition.bindIndex(index.keySchema);
  if (startKey !== undefined) checkIndexQueryStartKey(index, keySchema, { startKey, asked });
  checkIndexExpressionKeys(expressions, index, table, 'query');
  checkGlobalReads(index, input, expressions);
  const backwards = input.ScanIndexForward === false;
  const whole = indexRange(asked);
  const range = startKey === undefined ? whole : rangeAfter(whole, index.entryKey(startKey), backwards);
  return indexPage(input, { table, index, expressions, entries: index.items(range, { backwards }) });
}

function refuseNoCondition(): never {
  const message =
    'Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.';
  refuse(message);
}
