/** Where opened pages come from: the change being gathered, the commit under way, the cache, the store. */
import { equalBytes } from '../base/bytes.ts';
import { assert, IntegrityFault, Refusal } from '../base/errors.ts';
import type { MaybePromise, PageStore, StoredHead, StoredPage } from '../store/page-store.ts';
import type { Head } from './head.ts';
import {
  innerRefAt,
  overflowEntryBytes,
  overflowListHeaderBytes,
  overflowPageCount,
  overflowPlainBytes,
  pageKind,
  plainPageBytes,
  readU32,
  readU48,
  refBytes,
  refTagAt,
  refVersionAt,
} from './layout.ts';
import { cellAt, cellCount, isSoundNode, valueAt, valueBytes } from './node.ts';
import type { PageCache } from './page-cache.ts';
import type { PageCipher } from './page-cipher.ts';
import type { PageSealer } from './sealed-page.ts';
import { type StoredTree, StoredTrees } from './stored-tree.ts';
import { isInFlight, type TreeState } from './tree-state.ts';

/**
 * One state of the trees: the committed one, or the working one that transactions see. A promise in place of bytes
 * means: wait for it, then begin again at the root.
 */
export interface TreeView {
  head(tree: TreeState): Head;
  page(tree: TreeState, ref: Uint8Array, refAt: number): Uint8Array | Promise<void>;
  /** Changes whenever something in the tree may have. */
  epoch(tree: TreeState): number;
  readonly isWorking: boolean;
}

export class PageSource {
  readonly committed: TreeView;
  readonly working: TreeView;
  readonly #store: PageStore;
  readonly #sealer: PageSealer;
  readonly #cache: PageCache;
  readonly #stored: StoredTrees;
  readonly #commitMark: (() => number) | undefined;

  constructor(store: PageStore, sealer: PageSealer, cache: PageCache) {
    this.#store = store;
    this.#sealer = sealer;
    this.#cache = cache;
    this.#stored = new StoredTrees(store, sealer);
    this.#commitMark = store.commitMark;
    this.committed = {
      head: (tree) => tree.committed,
      page: (tree, ref, refAt) => cache.get(tree.cached, readU48(ref, refAt)) ?? this.#load(tree, ref, refAt),
      epoch: (tree) => tree.epoch,
      isWorking: false,
    };
    this.working = {
      head: (tree) => (tree.change ?? tree.flight)?.head ?? tree.committed,
      page: (tree, ref, refAt) => {
        const id = readU48(ref, refAt);
        const changed = tree.change?.pages.get(id) ?? tree.flight?.pages.get(id);
        return changed ?? cache.get(tree.cached, id) ?? this.#load(tree, ref, refAt);
      },
      epoch: (tree) => tree.epoch + tree.mutations,
      isWorking: true,
    };
  }

  /** Begins a synchronous step on a tree. A promise: wait for it and begin again. */
  begin(tree: TreeState): Promise<void> | undefined {
    if (tree.dropped) throw new Refusal('TableNotFound', {});
    this.#cache.beginStep();
    this.lookForOthers(tree);
    return tree.stale ? this.#refresh(tree) : undefined;
  }

  get isShared(): boolean {
    return this.#commitMark !== undefined;
  }

  /** While something of ours is under way in the tree, a commit of another shows as its conflict. */
  lookForOthers(tree: TreeState): void {
    if (this.#commitMark === undefined || tree.pin !== undefined) return;
    const mark = this.#commitMark();
    if (mark === tree.commitMark || tree.flight !== undefined || tree.change !== undefined) return;
    tree.commitMark = mark;
    tree.stale = true;
  }

  /** The value that a leaf cell has in overflow pages; undefined, in a promise, means: begin again at the root. */
  overflowValue(
    view: TreeView,
    tree: TreeState,
    leaf: Uint8Array,
    cell: number,
  ): Uint8Array | Promise<Uint8Array | undefined> {
    const at = valueAt(leaf, cell);
    const size = valueBytes(leaf, cell);
    const listBytes = overflowListHeaderBytes + overflowPageCount(size) * overflowEntryBytes;
    return this.#overflowValue(view, tree, leaf.subarray(at, at + listBytes));
  }

  /** Opens children of an inner node ahead of their use, in one trip to the store. */
  readAhead(tree: TreeState, parent: Uint8Array, first: number, count: number): Promise<void> | undefined {
    const refs: Uint8Array[] = [];
    const cells = cellCount(parent);
    for (let index = Math.max(0, first); index < Math.min(first + count, cells); index++) {
      const refAt = cellAt(parent, index) + innerRefAt;
      const id = readU48(parent, refAt);
      if (!tree.cached.has(id) && !isInFlight(tree, id)) refs.push(parent.slice(refAt, refAt + refBytes));
    }
    if (refs.length < 2) return undefined;
    const install = (pages: readonly (StoredPage | undefined)[]): void => {
      for (let i = 0; i < refs.length; i++) {
        const page = pages[i];
        const ref = refs[i] as Uint8Array;
        // What does not fit is left to the read that needs it, which judges it.
        if (page === undefined || page.version !== readU48(ref, refVersionAt)) continue;
        if (!tree.cached.has(readU48(ref, 0))) this.#openNode(tree, ref, 0, page);
      }
    };
    const epoch = tree.epoch;
    const answer = this.#store.readPages(
      tree.id,
      refs.map((ref) => readU48(ref, 0)),
      true,
    );
    if (!(answer instanceof Promise)) {
      install(answer);
      return undefined;
    }
    return answer.then((pages) => {
      this.#cache.beginStep();
      if (tree.epoch === epoch && tree.flight === undefined) install(pages);
    });
  }

  /** Reads and opens a tree's head and its log. Undefined where the store has none. */
  readTree(tree: number, cipher: PageCipher): MaybePromise<StoredTree | undefined> {
    return this.#stored.read(tree, cipher);
  }

  async #refresh(tree: TreeState): Promise<void> {
    const epoch = tree.epoch;
    const stored = await this.readTree(tree.id, tree.cipher);
    const head = stored?.head;
    if (tree.epoch !== epoch || !tree.stale) return;
    if (head !== undefined && head.version === tree.committed.version) {
      // One commit cannot have left two states.
      if (!equalBytes(head.rootRef, tree.committed.rootRef))
        throw new IntegrityFault({ tree: tree.id, record: 'head' });
      tree.dropping = undefined;
      tree.stale = false;
      if (tree.pin !== undefined) tree.pin.isSettled = true;
      return;
    }
    this.#cache.evict(tree.cached);
    if (head === undefined && tree.dropping !== undefined) {
      tree.dropped = true;
      throw new Refusal('TableNotFound', {});
    }
    if (stored === undefined || stored.head.version < tree.committed.version) {
      throw new IntegrityFault({ tree: tree.id, record: 'head' });
    }
    tree.dropping = undefined;
    tree.committed = stored.head;
    tree.log = stored.log;
    tree.freeIds = [];
    tree.epoch++;
    tree.stale = false;
    if (tree.pin === undefined) return;
    tree.pin.isOvertaken = tree.pin.isSettled;
    tree.pin.isSettled = true;
  }

  #load(tree: TreeState, ref: Uint8Array, refAt: number): Uint8Array | Promise<void> {
    const id = readU48(ref, refAt);
    if (tree.flight !== undefined && isInFlight(tree, id)) return tree.flight.settled;
    const answer = this.#store.readPages(tree.id, [id], true);
    if (!(answer instanceof Promise)) return this.#install(tree, ref, refAt, answer[0]);
    const epoch = tree.epoch;
    const ownRef = ref.slice(refAt, refAt + refBytes);
    return answer.then(async ([page]) => {
      // The caller begins again in any case; a page read across a commit proves nothing.
      if (tree.epoch !== epoch || isInFlight(tree, id) || tree.cached.has(id)) return;
      this.#cache.beginStep();
      const installed = this.#install(tree, ownRef, 0, page);
      if (installed instanceof Promise) await installed;
    });
  }

  #install(
    tree: TreeState,
    ref: Uint8Array,
    refAt: number,
    page: StoredPage | undefined,
  ): Uint8Array | Promise<void> {
    if (page === undefined || page.version !== readU48(ref, refAt + refVersionAt)) {
      return this.#suspect(tree, readU48(ref, refAt));
    }
    return this.#openNode(tree, ref, refAt, page);
  }

  #openNode(tree: TreeState, ref: Uint8Array, refAt: number, { version, body }: StoredPage): Uint8Array {
    const id = readU48(ref, refAt);
    const place = { kind: pageKind.page, tree: tree.id, page: id, version };
    // The parent's frame is held by this step, so its tag can be compared where it lies.
    const node = this.#cache.add(tree.cached, id);
    try {
      this.#sealer.open(tree.cipher, place, body, ref, refAt + refTagAt, node, 0, plainPageBytes);
      if (!isSoundNode(node) || !tree.log.patch(id, version, node)) {
        throw new IntegrityFault({ tree: tree.id, page: id });
      }
    } catch (fault) {
      this.#cache.remove(tree.cached, id);
      throw fault;
    }
    return node;
  }

  /** A page is missing or of another version: another process may have moved the head on; else it was tampered with. */
  #suspect(tree: TreeState, page: number): Promise<void> {
    if (tree.dropping !== undefined) return tree.dropping;
    const epoch = tree.epoch;
    const judge = ([head]: readonly (StoredHead | undefined)[]): void => {
      if (tree.epoch !== epoch || tree.dropped) return;
      const known = tree.flight?.head.version ?? tree.committed.version;
      if (head === undefined || head.version <= known) throw new IntegrityFault({ tree: tree.id, page });
      tree.stale = true;
    };
    const heads = this.#store.readHeads([tree.id]);
    if (heads instanceof Promise) return heads.then(judge);
    judge(heads);
    return Promise.resolve();
  }

  #overflowValue(
    view: TreeView,
    tree: TreeState,
    list: Uint8Array,
  ): Uint8Array | Promise<Uint8Array | undefined> {
    const size = readU32(list, 0);
    const count = overflowPageCount(size);
    const ids: number[] = [];
    for (let i = 0; i < count; i++) ids.push(readU48(list, overflowListHeaderBytes + i * overflowEntryBytes));
    const first = ids[0];
    assert(first !== undefined, 'a value in overflow pages has some');
    if (view.isWorking) {
      // All pages of a value were put by one work, so they are in one place.
      const changed = [tree.change?.overflow, tree.flight?.overflow].find((pages) => pages?.has(first));
      if (changed !== undefined) return joined(changed, ids, size);
    }
    if (tree.flight !== undefined && ids.some((id) => isInFlight(tree, id))) {
      return tree.flight.settled.then(() => undefined);
    }
    const answer = this.#store.readPages(tree.id, ids, true);
    if (!(answer instanceof Promise)) return this.#openOverflow(tree, list, answer);
    const epoch = tree.epoch;
    const ownList = list.slice();
    return answer.then((pages) => {
      if (tree.epoch !== epoch || ids.some((id) => isInFlight(tree, id))) return undefined;
      return this.#openOverflow(tree, ownList, pages);
    });
  }

  #openOverflow(
    tree: TreeState,
    list: Uint8Array,
    pages: readonly (StoredPage | undefined)[],
  ): Uint8Array | Promise<Uint8Array | undefined> {
    const size = readU32(list, 0);
    const version = readU48(list, 4);
    const last = pages.length - 1;
    const value = new Uint8Array(last * plainPageBytes + overflowPlainBytes(size, last));
    for (let i = 0; i < pages.length; i++) {
      const entry = overflowListHeaderBytes + i * overflowEntryBytes;
      const id = readU48(list, entry);
      const page = pages[i];
      if (page === undefined || page.version !== version) {
        return this.#suspect(tree, id).then(() => undefined);
      }
      const place = { kind: pageKind.page, tree: tree.id, page: id, version };
      const plainBytes = overflowPlainBytes(size, i);
      this.#sealer.open(
        tree.cipher,
        place,
        page.body,
        list,
        entry + 6,
        value,
        i * plainPageBytes,
        plainBytes,
      );
    }
    return value.subarray(0, size);
  }
}

function joined(pages: ReadonlyMap<number, Uint8Array>, ids: readonly number[], size: number): Uint8Array {
  const value = new Uint8Array(size);
  for (let i = 0; i < ids.length; i++) {
    const stretch = pages.get(ids[i] as number);
    assert(stretch !== undefined, 'a changed value has all its pages');
    value.set(stretch, i * plainPageBytes);
  }
  return value;
}
