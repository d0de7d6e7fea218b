/** Walks a range of keys leaf by leaf: each leaf as one commit left it, the next one found by its key. */
import { compareBytes, concatBytes } from '../base/bytes.ts';
import type { MaybePromise } from '../store/page-store.ts';
import { innerRefAt, readU16, readU48 } from './layout.ts';
import {
  cellAt,
  cellCount,
  cellKey,
  childIndex,
  childIndexBelow,
  isOverflowCell,
  keyAt,
  lowerBound,
  nodeLevel,
  valueAt,
  valueBytes,
} from './node.ts';
import type { PageSource, TreeView } from './page-source.ts';
import type { TreeState } from './tree-state.ts';

/** From `from` on, up to but without `to`; an absent bound is open. */
export interface CursorRange {
  readonly from?: Uint8Array | undefined;
  readonly to?: Uint8Array | undefined;
  readonly backwards?: boolean | undefined;
}

/** One entry where it lies. Its bytes belong to the caller, who may keep them but not change them. */
export class Entry {
  /** Where the value lies, from `from` up to `to`. */
  readonly bytes: Uint8Array;
  readonly from: number;
  readonly to: number;
  readonly #leaf: Uint8Array;
  readonly #cell: number;

  constructor(leaf: Uint8Array, cell: number, bytes: Uint8Array, from: number, to: number) {
    this.bytes = bytes;
    this.from = from;
    this.to = to;
    this.#leaf = leaf;
    this.#cell = cell;
  }

  get key(): Uint8Array {
    const start = keyAt(this.#leaf, this.#cell);
    return this.#leaf.subarray(start, start + readU16(this.#leaf, this.#cell));
  }

  get value(): Uint8Array {
    return this.bytes.subarray(this.from, this.to);
  }
}

const readAheadMax = 16;
const nothing = new Uint8Array();
const zeroByte = Uint8Array.of(0);

export class TreeCursor {
  readonly #source: PageSource;
  readonly #view: TreeView;
  readonly #tree: TreeState;
  readonly #from: Uint8Array | undefined;
  readonly #to: Uint8Array | undefined;
  readonly #backwards: boolean;
  /** Where the walk goes on after this leaf: inclusive forwards, exclusive backwards. */
  #position: Uint8Array | undefined;
  #isLastLeaf = false;
  /** A copy of the leaf, so that no commit and no eviction disturbs it. */
  #leaf = nothing;
  #index = 0;
  /** Cells of the leaf that are left. */
  #left = 0;
  #epoch = 0;
  #evictions = 0;
  #readAhead = 1;

  constructor(source: PageSource, view: TreeView, tree: TreeState, range: CursorRange) {
    this.#source = source;
    this.#view = view;
    this.#tree = tree;
    this.#from = range.from;
    this.#to = range.to;
    this.#backwards = range.backwards ?? false;
    this.#position = this.#backwards ? range.to : (range.from ?? nothing);
  }

  /** The next entry, or undefined at the end. Never call it again before a promise it gave has settled. */
  next(): MaybePromise<Entry | undefined> {
    for (;;) {
      if (this.#left > 0) {
        // When the key has gone, what was opened before is gone as well.
        if (this.#evictions !== this.#tree.evictions) this.#seekAgain();
        else return this.#entry();
      } else if (this.#isLastLeaf) {
        return undefined;
      }
      const wait = this.#nextLeaf();
      if (wait !== undefined) return wait.then(() => this.next());
    }
  }

  #entry(): MaybePromise<Entry | undefined> {
    const leaf = this.#leaf;
    const cell = cellAt(leaf, this.#index);
    if (isOverflowCell(leaf, cell)) return this.#overflowEntry(cell);
    const from = valueAt(leaf, cell);
    this.#step();
    return new Entry(leaf, cell, leaf, from, from + valueBytes(leaf, cell));
  }

  #overflowEntry(cell: number): MaybePromise<Entry | undefined> {
    // Overflow pages are not part of the copy: they may be others by now.
    if (this.#epoch !== this.#view.epoch(this.#tree)) {
      this.#seekAgain();
      return this.next();
    }
    const leaf = this.#leaf;
    const value = this.#source.overflowValue(this.#view, this.#tree, leaf, cell);
    if (!(value instanceof Promise)) {
      this.#step();
      return new Entry(leaf, cell, value, 0, value.length);
    }
    return value.then((read) => {
      if (read === undefined) {
        this.#seekAgain();
        return this.next();
      }
      this.#step();
      return new Entry(leaf, cell, read, 0, read.length);
    });
  }

  #step(): void {
    this.#index += this.#backwards ? -1 : 1;
    this.#left--;
  }

  /** Gives up the rest of the leaf and goes on, from the root, with the entry that would come next. */
  #seekAgain(): void {
    const key = cellKey(this.#leaf, cellAt(this.#leaf, this.#index));
    this.#position = this.#backwards ? concatBytes(key, zeroByte) : key;
    this.#left = 0;
    this.#isLastLeaf = false;
  }

  #nextLeaf(): Promise<void> | undefined {
    const tree = this.#tree;
    const wait = this.#source.begin(tree);
    if (wait !== undefined) return wait;
    let node = this.#view.page(tree, this.#view.head(tree).rootRef, 0);
    let bound: Uint8Array | undefined;
    for (;;) {
      if (node instanceof Promise) return node;
      if (nodeLevel(node) === 0) break;
      const index = this.#childOf(node);
      const boundIndex = this.#backwards ? index : index + 1;
      if (boundIndex > 0 && boundIndex < cellCount(node)) bound = cellKey(node, cellAt(node, boundIndex));
      const ahead = nodeLevel(node) === 1 ? this.#leavesAhead(node, index) : undefined;
      if (ahead !== undefined) return ahead;
      node = this.#view.page(tree, node, cellAt(node, index) + innerRefAt);
    }
    this.#takeLeaf(node, bound);
    return undefined;
  }

  #childOf(node: Uint8Array): number {
    if (this.#backwards) return childIndexBelow(node, this.#position);
    return childIndex(node, this.#position ?? nothing);
  }

  /** Reads more leaves at once the longer the walk goes on. */
  #leavesAhead(parent: Uint8Array, index: number): Promise<void> | undefined {
    const count = this.#readAhead;
    if (count < 2 || this.#tree.cached.has(readU48(parent, cellAt(parent, index) + innerRefAt)))
      return undefined;
    return this.#source.readAhead(this.#tree, parent, this.#backwards ? index - count + 1 : index, count);
  }

  #takeLeaf(node: Uint8Array, bound: Uint8Array | undefined): void {
    const leaf = node.slice();
    const from = this.#backwards ? this.#from : this.#position;
    const to = this.#backwards ? this.#position : this.#to;
    const first = from === undefined ? 0 : lowerBound(leaf, from);
    const end = to === undefined ? cellCount(leaf) : lowerBound(leaf, to);
    this.#leaf = leaf;
    this.#index = this.#backwards ? end - 1 : first;
    this.#left = Math.max(0, end - first);
    this.#epoch = this.#view.epoch(this.#tree);
    this.#evictions = this.#tree.evictions;
    this.#readAhead = Math.min(readAheadMax, this.#readAhead * 2);
    this.#isLastLeaf = bound === undefined || this.#isBeyond(bound);
    this.#position = bound;
  }

  #isBeyond(bound: Uint8Array): boolean {
    if (this.#backwards) return this.#from !== undefined && compareBytes(bound, this.#from) <= 0;
    return this.#to !== undefined && compareBytes(bound, this.#to) >= 0;
  }
}
