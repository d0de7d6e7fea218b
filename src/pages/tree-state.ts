/** What the engine knows of one open tree: its committed state, the commit under way, and the change being gathered. */
import type { Head } from './head.ts';
import type { CachedPages } from './page-cache.ts';
import type { PageCipher } from './page-cipher.ts';
import { type LogChange, noLogChange, RefLog } from './ref-log.ts';

/** What one group of works changes in one tree. It becomes readable when the group is durable. */
export interface TreeChange {
  readonly base: Head;
  /** The head as it will be; its version numbers the commit. */
  readonly head: Head;
  /** Changed nodes; a reference to one bears this commit's version. */
  readonly pages: Map<number, Uint8Array>;
  /** Of changed nodes, those in which more has changed than references to children: they are written in any case. */
  readonly reshaped: Set<Uint8Array>;
  /** Of changed nodes that are not reshaped, in which all lies where it lay: where references to changed children lie. */
  readonly changedRefs: Map<Uint8Array, number[]>;
  /** The versions that changed nodes had before. */
  readonly versions: Map<number, number>;
  /** Changed overflow pages: stretches of values. */
  readonly overflow: Map<number, Uint8Array>;
  readonly deletes: Set<number>;
  /** Set when it is sealed. */
  log: LogChange;
  /** The tree's evictions when the change began. */
  readonly evictions: number;
  /** Resolves when the group is durable or has failed. */
  readonly settled: Promise<void>;
}

/** Works of one group have read a tree that others may change. Should its head move under them, they run again. */
export interface TreePin {
  /** Its head has been looked at since; until then none of them has read anything. */
  isSettled: boolean;
  isOvertaken: boolean;
}

export interface TreeState {
  readonly id: number;
  cipher: PageCipher;
  committed: Head;
  /** The committed log of references. */
  log: RefLog;
  readonly cached: CachedPages;
  /** Being made durable. */
  flight: TreeChange | undefined;
  /** Being gathered. */
  change: TreeChange | undefined;
  /** Page ids that are free to use again; forgotten with the process. */
  freeIds: number[];
  /** The store may hold another state than `committed`: its head must be read before anything else. */
  stale: boolean;
  /** The store's mark when the head was last looked at, in a store that others have too. */
  commitMark: number;
  /** Of the group being gathered, in such a store. */
  pin: TreePin | undefined;
  /** A group drops it; resolves when that is durable or has failed. */
  dropping: Promise<void> | undefined;
  dropped: boolean;
  /** Counts states readers have seen: commits and refreshed heads. */
  epoch: number;
  /** Counts changes of the working state. */
  mutations: number;
  evictions: number;
}

export function newTreeState(id: number, cipher: PageCipher, committed: Head, log = new RefLog()): TreeState {
  return {
    id,
    cipher,
    committed,
    log,
    cached: new Map(),
    flight: undefined,
    change: undefined,
    freeIds: [],
    stale: false,
    commitMark: -1,
    pin: undefined,
    dropping: undefined,
    dropped: false,
    epoch: 0,
    mutations: 0,
    evictions: 0,
  };
}

/** A change that has changed nothing yet. */
export function newTreeChange(made: Pick<TreeChange, 'base' | 'head' | 'evictions' | 'settled'>): TreeChange {
  return {
    ...made,
    pages: new Map(),
    reshaped: new Set(),
    changedRefs: new Map(),
    versions: new Map(),
    overflow: new Map(),
    deletes: new Set(),
    log: noLogChange,
  };
}

/** True where the commit under way writes or deletes this page: the store may hold its old or its new state. */
export function isInFlight(tree: TreeState, page: number): boolean {
  const flight = tree.flight;
  if (flight === undefined) return false;
  return flight.pages.has(page) || flight.deletes.has(page) || flight.overflow.has(page);
}
