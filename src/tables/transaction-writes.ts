/** The writes of a transaction: all are decided before the first is made, so that one that must not be leaves no trace. */
import { Refusal } from '../base/errors.ts';
import type { Transaction } from '../pages/transaction.ts';
import { itemBytes } from './item-size.ts';
import type { OpenTable, StoredItem, WriteDecision } from './table.ts';
import { asReason, attempt, requireAll } from './transaction-cancellation.ts';

/** As OpenTable.writeIn takes it; no two of one transaction are of one item. */
export interface TransactionWrite<T> {
  readonly table: OpenTable;
  readonly key: Uint8Array;
  readonly decide: (old: StoredItem | undefined) => WriteDecision<T>;
}

interface DecidedWrite<T> {
  readonly write: TransactionWrite<T>;
  readonly decision: WriteDecision<T>;
  /** Of the item that is written, or else of the one that is there. */
  readonly bytes: number;
}

/** Of all items that a transaction writes, checks or reads. */
export const transactionBytesMax = 4 * 2 ** 20;

export function checkTransactionBytes(bytes: number): void {
  if (bytes <= transactionBytesMax) return;
  const message = 'The items of a transaction must not have more than 4 MB together';
  throw new Refusal('Validation', { message });
}

/**
 * Makes the writes, or none of them, and returns their results. Refuses TransactionCancelled with a reason for each,
 * and Validation where they are too much for one transaction.
 */
export async function writeAll<T>(
  tx: Transaction,
  writes: readonly TransactionWrite<T>[],
): Promise<readonly T[]> {
  const attempts: (DecidedWrite<T> | Refusal)[] = [];
  for (const write of writes) {
    const old = await write.table.getIn(tx, write.key);
    attempts.push(attempt(() => decided(write, old)));
  }
  const decisions = requireAll(attempts);
  checkTransactionBytes(decisions.reduce((sum, { bytes }) => sum + bytes, 0));
  const results: T[] = [];
  for (const decided of decisions) {
    try {
      results.push(await decided.write.table.writeIn(tx, decided.write.key, () => decided.decision));
    } catch (fault) {
      const reason = asReason(fault);
      requireAll(decisions.map((each) => (each === decided ? reason : each)));
    }
  }
  return results;
}

/** What `writeIn` could refuse is refused here, but for the size of the item's collection. */
function decided<T>(write: TransactionWrite<T>, old: StoredItem | undefined): DecidedWrite<T> {
  const decision = write.decide(old);
  if ('unchanged' in decision || decision.next === undefined) {
    return { write, decision, bytes: old?.itemBytes ?? 0 };
  }
  const { next, nextBytes = itemBytes(next), isUpdate = false } = decision;
  write.table.checkPut({ item: next, itemBytes: nextBytes }, { isUpdate });
  return { write, decision: { ...decision, nextBytes }, bytes: nextBytes };
}
