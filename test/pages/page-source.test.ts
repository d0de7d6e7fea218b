import { describe, expect, test } from 'vitest';
import { IntegrityFault } from '../../src/base/errors.ts';
import { emptyHead } from '../../src/pages/head.ts';
import { PageCache } from '../../src/pages/page-cache.ts';
import { PageSource } from '../../src/pages/page-source.ts';
import { PageEngine } from '../../src/pages/pages.ts';
import { RefLog } from '../../src/pages/ref-log.ts';
import { PageSealer } from '../../src/pages/sealed-page.ts';
import { newTreeState } from '../../src/pages/tree-state.ts';
import { createMemoryStore } from '../../src/store/memory.ts';
import type { PageStore } from '../../src/store/page-store.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import {
  all,
  diskFull,
  flipped,
  forge,
  forgeHead,
  handled,
  held,
  key,
  newCipher,
  snapshot,
  stateOf,
  treeOf,
  turns,
  value,
  waitingCommit,
} from './support.ts';

const a = key(1);

function sourceOver(store: PageStore & { storeId: Uint8Array }) {
  const cache = new PageCache(0);
  return { cache, source: new PageSource(store, new PageSealer(store.storeId, new VirtualClock()), cache) };
}

describe('a head', () => {
  test('is read as it was committed, undefined where there is none, a fault where it was changed', async () => {
    const { store, cipher, tree } = await treeOf(10, 10);
    const { source } = sourceOver(store);
    expect(source.readTree(1, cipher)).toEqual({ head: tree.state.committed, log: new RefLog() });
    expect(source.readTree(2, cipher)).toBeUndefined();
    const head = (await snapshot(store)).heads.get(1);
    if (head === undefined) throw new Error('a tree has a head');
    await forgeHead(store, { ...head, version: head.version + 1 });
    expect(() => source.readTree(1, cipher)).toThrow(
      expect.objectContaining({ place: { tree: 1, record: 'head' } }),
    );
  });

  for (const isOlder of [true, false]) {
    const name = isOlder ? 'older' : 'gone';
    test(`that is ${name} when it has to be read again is tampering, not a younger state`, async () => {
      const { store, engine, tree } = await held();
      store.hold = false;
      const before = await snapshot(store);
      await engine.transact((tx) => tx.put(tree, a, value(10)));
      store.hold = true;
      const failing = handled(engine.transact((tx) => tx.put(tree, a, value(11))));
      await (await waitingCommit(store)).fail(diskFull);
      await expect(failing).rejects.toBe(diskFull);
      store.hold = false;
      if (isOlder) {
        // With all its pages, so that nothing else is wrong.
        for (const page of before.pages) await forge(store, 1, page.id, page);
        for (const head of before.heads.values()) await forgeHead(store, head);
      } else {
        await store.commit({ puts: [], deletes: [], heads: [], drops: [{ tree: 1, expected: 2 }] });
      }
      await expect(async () => tree.get(a)).rejects.toThrow(IntegrityFault);
      await expect(engine.transact((tx) => tx.put(tree, a, value(12)))).rejects.toThrow(IntegrityFault);
    });
  }
});

describe('a head that has to be read again', () => {
  test('and has the same number but another root is tampering: one commit left two states', async () => {
    const { store, engine, cipher, tree } = await held();
    store.hold = false;
    const before = await snapshot(store);
    const twin = createMemoryStore();
    const heads = [...before.heads.values()].map((head) => ({ ...head, expected: 0 }));
    await twin.commit({ puts: before.pages, deletes: [], heads, drops: [] });
    const other = PageEngine.open({ store: twin, storeId: store.storeId });
    const otherTree = await other.openTree(1, cipher);
    await other.transact((tx) => tx.put(otherTree, a, value(99)));
    await engine.transact((tx) => tx.put(tree, a, value(10)));
    store.hold = true;
    const failing = handled(engine.transact((tx) => tx.put(tree, a, value(11))));
    await (await waitingCommit(store)).fail(diskFull);
    await expect(failing).rejects.toBe(diskFull);
    store.hold = false;
    const after = await snapshot(twin);
    for (const page of after.pages) await forge(store, 1, page.id, page);
    for (const head of after.heads.values()) await forgeHead(store, head);
    await expect(async () => tree.get(a)).rejects.toThrow(IntegrityFault);
  });

  test('and is as it was leaves the opened pages where they are', async () => {
    const { store, engine, tree } = await held();
    store.hold = false;
    await engine.transact((tx) => tx.put(tree, a, value(10)));
    store.hold = true;
    const failing = handled(engine.transact((tx) => tx.put(tree, a, value(11))));
    await (await waitingCommit(store)).fail(diskFull);
    await expect(failing).rejects.toBe(diskFull);
    const { cachedBytes } = engine;
    expect(cachedBytes).toBeGreaterThan(0);
    expect(await tree.get(a)).toEqual(value(10));
    expect(engine.cachedBytes).toBe(cachedBytes);
  });
});

describe('a page that is not as its parent says', () => {
  test('is tampering where the head has not moved, and names its place', async () => {
    const { store, engine, tree } = await treeOf(300, 100);
    engine.evictTree(1);
    const [page] = (await snapshot(store)).pages;
    await forge(store, 1, page?.id ?? 0, undefined);
    const missing = async () => tree.get(key(0));
    await expect(missing).rejects.toMatchObject({
      name: 'IntegrityFault',
      place: { tree: 1, page: page?.id },
    });
    // And again: nothing was taken for granted.
    await expect(missing).rejects.toThrow(IntegrityFault);
  });

  test('is noticed by a cursor that reads ahead', async () => {
    const { store, engine, tree } = await treeOf(3000, 100);
    engine.evictTree(1);
    const pages = (await snapshot(store)).pages;
    const leaf = pages[20];
    if (leaf === undefined) throw new Error('there are more pages');
    await forge(store, 1, leaf.id, { ...leaf, body: flipped(leaf.body, 4000) });
    await expect(all(tree.cursor())).rejects.toMatchObject({ place: { tree: 1, page: leaf.id } });
    expect(tree.state.cached.has(leaf.id)).toBe(false);
  });
});

describe('a read that a commit overtakes', () => {
  /** A store whose reads of pages wait for the test: they see what was there when they were asked, or when let go. */
  async function slowReads(sees: 'asked' | 'let go' = 'asked') {
    const small = await treeOf(300, 100);
    const letGo: (() => void)[] = [];
    const slow: PageStore = {
      ...small.store,
      readPages: async (tree, ids) => {
        const pages = await small.store.readPages(tree, ids);
        await new Promise<void>((resolve) => letGo.push(resolve));
        return sees === 'asked' ? pages : small.store.readPages(tree, ids);
      },
    };
    const engine = PageEngine.open({ store: slow, storeId: small.store.storeId });
    /** Lets all reads go until the promise has settled. */
    const answer = async <T>(promise: Promise<T>): Promise<T> => {
      while ((await stateOf(promise)) === 'pending') for (const go of letGo.splice(0)) go();
      return promise;
    };
    return { engine, tree: await engine.openTree(1, small.cipher), letGo, answer };
  }

  for (const size of [100, 9000]) {
    test(`begins again and gives the new state, for a value of ${size} bytes`, async () => {
      const { engine, tree, letGo, answer } = await slowReads();
      await answer(engine.transact((tx) => tx.put(tree, a, value(size, 1))));
      engine.evictTree(1);
      const reading = Promise.resolve(tree.get(a));
      await turns();
      // The read of the root is under way; it has the old root in its hands.
      const held = letGo.splice(0);
      expect(held).toHaveLength(1);
      const writing = engine.transact((tx) => tx.put(tree, a, value(size, 2)));
      await answer(writing);
      for (const go of held) go();
      expect(await answer(reading)).toEqual(value(size, 2));
    });
  }

  for (const sees of ['asked', 'let go'] as const) {
    test(`is no tampering where it meets overflow pages as they were when ${sees}`, async () => {
      const { engine, tree, letGo, answer } = await slowReads(sees);
      await answer(engine.transact((tx) => tx.put(tree, a, value(9000, 1))));
      const reading = handled(Promise.resolve(tree.get(a)));
      await turns();
      const held = letGo.splice(0);
      expect(held).toHaveLength(1);
      await answer(engine.transact((tx) => tx.put(tree, a, value(9000, 2))));
      for (const go of held) go();
      expect(await answer(reading)).toEqual(value(9000, 2));
    });
  }

  test('leaves nothing in the cache that the commit made old', async () => {
    const { engine, tree, letGo, answer } = await slowReads();
    const reading = Promise.resolve(tree.get(a));
    await turns();
    const held = letGo.splice(0);
    await answer(engine.transact((tx) => tx.put(tree, a, value(5))));
    engine.evictTree(1);
    for (const go of held) go();
    expect(await answer(reading)).toEqual(value(5));
  });

  test('ahead of its use leaves nothing old in the cache either', async () => {
    const { engine, tree, letGo, answer } = await slowReads();
    const cursor = tree.cursor();
    const first = await answer(Promise.resolve(cursor.next()));
    expect(first?.key).toEqual(key(0));
    let last = 0;
    let next = Promise.resolve(cursor.next());
    while ((await stateOf(next)) === 'resolved') {
      last++;
      next = Promise.resolve(cursor.next());
    }
    // The next two leaves are being read together.
    const held = letGo.splice(0);
    expect(held).toHaveLength(1);
    const soon = key(last + 2);
    await answer(engine.transact((tx) => tx.put(tree, soon, value(5))));
    engine.evictTree(1);
    for (const go of held) go();
    await answer(next);
    expect(await answer(Promise.resolve(tree.get(soon)))).toEqual(value(5));
  });

  test('waits for a value whose overflow pages the store may have and nobody has been told of', async () => {
    const { store, engine, tree } = await held();
    store.hold = false;
    await engine.transact((tx) => tx.put(tree, a, value(9000, 1)));
    store.hold = true;
    const writing = engine.transact((tx) => tx.put(tree, a, value(9000, 2)));
    const commit = await waitingCommit(store);
    await commit.reach();
    const reading = Promise.resolve(tree.get(a));
    expect(await stateOf(reading)).toBe('pending');
    await commit.succeed();
    await writing;
    expect(await reading).toEqual(value(9000, 2));
  });
});

describe('a step', () => {
  test('on a tree that was dropped is refused', () => {
    const { source } = sourceOver({ ...heldFree(), storeId: value(16) });
    const tree = newTreeState(1, newCipher(), emptyHead());
    expect(source.begin(tree)).toBeUndefined();
    tree.dropped = true;
    expect(() => source.begin(tree)).toThrow(expect.objectContaining({ code: 'TableNotFound' }));
  });
});

/** A store that must not be asked. */
function heldFree(): PageStore {
  const never = () => {
    throw new Error('the store was asked');
  };
  return {
    readHeads: never,
    readPages: never,
    commit: never,
    listPages: never,
    listTrees: never,
    close: never,
  };
}
