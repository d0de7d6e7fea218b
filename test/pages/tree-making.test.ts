import { describe, expect, test } from 'vitest';
import { Refusal } from '../../src/base/errors.ts';
import { PageEngine } from '../../src/pages/pages.ts';
import { diskFull, handled, held, key, newCipher, treeOf, turns, waitingCommit } from './support.ts';

const a = key(1);
const _b = key(2);
const one = Uint8Array.of(1);
const two = Uint8Array.of(2);

describe('trees are made and dropped by works', () => {
  test('together with changes of others, or not at all', async () => {
    const { store, engine, tree } = await treeOf(3, 10);
    const failing = engine.transact(async (tx) => {
      tx.createTree(5, newCipher());
      await tx.put(tree, a, two);
      throw new Refusal('ConditionalCheckFailed', {});
    });
    await expect(failing).rejects.toMatchObject({ code: 'ConditionalCheckFailed' });
    expect(store.listTrees(-1, 10)).toEqual([1]);
    const made = await engine.transact(async (tx) => {
      const born = tx.createTree(6, newCipher());
      await tx.put(born, a, one);
      await tx.dropTree(1);
      return born;
    });
    expect(await made.get(a)).toEqual(one);
    expect(store.listTrees(-1, 10)).toEqual([6]);
    await expect(async () => tree.get(a)).rejects.toMatchObject({ code: 'TableNotFound' });
  });

  test('a tree that one work makes and drops was never there', async () => {
    const { store, engine } = await treeOf(0, 0);
    await engine.transact(async (tx) => {
      const born = tx.createTree(5, newCipher());
      await tx.put(born, a, one);
      await tx.dropTree(5);
    });
    expect(store.listTrees(-1, 10)).toEqual([1]);
  });

  test('a tree number is used once', async () => {
    const { engine } = await treeOf(0, 0);
    await expect(engine.createTree(1, newCipher())).rejects.toThrow('a tree number is used once');
  });

  test('a tree is dropped without its key, opened or not, and only where it is', async () => {
    const { store, cipher, engine } = await treeOf(200, 100);
    await engine.close();
    cipher.refuseWith(new Refusal('TableKeyRefused', { message: 'gone', denied: false }));
    const later = PageEngine.open({ store, storeId: store.storeId });
    await later.dropTree(1);
    expect(store.listTrees(-1, 10)).toEqual([]);
    await expect(later.dropTree(1)).rejects.toMatchObject({ code: 'TableNotFound' });
  });

  test('a tree that is being dropped takes no more works, and goes on where the drop fails', async () => {
    const { store, engine, tree } = await held();
    const drop = handled(engine.dropTree(1));
    const commit = await waitingCommit(store);
    const put = handled(engine.transact((tx) => tx.put(tree, a, one)));
    const twice = handled(engine.dropTree(1));
    await turns();
    await commit.fail(diskFull);
    for (const end of [drop, put, twice]) await expect(end).rejects.toBe(diskFull);
    store.hold = false;
    await engine.transact((tx) => tx.put(tree, a, one));
    expect(await tree.get(a)).toEqual(one);
    await engine.dropTree(1);
    await expect(engine.transact((tx) => tx.put(tree, a, one))).rejects.toMatchObject({
      code: 'TableNotFound',
    });
  });
});
