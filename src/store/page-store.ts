/** What we ask of a database: opaque sealed pages and heads, read singly, changed atomically and durably. */

export type MaybePromise<T> = T | Promise<T>;

export interface StoredHead {
  readonly tree: number;
  readonly version: number;
  readonly body: Uint8Array;
}

export interface StoredPage {
  readonly version: number;
  readonly body: Uint8Array;
}

export interface PagePut {
  readonly tree: number;
  readonly id: number;
  readonly version: number;
  readonly body: Uint8Array;
}

export interface PageDelete {
  readonly tree: number;
  readonly id: number;
}

export interface HeadPut {
  readonly tree: number;
  /** The version the head must have now; 0: the head must not exist. */
  readonly expected: number;
  /** The new version, above `expected`. */
  readonly version: number;
  readonly body: Uint8Array;
}

/** One atomic change. `drops` removes a tree's head and all its pages; its head is checked like any other. */
export interface StoreChange {
  readonly puts: readonly PagePut[];
  readonly deletes: readonly PageDelete[];
  readonly heads: readonly HeadPut[];
  readonly drops: readonly { readonly tree: number; readonly expected: number }[];
}

/**
 * Four methods, three implementations (memory, SQLite, later PostgreSQL). Numbers are integers from 0 to 2^53-1.
 * Reads may answer at once or later; a caller must take both.
 */
export interface PageStore {
  readHeads(trees: readonly number[]): MaybePromise<readonly (StoredHead | undefined)[]>;
  readPages(tree: number, ids: readonly number[]): MaybePromise<readonly (StoredPage | undefined)[]>;
  /** Resolves once durable. Rejects with Outage 'StoreConflict' when a head moved: then nothing was changed. */
  commit(change: StoreChange): Promise<void>;
  close(): Promise<void>;
}
