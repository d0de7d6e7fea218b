import { describe, expect, test } from 'vitest';
import { IntegrityFault } from '../../src/base/errors.ts';
import { namedDataKey, takeCensus } from '../../src/pages/census.ts';
import { clearHeaderBytes } from '../../src/pages/layout.ts';
import { PageEngine } from '../../src/pages/pages.ts';
import { createMemoryStore } from '../../src/store/memory.ts';
import { answeringLater, core, forge, key, newCipher, treeOf, value } from './support.ts';

describe('a census', () => {
  test('counts pages and the head by the data key they name, without any key', async () => {
    const { store, cipher, engine, tree } = await treeOf(300, 1000);
    const { pages: before } = tree.stats();
    expect(await takeCensus(store, 1)).toEqual({ head: 1, pages: new Map([[1, before]]) });
    cipher.rotate(core.generateKey());
    await engine.transact((tx) => tx.put(tree, key(7), value(10)));
    const { head, pages } = await takeCensus(answeringLater(store), 1);
    expect(head).toBe(2);
    expect((pages.get(1) ?? 0) + (pages.get(2) ?? 0)).toBe(tree.stats().pages);
    // The leaf and what is above it.
    expect(pages.get(2)).toBeGreaterThanOrEqual(2);
    expect(pages.get(2)).toBeLessThanOrEqual(3);
  });

  test('finds all of more pages than are listed at once', async () => {
    const store = createMemoryStore();
    const engine = PageEngine.open({ store, storeId: store.storeId });
    const tree = await engine.createTree(1, newCipher());
    await engine.transact(async (tx) => {
      for (let i = 0; i < 45; i++) await tx.put(tree, key(i), value(800_000));
    });
    const { pages } = tree.stats();
    expect(pages).toBeGreaterThan(4096);
    expect((await takeCensus(store, 1)).pages).toEqual(new Map([[1, pages]]));
  });

  test('of a tree that is not there finds nothing', async () => {
    expect(await takeCensus(createMemoryStore(), 1)).toEqual({ head: undefined, pages: new Map() });
  });

  test('takes a page too short to name a data key for changed', async () => {
    const { store } = await treeOf(3, 10);
    await forge(store, 1, 1, { version: 1, body: new Uint8Array(clearHeaderBytes - 1) });
    await expect(takeCensus(store, 1)).rejects.toThrow(IntegrityFault);
  });

  test('reads the name of a data key as it was written', () => {
    const body = new Uint8Array(clearHeaderBytes);
    new DataView(body.buffer).setUint32(4, 0x89abcdef, true);
    expect(namedDataKey(body, {})).toBe(0x89abcdef);
  });
});
