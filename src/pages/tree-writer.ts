/** Changes trees in the working state: copies what it touches, splits what is too full, merges what is nearly empty. */
import { assert } from '../base/errors.ts';
import {
  innerRefAt,
  keyBytesMax,
  nodeCapacityBytes,
  readU48,
  refBytes,
  refVersionAt,
  valueBytesMax,
  writeU48,
} from './layout.ts';
import { entryBytes, removeEntry, writeEntry } from './leaf-entry.ts';
import {
  type Cell,
  cellAt,
  cellCount,
  cellKey,
  cellsOf,
  childIndex,
  fillNode,
  freeBytes,
  hasKey,
  initNode,
  insertCell,
  lowerBound,
  nodeLevel,
  removeCell,
  reserveCell,
} from './node.ts';
import {
  canMerge,
  canShare,
  cutPoints,
  innerCell,
  keyOf,
  needsSplit,
  rekeyCell,
  rekeyed,
  sharing,
  shortestSeparator,
} from './node-split.ts';
import type { PageBuffers } from './page-cache.ts';
import type { PageSource } from './page-source.ts';
import { allocatePage, freePage } from './page-space.ts';
import { isRightmost, type Step } from './tree-path.ts';
import type { TreeChange, TreeState } from './tree-state.ts';

/** A node that uses less than this is merged with a neighbour, where both fit with some room left. */
const mergeBelowBytes = nodeCapacityBytes / 4;

export class TreeWriter {
  readonly #source: PageSource;
  readonly #buffers: PageBuffers;
  /** Gives the tree's change in the group being gathered, begun if need be. */
  readonly #changeOf: (tree: TreeState) => TreeChange;

  constructor(source: PageSource, buffers: PageBuffers, changeOf: (tree: TreeState) => TreeChange) {
    this.#source = source;
    this.#buffers = buffers;
    this.#changeOf = changeOf;
  }

  /** Makes the one empty leaf of a new tree. */
  plant(tree: TreeState): void {
    const change = this.#changeOf(tree);
    this.#newNode(tree, change, 0, change.head.rootRef, 0);
  }

  /** The value's bytes belong to the tree from now on. */
  put(tree: TreeState, key: Uint8Array, value: Uint8Array): Promise<void> | undefined {
    assert(key.length <= keyBytesMax && value.length <= valueBytesMax, 'an entry fits into a tree');
    const path = this.#path(tree, key);
    if (path instanceof Promise) return path.then(() => this.put(tree, key, value));
    const change = this.#changeOf(tree);
    const leaf = this.#ownPath(change, path);
    const index = lowerBound(leaf, key);
    if (hasKey(leaf, index, key)) removeEntry({ tree, change, buffers: this.#buffers }, leaf, index);
    change.head.entries++;
    change.head.bytes += key.length + value.length;
    tree.mutations++;
    const entry = { key, value };
    const size = entryBytes(entry);
    const at = reserveCell(leaf, index, size);
    if (at >= 0) {
      writeEntry({ tree, change }, entry, leaf, at);
      return undefined;
    }
    const from = new Uint8Array(size);
    writeEntry({ tree, change }, entry, from, 0);
    const cell = { from, at: 0, size };
    if (!this.#share(tree, change, path, index, cell)) {
      this.#split(tree, change, path, path.length - 1, index, [cell]);
    }
    return undefined;
  }

  /** False where there is no such key. */
  delete(tree: TreeState, key: Uint8Array): boolean | Promise<boolean> {
    const path = this.#path(tree, key);
    if (path instanceof Promise) return path.then(() => this.delete(tree, key));
    const found = path.at(-1)?.node;
    assert(found !== undefined, 'a path ends in a leaf');
    const index = lowerBound(found, key);
    if (!hasKey(found, index, key)) return false;
    const change = this.#changeOf(tree);
    removeEntry({ tree, change, buffers: this.#buffers }, this.#ownPath(change, path), index);
    tree.mutations++;
    const shrinking = this.#shrink(tree, key, 0);
    return shrinking === undefined ? true : shrinking.then(() => true);
  }

  /** Takes the pages from the root to where `key` belongs into the change as they are: they are sealed anew. */
  own(tree: TreeState, key: Uint8Array): Promise<void> | undefined {
    const path = this.#path(tree, key);
    if (path instanceof Promise) return path.then(() => this.own(tree, key));
    this.#ownAnew(tree, path);
    return undefined;
  }

  /** As `own`, of the nodes above the leaf alone. */
  ownAbove(tree: TreeState, key: Uint8Array): Promise<void> | undefined {
    const path = this.#path(tree, key, 1);
    if (path instanceof Promise) return path.then(() => this.ownAbove(tree, key));
    this.#ownAnew(tree, path);
    return undefined;
  }

  #ownAnew(tree: TreeState, path: Step[]): void {
    const change = this.#changeOf(tree);
    this.#ownPath(change, path);
    for (const { node } of path) change.reshaped.add(node);
    tree.mutations++;
  }

  /** The nodes from the root to the leaf where `key` belongs, or the node that is so far above it, in the working state. */
  #path(tree: TreeState, key: Uint8Array, level = 0): Step[] | Promise<void> {
    const wait = this.#source.begin(tree);
    if (wait !== undefined) return wait;
    const view = this.#source.working;
    const path: Step[] = [];
    let node = view.page(tree, view.head(tree).rootRef, 0);
    let index = 0;
    for (;;) {
      if (node instanceof Promise) return node;
      path.push({ node, index });
      if (nodeLevel(node) <= level) return path;
      index = childIndex(node, key);
      node = view.page(tree, node, cellAt(node, index) + innerRefAt);
    }
  }

  /** Makes the nodes of a path this change's own and returns the last. */
  #ownPath(change: TreeChange, path: Step[]): Uint8Array {
    let parent = change.head.rootRef;
    let refAt = 0;
    for (let depth = 0; depth < path.length; depth++) {
      const step = path[depth] as Step;
      if (depth > 0) refAt = cellAt(parent, step.index) + innerRefAt;
      step.node = this.#own(change, parent, refAt, step.node);
      parent = step.node;
    }
    return parent;
  }

  /** The node behind a reference as this change's own copy; the reference then bears this commit's version. */
  #own(change: TreeChange, parent: Uint8Array, refAt: number, node: Uint8Array): Uint8Array {
    const id = readU48(parent, refAt);
    const owned = change.pages.get(id);
    if (owned !== undefined) return owned;
    const copy = this.#buffers.take();
    copy.set(node);
    change.pages.set(id, copy);
    change.versions.set(id, readU48(parent, refAt + refVersionAt));
    writeU48(parent, refAt + refVersionAt, change.head.version);
    const refs = change.changedRefs.get(parent);
    if (refs === undefined) change.changedRefs.set(parent, [refAt]);
    else refs.push(refAt);
    return copy;
  }

  /** A new node, and the reference to it written at `refAt`. */
  #newNode(tree: TreeState, change: TreeChange, level: number, ref: Uint8Array, refAt: number): Uint8Array {
    const node = this.#buffers.take();
    initNode(node, level);
    const id = allocatePage(tree, change);
    change.pages.set(id, node);
    change.reshaped.add(node);
    writeU48(ref, refAt, id);
    writeU48(ref, refAt + refVersionAt, change.head.version);
    return node;
  }

  /**
   * Inserts a cell into a full leaf by dealing out its cells anew to it and a neighbour with room. Keys come in random
   * order, and leaves that only split would be two thirds full; these are five sixths.
   */
  #share(tree: TreeState, change: TreeChange, path: readonly Step[], index: number, cell: Cell): boolean {
    const [above, own] = path.slice(-2);
    if (above === undefined || own === undefined) return false;
    const { node: parent } = above;
    const { node: leaf, index: at } = own;
    if (index === cellCount(leaf) && isRightmost(path, path.length - 1)) return false;
    for (const siblingAt of [at - 1, at + 1]) {
      if (siblingAt < 0 || siblingAt >= cellCount(parent)) continue;
      const sibling = this.#source.working.page(tree, parent, cellAt(parent, siblingAt) + innerRefAt);
      if (sibling instanceof Promise) {
        // The entry is half written: no time to wait. Whoever needs that page hears what is wrong with it.
        sibling.catch(() => {});
        continue;
      }
      if (!canShare(leaf, sibling, cell.size)) continue;
      const cells = cellsOf(leaf.slice());
      cells.splice(index, 0, cell);
      const others = cellsOf(sibling.slice());
      const isLeft = at < siblingAt;
      const shared = isLeft ? sharing(cells, others) : sharing(others, cells);
      if (shared === undefined || !rekeyCell(parent, Math.max(at, siblingAt), shared.key)) continue;
      change.reshaped.add(parent);
      const other = this.#own(change, parent, cellAt(parent, siblingAt) + innerRefAt, sibling);
      fillNode(isLeft ? leaf : other, 0, shared.cells.slice(0, shared.cut));
      fillNode(isLeft ? other : leaf, 0, shared.cells.slice(shared.cut));
      return true;
    }
    return false;
  }

  /** Inserts cells into the node at `depth` of an own path, where they may not fit. */
  #split(
    tree: TreeState,
    change: TreeChange,
    path: Step[],
    depth: number,
    index: number,
    added: readonly Cell[],
  ): void {
    const node = (path[depth] as Step).node;
    change.reshaped.add(node);
    const only = added.length === 1 ? added[0] : undefined;
    if (only !== undefined && insertCell(node, index, only)) return;
    const appended = index === cellCount(node) && isRightmost(path, depth);
    const level = nodeLevel(node);
    const cells = cellsOf(node.slice());
    cells.splice(index, 0, ...added);
    const cuts = needsSplit(cells) ? cutPoints(cells, appended && added.length === 1) : [];
    fillNode(node, level, cells.slice(0, cuts[0] ?? cells.length));
    if (cuts.length === 0) return;
    const ref = new Uint8Array(refBytes);
    const separators = cuts.map((cut, part) => {
      const own = cells.slice(cut, cuts[part + 1] ?? cells.length);
      const first = own[0] as Cell;
      const before = cells[cut - 1] as Cell;
      const right = this.#newNode(tree, change, level, ref, 0);
      const key = keyOf(first, level);
      if (level > 0) own[0] = rekeyed(first, new Uint8Array());
      fillNode(right, level, own);
      return innerCell(level > 0 ? key : shortestSeparator(keyOf(before, 0), key), ref, 0);
    });
    if (depth > 0) {
      this.#split(tree, change, path, depth - 1, (path[depth] as Step).index + 1, separators);
      return;
    }
    const oldRoot = innerCell(new Uint8Array(), change.head.rootRef, 0);
    const root = this.#newNode(tree, change, level + 1, change.head.rootRef, 0);
    this.#split(tree, change, [{ node: root, index: 0 }], 0, 0, [oldRoot, ...separators]);
  }

  /** Merges the node at `level` above `key` with the neighbour that suits, if one does, then looks one level up. */
  #shrink(tree: TreeState, key: Uint8Array, level: number): Promise<void> | undefined {
    const path = this.#path(tree, key);
    if (path instanceof Promise) return path.then(() => this.#shrink(tree, key, level));
    const depth = path.length - 1 - level;
    if (depth <= 0) {
      this.#lowerRoot(tree, path);
      return undefined;
    }
    const node = (path[depth] as Step).node;
    if (nodeCapacityBytes - freeBytes(node) >= mergeBelowBytes) return undefined;
    const parent = (path[depth - 1] as Step).node;
    const index = (path[depth] as Step).index;
    if (cellCount(parent) === 1) return this.#shrink(tree, key, level + 1);
    for (const leftIndex of [index, index - 1]) {
      if (leftIndex < 0 || leftIndex + 1 >= cellCount(parent)) continue;
      const siblingIndex = leftIndex === index ? index + 1 : leftIndex;
      const sibling = this.#source.working.page(tree, parent, cellAt(parent, siblingIndex) + innerRefAt);
      if (sibling instanceof Promise) return sibling.then(() => this.#shrink(tree, key, level));
      if (!canMerge(node, sibling, cellKey(parent, cellAt(parent, leftIndex + 1)).length)) continue;
      const change = this.#changeOf(tree);
      this.#ownPath(change, path.slice(0, depth));
      this.#merge(
        tree,
        change,
        (path[depth - 1] as Step).node,
        leftIndex,
        node,
        sibling,
        leftIndex === index,
      );
      return this.#shrink(tree, key, level + 1);
    }
    return undefined;
  }

  #merge(
    tree: TreeState,
    change: TreeChange,
    parent: Uint8Array,
    leftIndex: number,
    node: Uint8Array,
    sibling: Uint8Array,
    isNodeLeft: boolean,
  ): void {
    const rightCell = cellAt(parent, leftIndex + 1);
    const separator = cellKey(parent, rightCell);
    const rightId = readU48(parent, rightCell + innerRefAt);
    const left = this.#own(
      change,
      parent,
      cellAt(parent, leftIndex) + innerRefAt,
      isNodeLeft ? node : sibling,
    );
    const right = (isNodeLeft ? sibling : node).slice();
    const moved = cellsOf(right);
    if (nodeLevel(right) > 0 && moved[0] !== undefined) moved[0] = rekeyed(moved[0], separator);
    for (const cell of moved) {
      assert(insertCell(left, cellCount(left), cell), 'merged nodes fit into one');
    }
    removeCell(parent, leftIndex + 1);
    change.reshaped.add(parent).add(left);
    freePage(tree, change, rightId, this.#buffers);
    tree.mutations++;
  }

  /** An inner root with one child gives way to it. */
  #lowerRoot(tree: TreeState, path: readonly Step[]): void {
    const root = path[0]?.node;
    if (root === undefined || nodeLevel(root) === 0 || cellCount(root) > 1) return;
    const change = this.#changeOf(tree);
    const rootId = readU48(change.head.rootRef, 0);
    const refAt = cellAt(root, 0) + innerRefAt;
    change.head.rootRef.set(root.subarray(refAt, refAt + change.head.rootRef.length));
    freePage(tree, change, rootId, this.#buffers);
    tree.mutations++;
    this.#lowerRoot(tree, path.slice(1));
  }
}
