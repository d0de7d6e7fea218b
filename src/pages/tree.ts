/** One open tree as readers see it: only what is durable. */
import { assert } from '../base/errors.ts';
import type { MaybePromise } from '../store/page-store.ts';
import type { TreeStats } from './head.ts';
import { innerRefAt } from './layout.ts';
import {
  cellAt,
  childIndex,
  hasKey,
  isOverflowCell,
  lowerBound,
  nodeLevel,
  valueAt,
  valueBytes,
} from './node.ts';
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

  /** What `take` makes of the value where it lies, which it must not keep; undefined where there is no such key. */
  read<T>(key: Uint8Array, take: TakeValue<T>): MaybePromise<T | undefined> {
    assert(this.state.committed.version > 0, 'a tree is read once it is durable');
    return findValue(this.#source, this.#source.committed, { tree: this.state, key, take });
  }

  cursor(range: CursorRange = {}): TreeCursor {
    return new TreeCursor(this.#source, this.#source.committed, this.state, range);
  }

  stats(): TreeStats {
    const { entries, pages, bytes } = this.state.committed;
    return { entries, pages, bytes };
  }
}

/** Works on the bytes from `from` up to `to` at once, and keeps none of them. */
export type TakeValue<T> = (bytes: Uint8Array, from: number, to: number) => T;

const copyValue: TakeValue<Uint8Array> = (bytes, from, to) => bytes.slice(from, to);

/** A copy of the value. */
export function getValue(
  source: PageSource,
  view: TreeView,
  tree: TreeState,
  key: Uint8Array,
): MaybePromise<Uint8Array | undefined> {
  return findValue(source, view, { tree, key, take: copyValue });
}

interface Search<T> {
  readonly tree: TreeState;
  readonly key: Uint8Array;
  readonly take: TakeValue<T>;
}

function findValue<T>(source: PageSource, view: TreeView, search: Search<T>): MaybePromise<T | undefined> {
  const { tree, key, take } = search;
  const wait = source.begin(tree);
  if (wait !== undefined) return wait.then(() => findValue(source, view, search));
  let node = view.page(tree, view.head(tree).rootRef, 0);
  for (;;) {
    if (node instanceof Promise) return node.then(() => findValue(source, view, search));
    if (nodeLevel(node) === 0) break;
    node = view.page(tree, node, cellAt(node, childIndex(node, key)) + innerRefAt);
  }
  const index = lowerBound(node, key);
  if (!hasKey(node, index, key)) return undefined;
  const cell = cellAt(node, index);
  if (!isOverflowCell(node, cell)) {
    const from = valueAt(node, cell);
    return take(node, from, from + valueBytes(node, cell));
  }
  const value = source.overflowValue(view, tree, node, cell);
  if (!(value instanceof Promise)) return take(value, 0, value.length);
  return value.then((read) =>
    read === undefined ? findValue(source, view, search) : take(read, 0, read.length),
  );
}
