import { describe, expect, test } from 'vitest';
import { createMemoryStore } from '../../src/store/memory.ts';
import type { HeadPut, PagePut, StoreChange } from '../../src/store/page-store.ts';

const nothing: StoreChange = { puts: [], deletes: [], heads: [], drops: [] };
const body = (...bytes: number[]) => Uint8Array.of(...bytes);

function page(tree: number, id: number, version = 1): PagePut {
  return { tree, id, version, body: body(tree, id, version) };
}

function head(tree: number, expected: number, version = expected + 1): HeadPut {
  return { tree, expected, version, body: body(tree, version) };
}

/** Two trees: 1 with pages 1, 2 and 5, and 2 with page 1. */
async function filled() {
  const store = createMemoryStore();
  const puts = [page(1, 5), page(1, 1), page(1, 2), page(2, 1)];
  await store.commit({ ...nothing, puts, heads: [head(1, 0), head(2, 0)] });
  return store;
}

describe('a memory store', () => {
  test('has an id of its own', () => {
    const [one, two] = [createMemoryStore(), createMemoryStore()];
    expect(one.storeId).toHaveLength(16);
    expect(one.storeId).not.toEqual(two.storeId);
  });

  test('gives heads and pages in the order they are asked for, undefined for what is not there', async () => {
    const store = await filled();
    expect(store.readHeads([2, 3, 1])).toEqual([
      { tree: 2, version: 1, body: body(2, 1) },
      undefined,
      { tree: 1, version: 1, body: body(1, 1) },
    ]);
    expect(store.readPages(1, [5, 3, 1])).toEqual([
      { version: 1, body: body(1, 5, 1) },
      undefined,
      { version: 1, body: body(1, 1, 1) },
    ]);
    expect(store.readPages(3, [1])).toEqual([undefined]);
  });

  test('replaces, deletes and drops in one commit', async () => {
    const store = await filled();
    await store.commit({
      puts: [page(1, 1, 2), page(1, 9, 2)],
      deletes: [{ tree: 1, id: 2 }],
      heads: [head(1, 1)],
      drops: [{ tree: 2, expected: 1 }],
    });
    expect(store.listPages(1, 0, 10)).toEqual([1, 5, 9]);
    expect(store.readPages(1, [1])).toEqual([{ version: 2, body: body(1, 1, 2) }]);
    expect(store.listTrees(-1, 10)).toEqual([1]);
    expect([store.readHeads([2]), store.readPages(2, [1])]).toEqual([[undefined], [undefined]]);
  });

  const conflicts: [string, Partial<StoreChange>][] = [
    ['a head is older than expected', { heads: [head(1, 2)] }],
    ['a head is newer than expected', { heads: [head(1, 0)] }],
    ['a head is there already', { heads: [head(2, 0)] }],
    ['a head is not there', { heads: [head(3, 1)] }],
    ['one of several heads moved', { heads: [head(1, 1), head(2, 5)] }],
    ['a tree to drop moved', { heads: [head(1, 1)], drops: [{ tree: 2, expected: 2 }] }],
  ];
  for (const [name, change] of conflicts) {
    test(`changes nothing where ${name}`, async () => {
      const store = await filled();
      const puts = [page(1, 1, 2), page(4, 1)];
      const commit = store.commit({ ...nothing, puts, deletes: [{ tree: 1, id: 2 }], ...change });
      await expect(commit).rejects.toMatchObject({ name: 'Outage', code: 'StoreConflict' });
      expect((await store.readHeads([1, 2])).map((stored) => stored?.version)).toEqual([1, 1]);
      expect((await store.readPages(1, [1, 2])).map((stored) => stored?.version)).toEqual([1, 1]);
      expect(store.listTrees(-1, 10)).toEqual([1, 2]);
    });
  }

  test('takes its copy of bodies before commit returns', async () => {
    const store = createMemoryStore();
    const put = page(1, 1);
    const own = head(1, 0);
    const commit = store.commit({ ...nothing, puts: [put], heads: [own] });
    put.body.fill(0);
    own.body.fill(0);
    await commit;
    expect(store.readPages(1, [1])).toEqual([{ version: 1, body: body(1, 1, 1) }]);
    expect(store.readHeads([1])).toEqual([{ tree: 1, version: 1, body: body(1, 1) }]);
  });

  test('lists pages and trees in order, in stretches, also a tree of pages without a head', async () => {
    const store = await filled();
    await store.commit({ ...nothing, puts: [page(9, 7)] });
    expect([store.listPages(1, -1, 2), store.listPages(1, 2, 2), store.listPages(1, 5, 2)]).toEqual([
      [1, 2],
      [5],
      [],
    ]);
    expect([store.listTrees(-1, 2), store.listTrees(2, 2), store.listTrees(9, 2)]).toEqual([[1, 2], [9], []]);
    await store.commit({ ...nothing, deletes: [{ tree: 9, id: 7 }] });
    expect(store.listTrees(-1, 10)).toEqual([1, 2]);
  });

  test('refuses everything once it is closed', async () => {
    const store = await filled();
    await store.close();
    await store.close();
    const calls = [
      () => store.readHeads([1]),
      () => store.readPages(1, [1]),
      () => store.listPages(1, 0, 1),
      () => store.listTrees(0, 1),
      () => store.commit(nothing),
    ];
    for (const call of calls) await expect(async () => call()).rejects.toMatchObject({ code: 'Closed' });
  });
});
