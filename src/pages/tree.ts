/** One open tree as readers see it: only what is durable. */
import { assert } from '../base/errors.ts';
import type { MaybePromise } from '../store/page-store.ts';
import type { TreeStats } from './head.ts';
import { innerRefAt } from './layout.ts';
import { cellAt, childIndex, hasKey, lowerBound, nodeLevel } from './node.ts';
import type { PageSource, TreeView } from './page-source.ts';
import { type CursorRange, TreeCursor } from './tree-cursor.ts';
import type { TreeState } from './tree-state.ts';

export class Tree {
  readonly id: number;
  /** For the page layer alone. */
  readonly state: TreeState;
  readonly #source: PageSource;

  constructor(state: TreeState, source: PageSource) {
    this.id = state.id;
    this.state = state;
    this.#source = source;
  }

  /** A copy of the value, or undefined. A promise only where the store answers with one, or a commit must be awaited. */
  get(key: Uint8Array): MaybePromise<Uint8Array | undefined> {
    assert(this.state.committed.version > 0, 'a tree is read once it is durable');
    return getValue(this.#source, this.#source.committed, this.state, key);
  }

  cursor(range: CursorRange = {}): TreeCursor {
    return new TreeCursor(this.#source, this.#source.committed, this.state, range);
  }

  stats(): TreeStats {
    const { entries, pages, bytes } = this.state.committed;
    return { entries, pages, bytes };
  }
}

export function getValue(
  source: PageSource,
  view: TreeView,
  tree: TreeState,
  key: Uint8Array,
): MaybePromise<Uint8Array | undefined> {
  const wait = source.begin(tree);
  if (wait !== undefined) return wait.then(() => getValue(source, view, tree, key));
  let node = view.page(tree, view.head(tree).rootRef, 0);
  for (;;) {
    if (node instanceof Promise) return node.then(() => getValue(source, view, tree, key));
    if (nodeLevel(node) === 0) break;
    node = view.page(tree, node, cellAt(node, childIndex(node, key)) + innerRefAt);
  }
  const index = lowerBound(node, key);
  if (!hasKey(node, index, key)) return undefined;
  const value = source.value(view, tree, node, cellAt(node, index));
  if (!(value instanceof Promise)) return value;
  return value.then((read) => read ?? getValue(source, view, tree, key));
}
