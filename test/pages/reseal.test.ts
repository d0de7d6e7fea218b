import { describe, expect, test } from 'vitest';
import { IntegrityFault, Refusal } from '../../src/base/errors.ts';
import { takeCensus } from '../../src/pages/census.ts';
import { dataKeyIdAt } from '../../src/pages/layout.ts';
import { PageEngine } from '../../src/pages/pages.ts';
import type { Tree } from '../../src/pages/tree.ts';
import type { PageStore } from '../../src/store/page-store.ts';
import {
  all,
  answeringLater,
  core,
  flipped,
  forge,
  generator,
  key,
  type newCipher,
  type Snapshot,
  snapshot,
  treeOf,
  value,
} from './support.ts';

/** Everything, in stretches; how many pages were moved, and in how many commits. */
async function resealAll(
  engine: PageEngine,
  tree: Tree,
  { leavesMax = 8, pagesMax = 16 }: { leavesMax?: number; pagesMax?: number } = {},
): Promise<{ pages: number; stretches: number }> {
  let pages = 0;
  let stretches = 0;
  for (let from: Uint8Array | undefined = new Uint8Array(); from !== undefined; stretches++) {
    const moved = await engine.reseal(tree, { from, leavesMax, pagesMax });
    pages += moved.pages;
    from = moved.next;
  }
  return { pages, stretches };
}

async function dataKeysOf(store: PageStore, tree = 1): Promise<readonly number[]> {
  const { head, pages } = await takeCensus(store, tree);
  return [...new Set([...pages.keys(), head ?? 0])].sort();
}

const shapes = [
  { name: 'an empty tree', entries: 0, valueBytes: 0 },
  { name: 'one leaf', entries: 3, valueBytes: 100 },
  { name: 'two levels', entries: 400, valueBytes: 500 },
  { name: 'three levels', entries: 3000, valueBytes: 2000 },
  { name: 'values in overflow pages', entries: 40, valueBytes: 30_000 },
  { name: 'a value longer than a stretch', entries: 2, valueBytes: 400_000 },
] as const;

describe('a tree under an older data key', () => {
  for (const { name, entries, valueBytes } of shapes) {
    for (const wrap of [undefined, answeringLater]) {
      test(`${name}${wrap === undefined ? '' : ', from a store that answers later'}: every page and the head move, and hold what they held`, async () => {
        const { store, cipher, engine: first } = await treeOf(entries, valueBytes);
        const before = await takeCensus(store, 1);
        await first.close();
        const engine = PageEngine.open({
          store: wrap?.(store) ?? store,
          storeId: store.storeId,
          cacheBytes: 0,
        });
        const tree = await engine.openTree(1, cipher);
        const entriesBefore = await all(tree.cursor());
        cipher.rotate(core.generateKey());
        const { pages } = await resealAll(engine, tree);
        expect(pages).toBe([...before.pages.values()].reduce((sum, count) => sum + count, 0));
        expect(await dataKeysOf(store)).toEqual([2]);
        expect(tree.stats()).toMatchObject({ entries });
        const report = await engine.verify({ trees: [{ id: 1, cipher }] });
        expect(report.faults).toEqual([]);
        expect((await all(tree.cursor())).length).toBe(entriesBefore.length);
        expect(isValue(await tree.get(key(0)), valueBytes)).toBe(entries > 0);
        // The older key is not needed any more.
        const again = PageEngine.open({ store, storeId: store.storeId });
        const later = { ...cipher, dataKeyId: 2, open: onlyUnder(2, cipher) };
        expect(isValue(await (await again.openTree(1, later)).get(key(0)), valueBytes)).toBe(entries > 0);
      });
    }
  }

  test('moves in small commits, none much larger than was asked', async () => {
    const { store, cipher, engine, tree } = await treeOf(1000, 1000);
    cipher.rotate(core.generateKey());
    const { stretches, pages } = await resealAll(engine, tree, { pagesMax: 10 });
    expect(stretches).toBeGreaterThanOrEqual(Math.floor(pages / 12));
    expect(await dataKeysOf(store)).toEqual([2]);
  });

  test('that was moved is left alone', async () => {
    const { store, cipher, engine, tree } = await treeOf(400, 500);
    cipher.rotate(core.generateKey());
    await resealAll(engine, tree);
    const moved = await snapshot(store);
    expect(await resealAll(engine, tree)).toMatchObject({ pages: 0 });
    expect(versionsOf(await snapshot(store))).toEqual(versionsOf(moved));
  });

  test('moves what a write has not moved already: an old value below a new leaf', async () => {
    const { store, cipher, engine, tree } = await treeOf(10, 30_000);
    cipher.rotate(core.generateKey());
    for (let i = 10; i < 40; i++) await engine.transact((tx) => tx.put(tree, key(i), value(30)));
    expect(await dataKeysOf(store)).toEqual([1, 2]);
    await resealAll(engine, tree);
    expect(await dataKeysOf(store)).toEqual([2]);
    expect(await tree.get(key(3))).toEqual(value(30_000));
  });

  test('is moved while others write, split, merge and read, seed 11', async () => {
    const random = generator(11);
    const { store, cipher, engine, tree } = await treeOf(600, 900);
    const model = new Map<number, number>(Array.from({ length: 600 }, (_, i) => [i, 900]));
    cipher.rotate(core.generateKey());
    const moving = resealAll(engine, tree, { leavesMax: 3, pagesMax: 4 });
    for (let i = 0; i < 400; i++) {
      const number = Math.floor(random() * 800);
      const size = random() < 0.2 ? 9000 : Math.floor(random() * 1500);
      if (random() < 0.4) {
        await engine.transact((tx) => tx.delete(tree, key(number)));
        model.delete(number);
      } else {
        await engine.transact((tx) => tx.put(tree, key(number), value(size)));
        model.set(number, size);
      }
    }
    await moving;
    expect(await dataKeysOf(store)).toEqual([2]);
    expect(tree.stats().entries).toBe(model.size);
    for (const [number, size] of model) expect((await tree.get(key(number)))?.length).toBe(size);
    expect((await engine.verify({ trees: [{ id: 1, cipher }] })).faults).toEqual([]);
  });

  test('goes on where it was after a crash between any two commits', async () => {
    const { store, cipher, engine: first } = await treeOf(200, 1500);
    await first.close();
    cipher.rotate(core.generateKey());
    let from: Uint8Array | undefined = new Uint8Array();
    let left = Number.POSITIVE_INFINITY;
    while (from !== undefined) {
      // Nothing is closed: what is not in the store is gone.
      const engine = PageEngine.open({ store, storeId: store.storeId });
      const tree = await engine.openTree(1, cipher);
      expect((await engine.verify({ trees: [{ id: 1, cipher }] })).faults).toEqual([]);
      ({ next: from } = await engine.reseal(tree, { from, leavesMax: 8, pagesMax: 5 }));
      const older = (await takeCensus(store, 1)).pages.get(1) ?? 0;
      expect(older).toBeLessThan(left);
      left = older;
    }
    expect(left).toBe(0);
  });
});

describe('what cannot be moved', () => {
  test('a page that was changed stops it, and nothing is lost', async () => {
    const { store, cipher, engine: first } = await treeOf(400, 500);
    await first.close();
    const engine = PageEngine.open({ store, storeId: store.storeId });
    const tree = await engine.openTree(1, cipher);
    const page = (await snapshot(store)).pages[7];
    if (page === undefined) throw new Error('the tree has more pages');
    cipher.rotate(core.generateKey());
    await forge(store, 1, page.id, { version: page.version, body: flipped(page.body, 100) });
    await expect(resealAll(engine, tree)).rejects.toThrow(IntegrityFault);
    expect((await takeCensus(store, 1)).pages.get(1)).toBeGreaterThan(0);
  });

  test('a page that names another data key than it is under does not open', async () => {
    const { store, cipher, engine: first } = await treeOf(400, 500);
    await first.close();
    const engine = PageEngine.open({ store, storeId: store.storeId });
    const tree = await engine.openTree(1, cipher);
    cipher.rotate(core.generateKey());
    for (const { id, version, body } of (await snapshot(store)).pages) {
      await forge(store, 1, id, { version, body: flipped(body, dataKeyIdAt, 1 ^ 2) });
    }
    await expect(resealAll(engine, tree)).rejects.toThrow(IntegrityFault);
  });

  test('a tree whose key has gone is refused and stays as it was', async () => {
    const { store, cipher, engine, tree } = await treeOf(400, 500);
    cipher.rotate(core.generateKey());
    const before = await snapshot(store);
    cipher.refuseWith(new Refusal('TableKeyRefused', { message: 'disabled', denied: false }));
    await expect(resealAll(engine, tree)).rejects.toThrow('disabled');
    expect(versionsOf(await snapshot(store))).toEqual(versionsOf(before));
    cipher.refuseWith(undefined);
    await resealAll(engine, tree);
    expect(await dataKeysOf(store)).toEqual([2]);
  });
});

function isValue(found: Uint8Array | undefined, size: number): boolean {
  return found !== undefined && Buffer.from(value(size)).equals(found);
}

/** A page that is written anew has another version. */
function versionsOf({ heads, pages }: Snapshot): readonly (readonly number[])[] {
  const ofHeads = [...heads.values()].map(({ tree, version }) => [tree, 0, version]);
  return [...ofHeads, ...pages.map(({ tree, id, version }) => [tree, id, version])];
}

function onlyUnder(id: number, { open }: ReturnType<typeof newCipher>): typeof open {
  return (dataKeyId, batch) => {
    if (dataKeyId !== id) throw new IntegrityFault();
    return open(dataKeyId, batch);
  };
}
