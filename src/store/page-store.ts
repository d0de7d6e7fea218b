/** What we ask of a database: opaque sealed pages and heads, read singly, changed atomically and durably. */

export type MaybePromise<T> = T | Promise<T>;

/** Numbers that a store packs into 53 bits: two million trees ever made, 32 TiB of pages in each. */
export const treesMax = 2 ** 21;
export const pageIdsMax = 2 ** 32;

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

/** A page with its number. */
export interface NumberedPage extends StoredPage {
  readonly id: number;
}

/**
 * A store as it was at one moment: every page and head is of the same commit. It holds up what the store keeps of later
 * commits, so it is to be closed soon; a store may end it first, and then its reads are refused with Outage
 * StoreUnavailable.
 */
export interface PageSnapshot extends Omit<PageStore, 'commit' | 'commitMark' | 'snapshot'> {
  /** A tree's pages above `after`, ascending, at most `limit`: for copying, in the order in which they lie. */
  readStretch(tree: number, after: number, limit: number): MaybePromise<readonly NumberedPage[]>;
}

/**
 * Read, commit, list, close; three implementations (memory, SQLite, later PostgreSQL). A tree is a number below
 * `treesMax`, a page id one below `pageIdsMax`, a version one up to 2^53-1. Reads may answer at once or later; a caller
 * must take both, and must not change the bytes it is given.
 */
export interface PageStore {
  readHeads(trees: readonly number[]): MaybePromise<readonly (StoredHead | undefined)[]>;
  /**
   * `atOnce`: the caller is done with the bodies before it reads again or lets go of the event loop. A store that answers
   * at once may then read into the same memory each time.
   */
  readPages(
    tree: number,
    ids: readonly number[],
    atOnce?: boolean,
  ): MaybePromise<readonly (StoredPage | undefined)[]>;
  /**
   * Resolves once durable. Rejects with Outage 'StoreConflict' when a head moved: then nothing was changed. Takes its
   * copy of the bodies before it returns, so that the caller may use their memory again.
   */
  commit(change: StoreChange): Promise<void>;
  /** The ids of a tree's pages above `after`, ascending, at most `limit`: for verifying, which reads everything. */
  listPages(tree: number, after: number, limit: number): MaybePromise<readonly number[]>;
  /** The trees above `after` that have a head or a page, ascending, at most `limit`. */
  listTrees(after: number, limit: number): MaybePromise<readonly number[]>;
  /**
   * A number that has changed once a commit may have been made, by whomever, since it was asked before: others may
   * then have moved heads. Asked before each step, so it must be cheap. A store that we have alone goes without.
   */
  readonly commitMark?: () => number;
  /** All that is durable now, to be read while commits go on. A store without it has no backups. */
  readonly snapshot?: () => PageSnapshot;
  /**
   * Runs `work`, which is synchronous: what it reads may be read in one go, where that is cheaper. A store to which it
   * is all one goes without.
   */
  readonly readTogether?: <T>(work: () => T) => T;
  /** Lets a running commit end; later calls of the others are refused with Outage 'Closed'. */
  close(): Promise<void>;
}
