/** The reads of a transaction: all items as they are at one moment. */
import type { Transaction } from '../pages/transaction.ts';
import type { OpenTable, StoredItem } from './table.ts';

export interface TransactionRead {
  readonly table: OpenTable;
  readonly key: Uint8Array;
}

/** The items in the order of the reads, undefined for each that is not there. */
export async function readAll(
  tx: Transaction,
  reads: readonly TransactionRead[],
): Promise<readonly (StoredItem | undefined)[]> {
  const items: (StoredItem | undefined)[] = [];
  for (const { table, key } of reads) items.push(await table.getIn(tx, key));
  return items;
}
