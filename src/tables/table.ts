/** What the operations do with one table: read, write where commits are serialised, and walk a key range. */
import type { Transaction } from '../pages/commit.ts';
import type { MaybePromise } from '../store/page-store.ts';
import type { Item } from './attribute.ts';
import type { Consumption } from './capacity.ts';
import type { IndexKind } from './index-definition.ts';
import type { IndexKey, IndexKeySchema, KeySchema } from './key-schema.ts';
import type { ReplicatedWrite } from './replication/replica-change.ts';

/** An item as it was stored, with its size by DynamoDB's rules in bytes, which costs less to read than `item`. */
export interface StoredItem {
  readonly item: Item;
  readonly itemBytes: number;
}

/**
 * What a write decides, seeing the committed item: the next item, `undefined` to delete it, or no change at all.
 * `nextBytes` is the next item's size by DynamoDB's rules, where it is known already.
 */
export type WriteDecision<T> =
  | {
      readonly next: Item | undefined;
      readonly nextBytes?: number;
      /** An update's faults with index keys have texts of their own. */
      readonly isUpdate?: true;
      /** With a `next` that is undefined: the service itself removes the item, since its time is up. */
      readonly isExpired?: true;
      /** It was made in another region: nothing here refuses it, and an index that cannot take the item goes without. */
      readonly replicated?: ReplicatedWrite;
      readonly result: T;
    }
  | { readonly unchanged: true; readonly result: T };

/** A half-open range of encoded tree keys (key-schema.ts makes them); an absent bound is open. */
export interface KeyRange {
  readonly from?: Uint8Array;
  readonly to?: Uint8Array;
}

export interface ItemCursor {
  /** The next item of the range, or undefined at its end. */
  next(): MaybePromise<StoredItem | undefined>;
}

/** An item about to be written; its size by DynamoDB's rules, where it is known already. */
export interface NextItem {
  readonly item: Item;
  readonly itemBytes?: number;
}

/** A secondary index that can be read: its entries are items with the attributes that it projects. */
export interface OpenIndex {
  readonly name: string;
  readonly kind: IndexKind;
  readonly keySchema: IndexKeySchema;
  /** The attributes that entries have where their items do, keys of index and table among them; undefined for all. */
  readonly projected: ReadonlySet<string> | undefined;
  /** The tree key of the entry that this item has, or would have; it has all key attributes of index and table. */
  entryKey(item: Item): Uint8Array;
  /**
   * As OpenTable.items, over entries. Ranges are made by index-key.ts, or by tree-key.ts for segments. Entries with
   * equal index keys follow one another by the table's key.
   */
  items(range: KeyRange, options?: { readonly backwards?: boolean }): ItemCursor;
}

/** A table whose key this connection may use at this moment: ask Tables.open anew for every request. */
export interface OpenTable {
  readonly name: string;
  readonly arn: string;
  readonly keySchema: KeySchema;
  /** Of all secondary indexes; an attribute that is a key of several is there for each. */
  readonly indexKeys: readonly IndexKey[];
  /** `key` is encoded by key-schema.ts. */
  get(key: Uint8Array): MaybePromise<StoredItem | undefined>;
  /**
   * Runs `decide` where commits are serialised and resolves once the change is durable. What `decide` throws
   * rejects this write alone and changes nothing.
   */
  write<T>(key: Uint8Array, decide: (old: StoredItem | undefined) => WriteDecision<T>): Promise<T>;
  /** As `get`, in a transaction that may span tables: sees what it has written. */
  getIn(tx: Transaction, key: Uint8Array): MaybePromise<StoredItem | undefined>;
  /**
   * As `write`, in a transaction: durable with it. Let every `decide` that may throw come before the first change: a
   * transaction that fails after one makes all that share its commit run again.
   */
  writeIn<T>(
    tx: Transaction,
    key: Uint8Array,
    decide: (old: StoredItem | undefined) => WriteDecision<T>,
  ): MaybePromise<T>;
  /**
   * The secondary index of this name, for a Query or Scan. Bind a key condition by `bindIndex`, walk what `indexRange`
   * (index-key.ts) makes of it, and build LastEvaluatedKey from `indexKeyOf` (index-start-key.ts). Refuses Validation, in
   * AWS's words, for an index that is not there, and for one that is still being filled.
   */
  index(name: string): OpenIndex;
  /**
   * Refuses an item that no index can take: with an index key of the wrong type, empty or too long, or too large with its
   * projections into local indexes. For puts, before the first of them is written; updates are checked as they are written,
   * or here by a transaction, which changes nothing before all is decided.
   */
  checkPut(next: NextItem, options?: { readonly isUpdate?: boolean }): void;
  /** The units that a write from `old` to `next` costs the table and each of its indexes. */
  consumption(old: StoredItem | undefined, next: NextItem | undefined): Consumption;
  /** How large the collection of the item under this key is; undefined for a table without local indexes. */
  collectionBytes(key: Uint8Array): MaybePromise<number | undefined>;
  /** Walks items in key order, or backwards. Each is as some commit left it; the walk as a whole need not be. */
  items(range: KeyRange, options?: { readonly backwards?: boolean }): ItemCursor;
}
