/** What else a write changes: an index, a stream, whatever must hold in the same commit as the item. */
import type { Transaction } from '../pages/commit.ts';
import type { MaybePromise } from '../store/page-store.ts';
import type { Item } from './attribute.ts';
import type { StoredItem } from './table.ts';

/** One item before and after; at least one of them is there. */
export interface ItemChange {
  /** Of the item in the table's tree. */
  readonly key: Uint8Array;
  readonly old: StoredItem | undefined;
  readonly next: Item | undefined;
}

export interface WriteFollower {
  /** Refuses a change that cannot be followed, as an index key of the wrong type, before anything is changed. */
  check(change: ItemChange): void;
  /** Makes its part of the change in the item's own transaction. Refuses nothing. */
  follow(tx: Transaction, change: ItemChange): MaybePromise<void>;
}
