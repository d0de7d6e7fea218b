/** The page engine: encrypted trees over a page store, with one cache and one commit for all of them. */
import { type Clock, systemClock } from '../base/clock.ts';
import { IntegrityFault } from '../base/errors.ts';
import type { MaybePromise, PageStore } from '../store/page-store.ts';
import { GroupCommit, type Transaction } from './commit.ts';
import { PageCache } from './page-cache.ts';
import type { PageCipher } from './page-cipher.ts';
import { PageSource } from './page-source.ts';
import { type RefLogBounds, refLogBounds } from './ref-log.ts';
import type { Resealed, ResealStretch } from './reseal.ts';
import { PageSealer, type SealMeter } from './sealed-page.ts';
import { Transplant, type TransplantSource } from './transplant.ts';
import { Tree } from './tree.ts';
import { newTreeState } from './tree-state.ts';
import {
  type SliceOptions,
  type SliceReport,
  type VerifyOptions,
  type VerifyParts,
  type VerifyReport,
  verifySlice,
  verifyTrees,
} from './verify.ts';

export interface PageEngineOptions {
  readonly store: PageStore;
  /** 16 bytes that tell this store from every other; part of what each page vouches for. */
  readonly storeId: Uint8Array;
  /** Bound of the memory for opened pages between operations. */
  readonly cacheBytes?: number;
  /** For tests. */
  readonly refLog?: RefLogBounds;
  readonly clock?: Clock;
}

/** A tree, and the engine that opened it. */
export interface PlantedTree {
  readonly engine: PageEngine;
  readonly tree: Tree;
}

export const cacheBytesDefault = 64 * 2 ** 20;

export class PageEngine {
  readonly store: PageStore;
  readonly #sealer: PageSealer;
  readonly #cache: PageCache;
  readonly #source: PageSource;
  readonly #commit: GroupCommit;
  readonly #trees = new Map<number, Tree>();
  readonly #storeId: Uint8Array;
  readonly #clock: Clock;
  /** Trees that a copy is on its way into: until it is whole they are not to be looked at. */
  readonly #planted = new Set<number>();

  /** The store stays the caller's, who closes it after the engine. */
  static open(options: PageEngineOptions): PageEngine {
    return new PageEngine(options);
  }

  private constructor({
    store,
    storeId,
    cacheBytes = cacheBytesDefault,
    refLog = refLogBounds,
    clock = systemClock,
  }: PageEngineOptions) {
    this.store = store;
    this.#storeId = storeId;
    this.#clock = clock;
    this.#sealer = new PageSealer(storeId, clock);
    this.#cache = new PageCache(cacheBytes);
    this.#source = new PageSource(store, this.#sealer, this.#cache);
    this.#commit = new GroupCommit({
      store,
      cache: this.#cache,
      sealer: this.#sealer,
      source: this.#source,
      trees: this.#trees,
      refLog,
    });
  }

  /** What sealing and opening have cost so far. */
  get meter(): Readonly<SealMeter> {
    return this.#sealer.meter;
  }

  get cachedBytes(): number {
    return this.#cache.cachedBytes;
  }

  /**
   * Runs `work` where all changes are serialised and resolves with its result once everything it saw and changed is
   * durable. What it throws rejects this call alone and changes nothing. `work` may run more than once, when
   * another of its group had to be taken back: let it act through the transaction only.
   */
  transact<T>(work: (tx: Transaction) => MaybePromise<T>): Promise<T> {
    return this.#commit.transact(work);
  }

  /** A new, empty tree. Its number must never have been used before. */
  createTree(id: number, cipher: PageCipher): Promise<Tree> {
    return this.transact((tx) => tx.createTree(id, cipher));
  }

  /** True where the store has a head for this tree, whether or not it opens. */
  hasTree(id: number): MaybePromise<boolean> {
    const heads = this.store.readHeads([id]);
    return heads instanceof Promise ? heads.then(([head]) => head !== undefined) : heads[0] !== undefined;
  }

  /**
   * Opens a tree that must be there: a missing or changed head is an IntegrityFault. A tree that is open already goes
   * on with the new cipher.
   */
  openTree(id: number, cipher: PageCipher): MaybePromise<Tree> {
    const open = this.#trees.get(id);
    if (open !== undefined) {
      open.state.cipher = cipher;
      return open;
    }
    const stored = this.#source.readTree(id, cipher);
    const made = (read: Awaited<typeof stored>): Tree => {
      if (read === undefined) throw new IntegrityFault({ tree: id, record: 'head' });
      const tree =
        this.#trees.get(id) ?? new Tree(newTreeState(id, cipher, read.head, read.log), this.#source);
      this.#trees.set(id, tree);
      return tree;
    };
    return stored instanceof Promise ? stored.then(made) : made(stored);
  }

  /**
   * Fills an empty tree, which nobody else uses until this has ended, with a copy of a tree of another engine; `mayGoOn` is
   * asked before each commit. After a fault the tree is neither: drop it. Throws IntegrityFault where the original is not
   * what was written, and what the ciphers and `mayGoOn` throw.
   */
  async transplant(tree: Tree, from: PlantedTree, mayGoOn: () => Promise<void>): Promise<void> {
    const { state, id } = tree;
    this.#planted.add(id);
    try {
      const sealer = new PageSealer(this.#storeId, this.#clock);
      const { cipher, committed } = state;
      const into = { store: this.store, sealer, cipher, tree: id, version: committed.version };
      await new Transplant({ from: from.engine.#original(from.tree), into, mayGoOn }).run();
    } finally {
      state.stale = true;
      this.#planted.delete(id);
    }
    // What it counts is asked without a read.
    await this.#source.begin(state);
  }

  #original({ id, state: { cipher, committed: head, log } }: Tree): TransplantSource {
    return { store: this.store, sealer: this.#sealer, cipher, tree: id, head, log };
  }

  /** Seals a stretch of a tree anew where it is under an older data key, in a commit of its own. */
  reseal(tree: Tree, stretch: ResealStretch): Promise<Resealed> {
    return this.transact((tx) => tx.reseal(tree, stretch));
  }

  /** Removes a tree and all its pages; its key is not needed, nor need it be open. */
  dropTree(id: number): Promise<void> {
    return this.transact((tx) => tx.dropTree(id));
  }

  /** Wipes every opened page of a tree at once. Reading goes on through the cipher, which refuses if its key has gone. */
  evictTree(id: number): void {
    const tree = this.#trees.get(id);
    if (tree === undefined) return;
    tree.state.evictions++;
    this.#cache.evict(tree.state.cached);
  }

  /** Runs `task` while no commit is under way. */
  quietly<T>(task: () => Promise<T>): Promise<T> {
    return this.#commit.quietly(task);
  }

  /**
   * Opens every stored page of these trees, past the cache and while no commit is under way. What is wrong with
   * the bytes is in the report; only outages reject.
   */
  verify(options: VerifyOptions): Promise<VerifyReport> {
    const open = new Map(this.#trees);
    return this.quietly(() => {
      // Without those that a commit dropped while this waited for it.
      const isWhole = (id: number) => open.get(id)?.state.dropped !== true && !this.#planted.has(id);
      const trees = options.trees.filter(({ id }) => isWhole(id));
      const unwalked = [...(options.unwalked ?? []), ...this.#planted];
      return verifyTrees(this.#verifyParts(), { ...options, trees, unwalked });
    });
  }

  /**
   * Opens so many stored pages of one tree past the cache, while no commit is under way. What is wrong with the bytes is
   * in the report; outages, and refusals of the cipher, reject.
   */
  verifySlice(options: SliceOptions): Promise<SliceReport> {
    const open = this.#trees.get(options.tree.id);
    return this.quietly(async () => {
      if (open?.state.dropped === true || this.#planted.has(options.tree.id))
        return { pages: 0, bytes: 0, faults: [] };
      return verifySlice(this.#verifyParts(), options);
    });
  }

  #verifyParts(): VerifyParts {
    const known = [...this.#trees].map(([id, { state }]) => [id, state.committed.version] as const);
    return {
      store: this.store,
      source: this.#source,
      sealer: this.#sealer,
      knownVersions: new Map(known),
    };
  }

  /** Lets the works that were handed in end, then wipes all opened pages. */
  async close(): Promise<void> {
    await this.#commit.close();
    for (const id of this.#trees.keys()) this.evictTree(id);
    this.#trees.clear();
  }
}
