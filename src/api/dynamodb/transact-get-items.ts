/** TransactGetItems: up to 100 items of any tables, all as they were at one moment. */
import { checkedItem, type RawItem } from '../../tables/attribute-check.ts';
import { type CapacityMode, readUnits } from '../../tables/capacity.ts';
import { checkExpressionUse } from '../../tables/expression/compile.ts';
import { checkExpressionKeys } from '../../tables/expression/key-use.ts';
import type { Projection } from '../../tables/expression/projection.ts';
import { checkKey } from '../../tables/key-schema.ts';
import type { StoredItem } from '../../tables/table.ts';
import { readAll } from '../../tables/transaction-reads.ts';
import { checkTransactionBytes } from '../../tables/transaction-writes.ts';
import { encodeKey } from '../../tables/tree-key.ts';
import { operation } from '../operation.ts';
import type { DynamoContext } from './context.ts';
import { compiledExpressions } from './expressions.ts';
import { transactionCapacity } from './transaction-capacity.ts';
import { type BoundPart, bindParts, type TransactionPart } from './transaction-parts.ts';

interface Get {
  readonly TableName: string;
  readonly Key: RawItem;
  readonly ProjectionExpression?: string;
  readonly ExpressionAttributeNames?: ReadonlyMap<string, string>;
}

interface TransactGetItemsInput {
  readonly TransactItems: readonly { readonly Get: Get }[];
  readonly ReturnConsumedCapacity?: CapacityMode;
}

interface BoundGet extends BoundPart {
  readonly projection: Projection | undefined;
}

export const transactGetItems = operation({
  name: 'TransactGetItems',
  run: async (context: DynamoContext, input: TransactGetItemsInput) => {
    const { TransactItems, ReturnConsumedCapacity: mode = 'NONE' } = input;
    const gets = await bindParts(
      context,
      TransactItems.map(({ Get }) => getPart(Get)),
    );
    const found = await context.tables.transact((tx) => readAll(tx, gets));
    checkTransactionBytes(found.reduce((sum, stored) => sum + (stored?.itemBytes ?? 0), 0));
    const costs = gets.map(({ table, tableName }, index) => ({
      table,
      tableName,
      used: { table: readUnits(found[index]?.itemBytes ?? 0, true) },
    }));
    return {
      Responses: gets.map(({ projection }, index) => response(found[index], projection)),
      ConsumedCapacity: transactionCapacity(mode, 'ReadCapacityUnits', costs),
    };
  },
});

function getPart(get: Get): TransactionPart<BoundGet> {
  checkExpressionUse(get, []);
  const key = checkedItem(get.Key);
  const expressions = compiledExpressions(get);
  const { TableName: tableName } = get;
  return {
    tableName,
    bind: (table) => {
      checkKey(table.keySchema, key);
      checkExpressionKeys(expressions, table, 'other');
      const { projection } = expressions;
      return { table, tableName, key: encodeKey(table.keySchema, key), projection };
    },
  };
}

function response(stored: StoredItem | undefined, projection: Projection | undefined): object {
  if (stored === undefined) return {};
  return { Item: projection === undefined ? stored.item : projection.project(stored.item) };
}
