/** Stores around another: one that answers later, as over a network, and one that counts what is committed. */
import type { PageStore } from '../../src/store/page-store.ts';

/** Answers every read with a promise. */
export function answeringLater(store: PageStore): PageStore {
  return {
    readHeads: async (trees) => store.readHeads(trees),
    readPages: async (tree, ids) => store.readPages(tree, ids),
    commit: (change) => store.commit(change),
    listPages: async (tree, after, limit) => store.listPages(tree, after, limit),
    listTrees: async (after, limit) => store.listTrees(after, limit),
    ...(store.commitMark === undefined ? {} : { commitMark: store.commitMark }),
    close: () => store.close(),
  };
}

export class CommitCount {
  value = 0;

  readonly wrap = (store: PageStore): PageStore => ({
    readHeads: (trees) => store.readHeads(trees),
    readPages: (tree, ids) => store.readPages(tree, ids),
    commit: (change) => {
      this.value++;
      return store.commit(change);
    },
    listPages: (tree, after, limit) => store.listPages(tree, after, limit),
    listTrees: (after, limit) => store.listTrees(after, limit),
    close: () => store.close(),
  });
}
