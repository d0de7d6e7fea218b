import { describe, expect, test } from 'vitest';
import { PageEngine } from '../../src/pages/pages.ts';
import { PageSealer } from '../../src/pages/sealed-page.ts';
import { StoredTrees } from '../../src/pages/stored-tree.ts';
import type { PageStore } from '../../src/store/page-store.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import { answeringLater, forge, key, snapshot, treeOf, value } from './support.ts';

/** A tree with a log of a few pages, and what writes to it. */
async function logged() {
  const small = await treeOf(4_000, 1_000);
  const { store, cipher } = small;
  const refLog = { nodesMin: 1, pagesMax: 64 };
  const engine = PageEngine.open({ store, storeId: store.storeId, refLog });
  const tree = await engine.openTree(1, cipher);
  const write = (first: number) =>
    engine.transact(async (tx) => {
      for (let i = first; i < 4_000; i += 20) await tx.put(tree, key(i), value(1_000, first));
    });
  for (let first = 0; first < 4; first++) await write(first);
  const treesOver = (over: PageStore) =>
    new StoredTrees(over, new PageSealer(store.storeId, new VirtualClock()));
  return { store, cipher, tree, write, treesOver };
}

describe('a tree as the store has it', () => {
  test('is its head with the log that this ends', async () => {
    const { store, cipher, tree, treesOver } = await logged();
    expect(tree.state.log.pageCount).toBeGreaterThan(1);
    for (const over of [store, answeringLater(store)]) {
      const read = await treesOver(over).read(1, cipher);
      expect(read?.head).toEqual(tree.state.committed);
      expect(read?.log.pages).toEqual(tree.state.log.pages);
    }
    expect(treesOver(store).read(2, cipher)).toBeUndefined();
  });

  test('is of one commit, where others commit between the reads', async () => {
    const { store, cipher, tree, write, treesOver } = await logged();
    let reads = 0;
    const busy: PageStore = {
      ...store,
      async readPages(of, ids) {
        if (reads++ < 2) await write(4 + reads);
        return store.readPages(of, ids);
      },
    };
    const read = await treesOver(busy).read(1, cipher);
    expect(reads).toBeGreaterThan(3);
    expect(read?.head).toEqual(tree.state.committed);
    expect(read?.log.pages).toEqual(tree.state.log.pages);
  });

  test('is gone where it was dropped between the reads', async () => {
    const { store, cipher, tree, treesOver } = await logged();
    let isGone = false;
    const busy: PageStore = {
      ...store,
      async readPages(of, ids) {
        const expected = tree.state.committed.version;
        const none = { puts: [], deletes: [], heads: [] };
        if (!isGone) await store.commit({ ...none, drops: [{ tree: 1, expected }] });
        isGone = true;
        return store.readPages(of, ids);
      },
    };
    expect(await treesOver(busy).read(1, cipher)).toBeUndefined();
  });

  test('is tampered with where a page of its log is another, and its head has not moved', async () => {
    const { store, cipher, tree, treesOver } = await logged();
    const [, second] = tree.state.log.pages;
    const { pages } = await snapshot(store);
    const leaf = pages.find(({ id }) => tree.state.log.pages.every((page) => page.id !== id));
    for (const forged of [undefined, leaf]) {
      await forge(store, 1, second?.id ?? 0, forged);
      for (const over of [store, answeringLater(store)]) {
        const reading = async () => treesOver(over).read(1, cipher);
        await expect(reading()).rejects.toMatchObject({ place: { tree: 1, page: second?.id } });
      }
    }
  });
});
