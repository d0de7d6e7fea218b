/** What the tests of the page layer share: engines over real ciphers, stores that can be held and tampered with. */
import { Outage } from '../../src/base/errors.ts';
import { createFallbackCore } from '../../src/crypto/fallback-core.ts';
import { PageEngine, type PageEngineOptions } from '../../src/pages/pages.ts';
import type { Tree } from '../../src/pages/tree.ts';
import type { Entry, TreeCursor } from '../../src/pages/tree-cursor.ts';
import { createMemoryStore, type MemoryStore } from '../../src/store/memory.ts';
import type { PagePut, PageStore, StoreChange, StoredHead, StoredPage } from '../../src/store/page-store.ts';
import { type CoreCipher, coreCipher } from '../support/core-cipher.ts';

export const core = createFallbackCore();
export const framesMin = 64;

export function newCipher(): CoreCipher {
  return coreCipher(core, core.generateKey());
}

export { seededRandom as generator } from '../../src/lab/seeded-random.ts';

/** A key that sorts as its number does. */
export function key(number: number, length = 4): Uint8Array {
  const bytes = new Uint8Array(length);
  new DataView(bytes.buffer).setUint32(0, number);
  return bytes;
}

export function value(size: number, fill = 0xab): Uint8Array {
  return new Uint8Array(size).fill(fill);
}

export function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

export async function all(cursor: TreeCursor): Promise<Entry[]> {
  const entries: Entry[] = [];
  for (;;) {
    const entry = await cursor.next();
    if (entry === undefined) return entries;
    entries.push(entry);
  }
}

export interface Small {
  readonly store: MemoryStore;
  readonly cipher: CoreCipher;
  readonly engine: PageEngine;
  readonly tree: Tree;
}

/** An engine over a memory store with one tree, number 1, whose first `entries` keys have values of `valueBytes`. */
export async function treeOf(
  entries: number,
  valueBytes: number,
  options: Partial<PageEngineOptions> = {},
): Promise<Small> {
  const store = createMemoryStore();
  const cipher = newCipher();
  const engine = PageEngine.open({ store, storeId: store.storeId, ...options });
  const tree = await engine.createTree(1, cipher);
  await putMany(engine, tree, entries, valueBytes);
  return { store, cipher, engine, tree };
}

export async function putMany(
  engine: PageEngine,
  tree: Tree,
  entries: number,
  valueBytes: number,
  fill?: number,
): Promise<void> {
  await engine.transact(async (tx) => {
    for (let i = 0; i < entries; i++) await tx.put(tree, key(i), value(valueBytes, fill));
  });
}

/** Answers every read later, as a database over a network does. */
export function answeringLater(store: PageStore): PageStore {
  return {
    ...store,
    readHeads: async (trees) => store.readHeads(trees),
    readPages: async (tree, ids) => store.readPages(tree, ids),
    listPages: async (tree, after, limit) => store.listPages(tree, after, limit),
    listTrees: async (after, limit) => store.listTrees(after, limit),
  };
}

export interface HeldStore extends PageStore {
  readonly storeId: Uint8Array;
  readonly memory: MemoryStore;
  /** Commits that wait to be let go, oldest first. */
  readonly waiting: HeldCommit[];
  /** From now on commits wait; else they go on at once. */
  hold: boolean;
  /** Whenever a commit has been handed in. */
  readonly committed: StoreChange[];
}

export interface HeldCommit {
  /** Makes it durable and says nothing yet; then it can only succeed. */
  reach(): Promise<void>;
  /** Makes it durable and says so. */
  succeed(): Promise<void>;
  /** Makes it durable, or not, and says that it failed. */
  fail(fault: Error, reached?: boolean): Promise<void>;
}

/** A store whose commits wait for the test. */
export function heldStore(): HeldStore {
  const memory = createMemoryStore();
  const store: HeldStore = {
    ...memory,
    memory,
    waiting: [],
    hold: false,
    committed: [],
    commit(change) {
      // As a store must: its copy is taken before it returns.
      const own = { ...change, puts: change.puts.map((put) => ({ ...put, body: put.body.slice() })) };
      store.committed.push(own);
      if (!store.hold) return memory.commit(own);
      return new Promise((resolve, reject) => {
        let hasReached = false;
        store.waiting.push({
          reach: async () => {
            await memory.commit(own);
            hasReached = true;
          },
          succeed: async () => {
            if (hasReached) resolve();
            else await memory.commit(own).then(resolve, reject);
            await turns();
          },
          fail: async (fault, reached = false) => {
            if (reached) await memory.commit(own);
            reject(fault);
            await turns();
          },
        });
      });
    },
  };
  return store;
}

/** The same promise, whose rejection may be looked at later. */
export function handled<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}

/** Lets everything that can go on without the outside go on. */
export async function turns(): Promise<void> {
  for (let i = 0; i < 4; i++) await new Promise((resolve) => setImmediate(resolve));
}

/** The commit of a held store that has waited longest. */
export async function waitingCommit(store: HeldStore): Promise<HeldCommit> {
  await turns();
  const commit = store.waiting.shift();
  if (commit === undefined) throw new Error('no commit waits');
  return commit;
}

/** An engine with a tree over a store whose commits wait from now on. */
export async function held() {
  const store = heldStore();
  const cipher = newCipher();
  const engine = PageEngine.open({ store, storeId: store.storeId });
  const tree = await engine.createTree(1, cipher);
  const commits = store.committed.length;
  store.hold = true;
  return { store, cipher, engine, tree, commitsSince: () => store.committed.length - commits };
}

/** `pending`, or how the promise has ended by now. */
export async function stateOf(promise: Promise<unknown>): Promise<'pending' | 'resolved' | 'rejected'> {
  let state: 'pending' | 'resolved' | 'rejected' = 'pending';
  promise.then(
    () => {
      state = 'resolved';
    },
    () => {
      state = 'rejected';
    },
  );
  await turns();
  return state;
}

export const diskFull = new Outage('StoreUnavailable');

/** Everything a store holds. */
export interface Snapshot {
  readonly heads: ReadonlyMap<number, StoredHead>;
  readonly pages: readonly PagePut[];
}

export async function snapshot(store: PageStore): Promise<Snapshot> {
  const heads = new Map<number, StoredHead>();
  const pages: PagePut[] = [];
  for (const tree of await store.listTrees(-1, 1000)) {
    const [head] = await store.readHeads([tree]);
    if (head !== undefined) heads.set(tree, head);
    const ids = await store.listPages(tree, -1, 100_000);
    const stored = await store.readPages(tree, ids);
    ids.forEach((id, i) => {
      pages.push({ tree, id, ...(stored[i] as StoredPage) });
    });
  }
  return { heads, pages };
}

/** Writes a page behind the engine's back; undefined removes it. */
export async function forge(
  store: PageStore,
  tree: number,
  id: number,
  page: StoredPage | undefined,
): Promise<void> {
  const change = { puts: [], deletes: [], heads: [], drops: [] };
  if (page === undefined) await store.commit({ ...change, deletes: [{ tree, id }] });
  else await store.commit({ ...change, puts: [{ tree, id, version: page.version, body: page.body }] });
}

/** Writes a head behind the engine's back. */
export async function forgeHead(store: PageStore, head: StoredHead): Promise<void> {
  const [now] = await store.readHeads([head.tree]);
  await store.commit({ puts: [], deletes: [], heads: [{ ...head, expected: now?.version ?? 0 }], drops: [] });
}

export function flipped(body: Uint8Array, at: number, bit = 1): Uint8Array {
  const copy = body.slice();
  copy[at] = (copy[at] ?? 0) ^ bit;
  return copy;
}
