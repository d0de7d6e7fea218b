/** The parts of a transaction, bound to their tables: all that can be told before it is their turn. */
import type { OpenTable } from '../../tables/table.ts';
import { attempt, requireAll } from '../../tables/transaction-cancellation.ts';
import { BatchKeys } from './batch-keys.ts';
import type { DynamoContext } from './context.ts';

/** One part, and the item that it alone may be about. */
export interface BoundPart {
  readonly table: OpenTable;
  readonly key: Uint8Array;
  /** As the request names the table. */
  readonly tableName: string;
}

/** A part that has been checked without its table. */
export interface TransactionPart<T extends BoundPart> {
  readonly tableName: string;
  /** Refuses what does not fit the table. */
  readonly bind: (table: OpenTable) => T;
}

/**
 * Opens each table once, in the order of the request. Refuses what `tables.open` refuses, Validation where two parts are
 * about one item, and TransactionCancelled where parts do not fit their tables.
 */
export async function bindParts<T extends BoundPart>(
  { tables, caller, connection }: DynamoContext,
  parts: readonly TransactionPart<T>[],
): Promise<readonly T[]> {
  const opened = new Map<string, OpenTable>();
  const named = new BatchKeys('Transaction request cannot include multiple operations on one item');
  for (const { tableName } of parts) {
    if (!opened.has(tableName)) opened.set(tableName, await tables.open(caller, connection, tableName));
  }
  const attempts = [];
  for (const { tableName, bind } of parts) {
    const table = opened.get(tableName);
    if (table === undefined) continue;
    const bound = attempt(() => bind(table));
    if ('key' in bound) named.add(table.arn, bound.key);
    attempts.push(bound);
  }
  return requireAll(attempts);
}
