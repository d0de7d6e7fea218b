import { describe, expect, test } from 'vitest';
import { PageEngine } from '../../src/pages/pages.ts';
import { all, answeringLater, key, newCipher, treeOf, value } from './support.ts';

describe('reading a tree', () => {
  test('gives what was put, at each depth, and nothing for keys beside it', async () => {
    for (const entries of [1, 60, 500, 5000]) {
      const { tree } = await treeOf(entries, 100);
      expect(await tree.get(key(0))).toEqual(value(100));
      expect(await tree.get(key(entries - 1))).toEqual(value(100));
      expect(await tree.get(key(entries))).toBeUndefined();
      expect(await tree.get(key(0, 5))).toBeUndefined();
      expect(await tree.get(new Uint8Array())).toBeUndefined();
    }
  });

  test('answers at once where the pages are cached, else as the store does', async () => {
    const { store, cipher } = await treeOf(500, 100);
    const later = PageEngine.open({ store: answeringLater(store), storeId: store.storeId });
    const tree = await later.openTree(1, cipher);
    const first = tree.get(key(1));
    expect(first).toBeInstanceOf(Promise);
    expect(await first).toEqual(value(100));
    expect(tree.get(key(1))).toEqual(value(100));
    const atOnce = PageEngine.open({ store, storeId: store.storeId });
    expect((await atOnce.openTree(1, cipher)).get(key(1))).toEqual(value(100));
  });

  for (const bytes of [100, 5000]) {
    test(`lends a value of ${bytes} bytes where it lies, and nothing for keys beside it`, async () => {
      const { store, cipher, tree } = await treeOf(60, bytes);
      const later = PageEngine.open({ store: answeringLater(store), storeId: store.storeId });
      for (const read of [tree, await later.openTree(1, cipher)]) {
        let lent: Uint8Array | undefined;
        const take = (held: Uint8Array, from: number, to: number) => {
          lent = held;
          return held.slice(from, to);
        };
        expect(await read.read(key(59), take)).toEqual(value(bytes));
        expect(lent).toBeInstanceOf(Uint8Array);
        lent = undefined;
        expect(await read.read(key(60), take)).toBeUndefined();
        expect(lent).toBeUndefined();
      }
    });
  }

  test('gives copies: no reader can change what the next one sees', async () => {
    const { tree } = await treeOf(1, 100);
    (await tree.get(key(0)))?.fill(0);
    expect(await tree.get(key(0))).toEqual(value(100));
  });

  test('shares what many readers wait for', async () => {
    const { store, cipher } = await treeOf(500, 100);
    const engine = PageEngine.open({ store: answeringLater(store), storeId: store.storeId });
    const tree = await engine.openTree(1, cipher);
    const values = await Promise.all(Array.from({ length: 100 }, (_, i) => tree.get(key(5 * i))));
    expect(values.every((read) => read?.length === 100)).toBe(true);
    // However many read, each page is opened once; the head is one more.
    expect(engine.meter.openedPages).toBe(tree.state.cached.size + 1);
  });

  test('is of no use before the tree is durable', async () => {
    const { engine } = await treeOf(0, 0);
    await engine.transact((tx) => {
      const born = tx.createTree(2, newCipher());
      expect(() => born.get(key(1))).toThrow('a tree is read once it is durable');
    });
  });
});

test('a tree counts its entries, pages and bytes, through overwrites and deletes', async () => {
  const { engine, tree } = await treeOf(10, 100);
  expect(tree.stats()).toEqual({ entries: 10, pages: 1, bytes: 1040 });
  await engine.transact(async (tx) => {
    await tx.put(tree, key(0), value(9000));
    await tx.put(tree, key(1), value(1));
    await tx.delete(tree, key(2));
    await tx.delete(tree, key(99));
  });
  expect(tree.stats()).toEqual({ entries: 9, pages: 3, bytes: 7 * 104 + 9004 + 5 });
  await engine.transact((tx) => tx.put(tree, key(0), value(1)));
  expect(tree.stats()).toEqual({ entries: 9, pages: 1, bytes: 7 * 104 + 5 + 5 });
  expect(await all(tree.cursor())).toHaveLength(9);
});
