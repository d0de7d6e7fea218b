/** Where a node lies: the pages from the root to it, and where its right neighbour begins. */
import { innerRefAt, readU48 } from './layout.ts';
import { cellAt, cellCount, cellKey, childIndex, nodeLevel } from './node.ts';
import type { PageSource } from './page-source.ts';
import type { TreeState } from './tree-state.ts';

export interface NodePlace<T> {
  /** Page ids, the root's first and the node's last. */
  readonly path: readonly number[];
  /** The first key of the next node of this level. */
  readonly next: Uint8Array | undefined;
  readonly taken: T;
}

export interface NodeSearch<T> {
  readonly tree: TreeState;
  readonly key: Uint8Array;
  /** 0: the leaf where the key belongs; 1: the node above it, or the leaf where that is the root. */
  readonly level: number;
  /** Works on the node's bytes, and keeps none of them. */
  readonly take: (node: Uint8Array) => T;
}

/** In the working state. */
export async function placeAt<T>(source: PageSource, search: NodeSearch<T>): Promise<NodePlace<T>> {
  for (;;) {
    const found = findPlace(source, search);
    if (!(found instanceof Promise)) return found;
    await found;
  }
}

/** A promise: wait for it and begin again. */
function findPlace<T>(
  source: PageSource,
  { tree, key, level, take }: NodeSearch<T>,
): NodePlace<T> | Promise<void> {
  const wait = source.begin(tree);
  if (wait !== undefined) return wait;
  const view = source.working;
  const path: number[] = [];
  let next: Uint8Array | undefined;
  let ref = view.head(tree).rootRef;
  let refAt = 0;
  for (;;) {
    path.push(readU48(ref, refAt));
    const node = view.page(tree, ref, refAt);
    if (node instanceof Promise) return node;
    if (nodeLevel(node) <= level) return { path, next, taken: take(node) };
    const index = childIndex(node, key);
    if (index + 1 < cellCount(node)) next = cellKey(node, cellAt(node, index + 1)).slice();
    ref = node;
    refAt = cellAt(node, index) + innerRefAt;
  }
}
