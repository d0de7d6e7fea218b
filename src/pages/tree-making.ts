/** Trees made and dropped within a group of works: there for those after them, and for all once the group is durable. */
import { AssertionFault, assert, Refusal } from '../base/errors.ts';
import { type MaybePromise, type PageStore, treesMax } from '../store/page-store.ts';
import { type Group, touchTree, type Work } from './group.ts';
import { emptyHead } from './head.ts';
import type { PageCache } from './page-cache.ts';
import type { PageCipher } from './page-cipher.ts';
import type { PageSource } from './page-source.ts';
import { Tree } from './tree.ts';
import { newTreeState } from './tree-state.ts';
import type { TreeWriter } from './tree-writer.ts';

/** What is being gathered, and what is on its way into the store. */
export interface Gathering {
  readonly store: PageStore;
  readonly cache: PageCache;
  readonly source: PageSource;
  readonly writer: TreeWriter;
  /** The open trees by number. */
  readonly trees: ReadonlyMap<number, Tree>;
  readonly group: Group;
  readonly flight: Group | undefined;
  /** Throws where the work has ended, or was overtaken. */
  mustBeRunning(work: Work): void;
}

export function createTree(
  { group, flight, trees, source, writer }: Gathering,
  work: Work,
  { id, cipher }: { readonly id: number; readonly cipher: PageCipher },
): Tree {
  assert(id >= 0 && id < treesMax, 'a tree has a number of its own');
  const known = [trees, flight?.created, group.created];
  if (known.some((made) => made?.has(id))) throw new AssertionFault('a tree number is used once');
  const tree = new Tree(newTreeState(id, cipher, emptyHead()), source);
  touchTree(work, tree.state);
  group.created.set(id, tree);
  writer.plant(tree.state);
  return tree;
}

/** Refuses TableNotFound where there is no such tree, or it is dropped already. */
export function dropTree(gathering: Gathering, work: Work, id: number): MaybePromise<void> {
  const { group, flight, trees, cache, store } = gathering;
  const created = group.created.get(id);
  if (created !== undefined) {
    touchTree(work, created.state);
    group.created.delete(id);
    group.forget(created.state, cache.buffers);
    created.state.dropped = true;
    return undefined;
  }
  const tree = trees.get(id) ?? flight?.created.get(id);
  // What others did to a stale tree, only the store knows.
  if (tree?.state.stale === false) {
    const { version } = tree.state.flight?.head ?? tree.state.committed;
    return drop(gathering, work, { id, tree, version });
  }
  const heads = store.readHeads([id]);
  if (!(heads instanceof Promise)) return drop(gathering, work, { id, tree, version: heads[0]?.version });
  return heads.then(([head]) => {
    gathering.mustBeRunning(work);
    drop(gathering, work, { id, tree, version: head?.version });
  });
}

interface Dropped {
  readonly id: number;
  readonly tree: Tree | undefined;
  readonly version: number | undefined;
}

function drop({ group, flight, cache }: Gathering, work: Work, { id, tree, version }: Dropped): void {
  const isDropped = [flight, group].some((one) => one?.drops.some((dropped) => dropped.id === id));
  if (version === undefined || isDropped) throw new Refusal('TableNotFound', {});
  if (tree !== undefined) {
    touchTree(work, tree.state);
    group.forget(tree.state, cache.buffers);
    tree.state.dropping = group.settled;
  }
  group.drops.push({ id, expected: version, tree });
}
