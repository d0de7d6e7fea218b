/** What the operations do with one table: read, write where commits are serialised, and walk a key range. */
import type { Transaction } from '../pages/commit.ts';
import type { MaybePromise } from '../store/page-store.ts';
import type { Item } from './attribute.ts';
import type { KeySchema } from './key-schema.ts';

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
  | { readonly next: Item | undefined; readonly nextBytes?: number; readonly result: T }
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

/** A table whose key this connection may use at this moment: ask Tables.open anew for every request. */
export interface OpenTable {
  readonly name: string;
  readonly arn: string;
  readonly keySchema: KeySchema;
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
  /** Walks items in key order, or backwards. Each is as some commit left it; the walk as a whole need not be. */
  items(range: KeyRange, options?: { readonly backwards?: boolean }): ItemCursor;
}
