/** What else a write changes: an index, a stream, whatever must hold in the same commit as the item. */
import type { Transaction } from '../pages/commit.ts';
import type { MaybePromise } from '../store/page-store.ts';
import type { Item } from './attribute.ts';
import type { ReplicatedWrite } from './replication/replica-change.ts';
import type { StoredItem } from './table.ts';

/** One item before and after; at least one of them is there. */
export interface ItemChange {
  /** Of the item in the table's tree. */
  readonly key: Uint8Array;
  readonly old: StoredItem | undefined;
  readonly next: Item | undefined;
  /** The bytes of `next`, which nobody may change: what an index holds of the whole item needs no encoding. */
  readonly nextEncoded?: Uint8Array;
  /** Faults of an update have texts of their own. */
  readonly isUpdate?: boolean;
  /** The service itself removes the item, since its time is up. */
  readonly isExpired?: boolean;
  /** It was made in another region, where it was judged: it is not checked here, and refused by nothing. */
  readonly replicated?: ReplicatedWrite;
}

export interface WriteFollower {
  /** Refuses a change that cannot be followed, as an index key of the wrong type, before anything is changed. */
  check(change: ItemChange): void;
  /** Makes its part of the change in the item's own transaction. Refuses what only that can tell, and only rarely. */
  follow(tx: Transaction, change: ItemChange): MaybePromise<void>;
}
