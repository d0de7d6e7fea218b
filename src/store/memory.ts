/** A page store in memory: atomic like the others, gone with the process; for tests and throw-away stores. */
import { randomBytes } from 'node:crypto';
import { Outage } from '../base/errors.ts';
import type { PageSnapshot, PageStore, StoreChange, StoredHead, StoredPage } from './page-store.ts';

interface MemoryTree {
  head: StoredHead | undefined;
  readonly pages: Map<number, StoredPage>;
}

export interface MemoryStore extends PageStore {
  readonly storeId: Uint8Array;
}

function conflict(): Outage {
  return new Outage('StoreConflict');
}

export interface MemoryStoreOptions {
  /** Several engines have it. */
  readonly isShared?: boolean;
}

export function createMemoryStore({ isShared = false }: MemoryStoreOptions = {}): MemoryStore {
  const trees = new Map<number, MemoryTree>();
  let commits = 0;
  let closed = false;

  function mustBeOpen(): void {
    if (closed) throw new Outage('Closed');
  }

  function headVersion(tree: number): number {
    return trees.get(tree)?.head?.version ?? 0;
  }

  function treeOf(tree: number): MemoryTree {
    const known = trees.get(tree);
    if (known !== undefined) return known;
    const made: MemoryTree = { head: undefined, pages: new Map() };
    trees.set(tree, made);
    return made;
  }

  function apply(change: StoreChange): void {
    for (const { tree, expected } of [...change.heads, ...change.drops]) {
      if (headVersion(tree) !== expected) throw conflict();
    }
    for (const { tree, id } of change.deletes) trees.get(tree)?.pages.delete(id);
    for (const { tree, id, version, body } of change.puts) {
      treeOf(tree).pages.set(id, { version, body: body.slice() });
    }
    for (const { tree, version, body } of change.heads) {
      treeOf(tree).head = { tree, version, body: body.slice() };
    }
    for (const { tree } of change.drops) trees.delete(tree);
    commits++;
  }

  return {
    storeId: new Uint8Array(randomBytes(16)),
    ...readsOf(trees, mustBeOpen),
    async commit(change) {
      mustBeOpen();
      apply(change);
    },
    snapshot() {
      mustBeOpen();
      return snapshotOf(trees);
    },
    ...(isShared ? { commitMark: () => commits } : {}),
    async close() {
      closed = true;
    },
  };
}

type Reads = Pick<PageStore, 'readHeads' | 'readPages' | 'listPages' | 'listTrees'>;

function readsOf(trees: ReadonlyMap<number, MemoryTree>, mustBeOpen: () => void): Reads {
  return {
    readHeads(ids) {
      mustBeOpen();
      return ids.map((id) => trees.get(id)?.head);
    },
    readPages(tree, ids) {
      mustBeOpen();
      const pages = trees.get(tree)?.pages;
      return ids.map((id) => pages?.get(id));
    },
    listPages(tree, after, limit) {
      mustBeOpen();
      return idsAfter(trees.get(tree), after).slice(0, limit);
    },
    listTrees(after, limit) {
      mustBeOpen();
      const kept = [...trees].filter(([, { head, pages }]) => head !== undefined || pages.size > 0);
      const ids = kept.map(([tree]) => tree).filter((tree) => tree > after);
      return ids.sort((a, b) => a - b).slice(0, limit);
    },
  };
}

/** Bodies are never written over, so that the maps alone are copied. */
function snapshotOf(trees: ReadonlyMap<number, MemoryTree>): PageSnapshot {
  const kept = new Map([...trees].map(([id, { head, pages }]) => [id, { head, pages: new Map(pages) }]));
  let closed = false;
  const mustBeOpen = (): void => {
    if (closed) throw new Outage('Closed');
  };
  return {
    ...readsOf(kept, mustBeOpen),
    readStretch(tree, after, limit) {
      mustBeOpen();
      const known = kept.get(tree);
      return idsAfter(known, after)
        .slice(0, limit)
        .flatMap((id) => {
          const page = known?.pages.get(id);
          return page === undefined ? [] : [{ id, ...page }];
        });
    },
    async close() {
      closed = true;
    },
  };
}

function idsAfter(tree: MemoryTree | undefined, after: number): number[] {
  return [...(tree?.pages.keys() ?? [])].filter((id) => id > after).sort((a, b) => a - b);
}
