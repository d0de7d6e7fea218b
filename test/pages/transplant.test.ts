import { describe, expect, test } from 'vitest';
import { IntegrityFault, Outage } from '../../src/base/errors.ts';
import { PageEngine } from '../../src/pages/pages.ts';
import { createMemoryStore } from '../../src/store/memory.ts';
import type { StoredPage } from '../../src/store/page-store.ts';
import { all, hex, key, newCipher, putMany, type Small, treeOf, value } from './support.ts';

const goOn = async () => {};

/** An empty tree, number 7, of another engine. */
async function target() {
  const store = createMemoryStore();
  const cipher = newCipher();
  const engine = PageEngine.open({ store, storeId: store.storeId });
  return { store, cipher, engine, tree: await engine.createTree(7, cipher) };
}

async function entries({ tree }: Pick<Small, 'tree'>): Promise<readonly string[]> {
  return (await all(tree.cursor())).map((entry) => `${hex(entry.key)}=${hex(entry.value).slice(0, 40)}`);
}

const sizes = [
  ['no entries', 0, 0],
  ['one', 1, 10],
  ['a few leaves', 300, 100],
  ['three levels', 9_000, 150],
  ['values in overflow pages', 40, 30_000],
  ['a value in many of them', 2, 800_000],
] as const;

describe('a planted tree', () => {
  for (const [what, count, bytes] of sizes) {
    test(`has what the original has: ${what}`, async () => {
      const from = await treeOf(count, bytes);
      const into = await target();
      await into.engine.transplant(into.tree, from, goOn);
      expect(into.tree.stats()).toEqual(from.tree.stats());
      expect(await entries(into)).toEqual(await entries(from));
      const { faults } = await into.engine.verify({ trees: [{ id: 7, cipher: into.cipher }] });
      expect(faults).toEqual([]);
    });
  }

  test('is changed like any other, also after the store was opened anew', async () => {
    const from = await treeOf(2_000, 100);
    const into = await target();
    await into.engine.transplant(into.tree, from, goOn);
    await putMany(into.engine, into.tree, 2_100, 80, 0x11);
    await into.engine.close();
    const { store, cipher } = into;
    const engine = PageEngine.open({ store, storeId: store.storeId });
    const tree = await engine.openTree(7, cipher);
    expect(tree.stats().entries).toBe(2_100);
    expect(await tree.get(key(2_000))).toEqual(value(80, 0x11));
    expect((await engine.verify({ trees: [{ id: 7, cipher }] })).faults).toEqual([]);
  });
});

/** The original with one page that is not what was written. */
async function withPage(change: (pages: readonly StoredPage[]) => StoredPage | undefined): Promise<Small> {
  const from = await treeOf(3_000, 100);
  const ids = await from.store.listPages(1, -1, 1_000);
  const pages = (await from.store.readPages(1, ids)).filter((page) => page !== undefined);
  const [id = 0] = ids.slice(5);
  const page = change(pages);
  const puts = page === undefined ? [] : [{ tree: 1, id, ...page }];
  const deletes = page === undefined ? [{ tree: 1, id }] : [];
  await from.store.commit({ puts, deletes, heads: [], drops: [] });
  return from;
}

describe('what cannot be planted', () => {
  const cases: Readonly<Record<string, (pages: readonly StoredPage[]) => StoredPage | undefined>> = {
    'a page that is missing': () => undefined,
    'a page in the place of another': (pages) => pages[6],
    'a page of another version': (pages) => pages[5] && { ...pages[5], version: 99 },
    'a page with a flipped bit': (pages) =>
      pages[5] && { ...pages[5], body: pages[5].body.map((byte, at) => (at === 500 ? byte ^ 1 : byte)) },
  };
  for (const [what, changed] of Object.entries(cases)) {
    test(`is ${what}: the tree stays empty`, async () => {
      const from = await withPage(changed);
      from.engine.evictTree(1);
      const into = await target();
      await expect(into.engine.transplant(into.tree, from, goOn)).rejects.toThrow(IntegrityFault);
      expect((await into.store.readHeads([7]))[0]?.version).toBe(1);
    });
  }

  test('is left to whoever asked, who drops it: between commits it may be stopped', async () => {
    const from = await treeOf(30, 400_000);
    const into = await target();
    let asked = 0;
    const stop = async () => {
      if (++asked > 1) throw new Outage('Closed');
    };
    await expect(into.engine.transplant(into.tree, from, stop)).rejects.toThrow(Outage);
    expect((await into.store.listPages(7, -1, 9)).length).toBeGreaterThan(1);
    await into.engine.dropTree(7);
    expect(await into.store.listTrees(-1, 9)).toEqual([]);
  });

  test('is not looked at by a verification meanwhile', async () => {
    const from = await treeOf(30, 400_000);
    const into = await target();
    const looks: Promise<unknown>[] = [];
    const look = async () => {
      looks.push(
        into.engine.verify({ trees: [{ id: 7, cipher: into.cipher }] }).then(({ faults }) => faults),
      );
    };
    await into.engine.transplant(into.tree, from, look);
    expect((await Promise.all(looks)).flat()).toEqual([]);
    expect(looks.length).toBeGreaterThan(1);
  });
});
