import { describe, expect, test } from 'vitest';
import { equalBytes } from '../../src/base/bytes.ts';
import { IntegrityFault, Outage, Refusal } from '../../src/base/errors.ts';
import { cacheBytesDefault, PageEngine } from '../../src/pages/pages.ts';
import { createMemoryStore } from '../../src/store/memory.ts';
import {
  answeringLater,
  core,
  diskFull,
  flipped,
  forge,
  handled,
  held,
  key,
  newCipher,
  putMany,
  snapshot,
  stateOf,
  treeOf,
  turns,
  value,
  waitingCommit,
} from './support.ts';

const a = key(1);
const b = key(2);
const one = Uint8Array.of(1);
const two = Uint8Array.of(2);

for (const later of [false, true]) {
  describe(`an engine over a store that answers ${later ? 'later' : 'at once'}`, () => {
    async function stored() {
      const { store: memory, cipher, engine } = await treeOf(300, 100);
      await engine.close();
      const store = later ? answeringLater(memory) : memory;
      return { store, cipher, engine: PageEngine.open({ store, storeId: memory.storeId }) };
    }

    test('opens a tree where its head is, and tells where none is', async () => {
      const { cipher, engine } = await stored();
      expect([await engine.hasTree(1), await engine.hasTree(2)]).toEqual([true, false]);
      const tree = await engine.openTree(1, cipher);
      expect(tree.stats()).toMatchObject({ entries: 300, bytes: 300 * 104 });
      expect(await tree.get(key(299))).toEqual(value(100));
      expect(await engine.openTree(1, cipher)).toBe(tree);
      await expect(async () => engine.openTree(2, cipher)).rejects.toThrow(IntegrityFault);
    });

    test('refuses a tree under another key, in another store, or whose bodies are cut', async () => {
      const { store, cipher, engine } = await stored();
      await expect(async () => engine.openTree(1, newCipher())).rejects.toThrow(IntegrityFault);
      const foreign = PageEngine.open({ store, storeId: createMemoryStore().storeId });
      await expect(async () => foreign.openTree(1, cipher)).rejects.toThrow(IntegrityFault);
      for (const page of (await snapshot(store)).pages) {
        await forge(store, 1, page.id, { ...page, body: page.body.subarray(0, 100) });
      }
      const tree = await engine.openTree(1, cipher);
      await expect(async () => tree.get(a)).rejects.toThrow(IntegrityFault);
    });

    test('counts what it seals and opens', async () => {
      const { cipher, engine } = await stored();
      const tree = await engine.openTree(1, cipher);
      await tree.get(a);
      await tree.get(a);
      // The head, the root and one leaf; the second time nothing.
      expect(engine.meter).toMatchObject({ openedPages: 3, sealedPages: 0 });
      await engine.transact((tx) => tx.put(tree, a, one));
      expect(engine.meter).toMatchObject({ openedPages: 3, sealedPages: 3 });
      expect(engine.meter.openedBytes).toBeGreaterThan(16_000);
    });

    test('verifies all of it, past the cache', async () => {
      const { cipher, engine } = await stored();
      const { pages, faults } = await engine.verify({ trees: [{ id: 1, cipher }] });
      const { pages: counted } = (await engine.openTree(1, cipher)).stats();
      expect({ pages, faults }).toEqual({ pages: counted, faults: [] });
      expect(engine.cachedBytes).toBe(0);
    });
  });
}

describe('the cache of an engine', () => {
  test('keeps opened pages within its bound, whatever is read and written', async () => {
    const cacheBytes = 70 * 8192;
    const { engine, tree } = await treeOf(0, 0, { cacheBytes });
    await putMany(engine, tree, 2000, 1000);
    expect(engine.cachedBytes).toBeLessThanOrEqual(cacheBytes);
    for (let i = 0; i < 2000; i++) {
      expect(equalBytes((await tree.get(key(i))) ?? value(0), value(1000))).toBe(true);
    }
    expect(engine.cachedBytes).toBeLessThanOrEqual(cacheBytes);
    expect(engine.cachedBytes).toBeGreaterThan(cacheBytes / 2);
    expect(cacheBytes).toBeLessThan(cacheBytesDefault);
  });

  test('loses all opened pages of a tree when they are evicted, their bytes zeros, and no other', async () => {
    const { engine, tree } = await treeOf(300, 100);
    const other = await engine.createTree(2, newCipher());
    await putMany(engine, other, 10, 100);
    const frames = [...tree.state.cached.values()];
    expect(frames.length).toBeGreaterThan(3);
    expect(frames.every(({ bytes }) => bytes.some((byte) => byte !== 0))).toBe(true);
    engine.evictTree(1);
    for (const { bytes } of frames) expect(bytes.every((byte) => byte === 0)).toBe(true);
    expect(tree.state.cached.size).toBe(0);
    expect(other.state.cached.size).toBe(1);
    expect(await tree.get(a)).toEqual(value(100));
  });

  test('keeps no page that a commit took out of its tree', async () => {
    const { engine, tree } = await treeOf(300, 100);
    expect(tree.state.cached.size).toBe(tree.stats().pages);
    for (let n = 0; n < 300; n++) await engine.transact((tx) => tx.delete(tree, key(n)));
    expect([tree.state.cached.size, tree.stats().pages]).toEqual([1, 1]);
  });

  test('gives nothing after an eviction where the key has gone (R-REV-1)', async () => {
    const { cipher, engine, tree } = await treeOf(300, 100);
    const cursor = tree.cursor();
    await cursor.next();
    const gone = new Refusal('TableKeyRefused', { message: 'gone', denied: false });
    cipher.refuseWith(gone);
    engine.evictTree(1);
    await expect(async () => tree.get(a)).rejects.toBe(gone);
    await expect(async () => cursor.next()).rejects.toBe(gone);
    cipher.refuseWith(undefined);
    expect(await tree.get(a)).toEqual(value(100));
  });

  test('keeps nothing of a page that did not open', async () => {
    const { store, cipher, engine, tree } = await treeOf(1, 100);
    engine.evictTree(1);
    for (const page of (await snapshot(store)).pages) {
      await forge(store, 1, page.id, { ...page, body: flipped(page.body, 4000) });
    }
    await expect(async () => tree.get(a)).rejects.toThrow(IntegrityFault);
    expect([tree.state.cached.size, engine.cachedBytes]).toEqual([0, 0]);
    expect((await engine.verify({ trees: [{ id: 1, cipher }] })).faults).toHaveLength(1);
  });
});

describe('a new data key', () => {
  test('seals what is written from now on, and the pages under the old one still open', async () => {
    const { cipher, engine, tree, store } = await treeOf(300, 100);
    cipher.rotate(core.generateKey());
    await engine.transact((tx) => tx.put(tree, a, one));
    const ids = (await snapshot(store)).pages.map(({ body }) => body[4]);
    expect(new Set(ids)).toEqual(new Set([1, 2]));
    engine.evictTree(1);
    expect([await tree.get(a), await tree.get(key(299))]).toEqual([one, value(100)]);
    expect((await engine.verify({ trees: [{ id: 1, cipher }] })).faults).toEqual([]);
  });
});

describe('a quiet task', () => {
  test('runs between commits, while works wait and readers go on', async () => {
    const { store, engine, tree } = await held();
    const first = handled(engine.transact((tx) => tx.put(tree, a, one)));
    const commit = await waitingCommit(store);
    let end = () => {};
    let began = false;
    const quiet = engine.quietly(
      () =>
        new Promise<void>((resolve) => {
          began = true;
          end = resolve;
        }),
    );
    await turns();
    expect(began).toBe(false);
    await commit.succeed();
    await first;
    expect(began).toBe(true);
    const second = handled(engine.transact((tx) => tx.put(tree, b, two)));
    expect(await stateOf(second)).toBe('pending');
    expect(store.waiting).toEqual([]);
    expect([await tree.get(a), await tree.get(b)]).toEqual([one, undefined]);
    end();
    await quiet;
    await (await waitingCommit(store)).succeed();
    await second;
    expect(await tree.get(b)).toEqual(two);
  });

  test('that fails rejects, and commits go on', async () => {
    const { engine, tree } = await treeOf(0, 0);
    await expect(engine.quietly(() => Promise.reject(diskFull))).rejects.toBe(diskFull);
    await putMany(engine, tree, 1, 1);
    expect(tree.stats().entries).toBe(1);
  });
});

describe('closing', () => {
  test('lets what was handed in end, refuses what comes later, and wipes all opened pages', async () => {
    const { store, engine, tree } = await held();
    const work = engine.transact((tx) => tx.put(tree, a, value(100)));
    const closing = engine.close();
    await expect(engine.transact(() => 1)).rejects.toEqual(new Outage('Closed'));
    await (await waitingCommit(store)).succeed();
    await work;
    await closing;
    expect(engine.cachedBytes).toBe(0);
  });
});
