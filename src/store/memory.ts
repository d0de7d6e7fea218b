/** A page store in memory: atomic like the others, gone with the process; for tests and throw-away stores. */
import { randomBytes } from 'node:crypto';
import { Outage } from '../base/errors.ts';
import type { PageStore, StoreChange, StoredHead, StoredPage } from './page-store.ts';

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
    readHeads(ids) {
      mustBeOpen();
      return ids.map((id) => trees.get(id)?.head);
    },
    readPages(tree, ids) {
      mustBeOpen();
      const pages = trees.get(tree)?.pages;
      return ids.map((id) => pages?.get(id));
    },
    async commit(change) {
      mustBeOpen();
      apply(change);
    },
    listPages(tree, after, limit) {
      mustBeOpen();
      const ids = [...(trees.get(tree)?.pages.keys() ?? [])].filter((id) => id > after);
      return ids.sort((a, b) => a - b).slice(0, limit);
    },
    listTrees(after, limit) {
      mustBeOpen();
      const kept = [...trees].filter(([, { head, pages }]) => head !== undefined || pages.size > 0);
      const ids = kept.map(([tree]) => tree).filter((tree) => tree > after);
      return ids.sort((a, b) => a - b).slice(0, limit);
    },
    ...(isShared ? { commitMark: () => commits } : {}),
    async close() {
      closed = true;
    },
  };
}
