/** GetItem: one item by its key. */
import { checkedItem, type RawItem } from '../../tables/attribute-check.ts';
import { type CapacityMode, consumedCapacity, readUnits } from '../../tables/capacity.ts';
import { checkExpressionUse } from '../../tables/expression/compile.ts';
import { checkExpressionKeys } from '../../tables/expression/key-use.ts';
import type { Projection } from '../../tables/expression/projection.ts';
import { checkKey } from '../../tables/key-schema.ts';
import { refuseMixedStyles } from '../../tables/legacy/mixing.ts';
import type { StoredItem } from '../../tables/table.ts';
import { encodeKey } from '../../tables/tree-key.ts';
import { operation } from '../operation.ts';
import type { ReadContext } from './context.ts';
import { compiledExpressions } from './expressions.ts';
import { when } from './maybe-promise.ts';

interface GetItemInput {
  readonly TableName: string;
  readonly Key: RawItem;
  readonly ConsistentRead?: boolean;
  readonly AttributesToGet?: readonly string[];
  readonly ProjectionExpression?: string;
  readonly ExpressionAttributeNames?: ReadonlyMap<string, string>;
  readonly ReturnConsumedCapacity?: CapacityMode;
}

export const getItem = operation({
  name: 'GetItem',
  run: ({ tables, caller, connection }: ReadContext, input: GetItemInput) => {
    refuseMixedStyles('GetItem', input);
    checkExpressionUse(input, []);
    const key = checkedItem(input.Key);
    const expressions = compiledExpressions(input);
    return when(tables.open(caller, connection, input.TableName), (table) => {
      checkKey(table.keySchema, key);
      checkExpressionKeys(expressions, table, 'other');
      const found = table.get(encodeKey(table.keySchema, key));
      return when(found, (stored) => answer(input, expressions.projection, stored));
    });
  },
});

function answer(input: GetItemInput, projection: Projection | undefined, stored: StoredItem | undefined) {
  const item =
    stored === undefined || projection === undefined ? stored?.item : projection.project(stored.item);
  const units = readUnits(stored?.itemBytes ?? 0, input.ConsistentRead === true);
  return {
    Item: item,
    ConsumedCapacity: consumedCapacity(input.ReturnConsumedCapacity, input.TableName, units),
  };
}
