/** Stores around another: one that answers later, as over a network, one whose pages are used at once, one that counts. */
import { assert } from '../../src/base/errors.ts';
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

/** Of a store that answers at once: asks for pages to be used at once, and keeps what it was given before it asks again. */
export function readingAtOnce(store: PageStore): PageStore {
  return {
    readHeads: (trees) => store.readHeads(trees),
    readPages(tree, ids) {
      const pages = store.readPages(tree, ids, true);
      assert(!(pages instanceof Promise), 'it answers at once');
      return pages.map((page) => page && { version: page.version, body: page.body.slice() });
    },
    commit: (change) => store.commit(change),
    listPages: (tree, after, limit) => store.listPages(tree, after, limit),
    listTrees: (after, limit) => store.listTrees(after, limit),
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
