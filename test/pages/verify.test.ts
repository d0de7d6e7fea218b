import { describe, expect, test } from 'vitest';
import { IntegrityFault, Outage, Refusal } from '../../src/base/errors.ts';
import { PageEngine } from '../../src/pages/pages.ts';
import { pageProblems } from '../../src/pages/tree-walk.ts';
import type { SliceReport } from '../../src/pages/verify.ts';
import type { PageStore } from '../../src/store/page-store.ts';
import type { CoreCipher } from '../support/core-cipher.ts';
import {
  answeringLater,
  flipped,
  forge,
  forgeHead,
  handled,
  held,
  key,
  newCipher,
  putMany,
  snapshot,
  treeOf,
  turns,
  value,
  waitingCommit,
} from './support.ts';

const a = key(1);

/** Three trees, 1, 2 and 3, each under its own cipher. */
async function threeTrees() {
  const small = await treeOf(200, 100);
  const ciphers = [small.cipher, newCipher(), newCipher()];
  const trees = [small.tree];
  for (const id of [2, 3]) {
    const tree = await small.engine.createTree(id, ciphers[id - 1] ?? small.cipher);
    await putMany(small.engine, tree, 200, 100);
    trees.push(tree);
  }
  return { ...small, ciphers, trees, listed: ciphers.map((cipher, i) => ({ id: i + 1, cipher })) };
}

describe('verify', () => {
  test('counts the pages and bytes of all trees and finds no fault in what is sound', async () => {
    const { store, engine, trees, listed } = await threeTrees();
    const { pages } = await snapshot(store);
    expect(await engine.verify({ trees: listed })).toEqual({
      pages: trees.reduce((sum, tree) => sum + tree.stats().pages, 0),
      bytes: pages.reduce((sum, { body }) => sum + body.length, 0),
      faults: [],
      refused: [],
    });
  });

  test('leaves the cache, the ciphers and the open trees as they were', async () => {
    const { engine, cipher, tree, listed } = await threeTrees();
    engine.evictTree(1);
    const before = engine.cachedBytes;
    const others = listed.map(({ id, cipher: own }) => ({
      id,
      cipher: { dataKeyId: 1, seal: own.seal, open: own.open },
    }));
    await engine.verify({ trees: others });
    expect(engine.cachedBytes).toBe(before);
    expect(tree.state.cached.size).toBe(0);
    expect(tree.state.cipher).toBe(cipher);
  });

  test('goes on after a fault, in its tree and in others', async () => {
    const { store, engine, listed } = await threeTrees();
    const bad = (await snapshot(store)).pages.filter(({ tree, id }) => tree !== 2 && (id === 1 || id === 4));
    expect(bad).toHaveLength(4);
    for (const page of bad)
      await forge(store, page.tree, page.id, { ...page, body: flipped(page.body, 500) });
    const { faults } = await engine.verify({ trees: listed });
    const found = faults.map(({ tree, page, problem }) => `${tree}/${page} ${problem}`);
    expect(found.sort()).toEqual(['1/1', '1/4', '3/1', '3/4'].map((place) => `${place} does not open`));
  });

  test('tells heads that are missing, changed, older, or under another key', async () => {
    const { store, engine, cipher, tree, listed } = await threeTrees();
    const before = await snapshot(store);
    await engine.transact((tx) => tx.put(tree, a, value(3)));
    const older = before.heads.get(1);
    const changed = before.heads.get(3);
    if (!older || !changed) throw new Error('each tree has a head');
    await forgeHead(store, older);
    await store.commit({ puts: [], deletes: [], heads: [], drops: [{ tree: 2, expected: 2 }] });
    await forgeHead(store, { ...changed, body: flipped(changed.body, 60) });
    const { faults } = await engine.verify({ trees: listed });
    expect(faults.filter(({ page }) => page === undefined)).toEqual([
      { tree: 1, problem: 'its head is older than one that was read before' },
      { tree: 2, problem: 'its head is missing' },
      { tree: 3, problem: 'its head does not open' },
    ]);
    const wrong = await engine.verify({ trees: [{ id: 3, cipher }] });
    expect(wrong.faults).toContainEqual({ tree: 3, problem: 'its head does not open' });
  });

  test('tells trees that nobody knows, by their pages too, but none that are set aside or open', async () => {
    const { store, engine, cipher } = await treeOf(3, 10);
    const body = value(100);
    await store.commit({
      puts: [{ tree: 9, id: 1, version: 1, body }],
      deletes: [],
      heads: [
        { tree: 0, expected: 0, version: 1, body },
        { tree: 7, expected: 0, version: 1, body },
      ],
      drops: [],
    });
    await engine.createTree(4, newCipher());
    const options = { trees: [{ id: 1, cipher }], unwalked: [0] };
    expect((await engine.verify(options)).faults).toEqual([
      { tree: 7, problem: 'is known to no one' },
      { tree: 9, problem: 'is known to no one' },
    ]);
    expect((await engine.verify({ ...options, unwalked: [0, 7, 9] })).faults).toEqual([]);
  });

  test('goes on past trees whose key is refused, and names them', async () => {
    const { engine, ciphers, listed, trees } = await threeTrees();
    const gone = new Refusal('TableKeyRefused', { message: 'gone', denied: false });
    ciphers[1]?.refuseWith(gone);
    const report = await engine.verify({ trees: listed });
    expect(report).toMatchObject({ faults: [], refused: [{ tree: 2, refusal: gone }] });
    expect(report.pages).toBe((trees[0]?.stats().pages ?? 0) + (trees[2]?.stats().pages ?? 0));
  });

  test('reports progress up to the count of all pages', async () => {
    const { engine, listed, trees } = await threeTrees();
    const total = trees.reduce((sum, tree) => sum + tree.stats().pages, 0);
    const seen: [number, number][] = [];
    await engine.verify({ trees: listed, progress: (done, all) => seen.push([done, all]) });
    expect(seen.length).toBeGreaterThan(5);
    expect(seen.every(([done, all], i) => all === total && done >= (seen[i - 1]?.[0] ?? 0))).toBe(true);
    expect(seen.at(-1)).toEqual([total, total]);
  });

  test('works the same over a store that answers later', async () => {
    const { store, cipher } = await treeOf(200, 100);
    const engine = PageEngine.open({ store: answeringLater(store), storeId: store.storeId });
    const trees = [{ id: 1, cipher }];
    expect((await engine.verify({ trees })).faults).toEqual([]);
    const [page] = (await snapshot(store)).pages;
    await forge(store, 1, page?.id ?? 0, undefined);
    expect((await engine.verify({ trees })).faults).toEqual([
      { tree: 1, page: page?.id, problem: 'is missing' },
    ]);
  });

  test('rejects where the store does not answer, and reports where it cannot list', async () => {
    const { store, cipher } = await treeOf(3, 10);
    const over = (own: Partial<PageStore>) =>
      PageEngine.open({ store: { ...store, ...own }, storeId: store.storeId }).verify({
        trees: [{ id: 1, cipher }],
      });
    const outage = new Outage('StoreUnavailable');
    const unread = over({
      readPages() {
        throw outage;
      },
    });
    await expect(unread).rejects.toBe(outage);
    const unlisted = await over({
      listTrees() {
        throw new IntegrityFault({});
      },
    });
    expect(unlisted.faults).toEqual([{ tree: 0, problem: 'no tree from this on can be listed' }]);
  });
});

describe('verify between commits', () => {
  test('waits for the commit under way and sees what it wrote; works wait for verify', async () => {
    const { store, engine, cipher, tree } = await held();
    const first = engine.transact((tx) => tx.put(tree, a, value(100)));
    const commit = await waitingCommit(store);
    const verifying = engine.verify({ trees: [{ id: 1, cipher }] });
    const second = engine.transact((tx) => tx.put(tree, key(2), value(100)));
    await turns();
    expect(store.waiting).toHaveLength(0);
    await commit.succeed();
    await first;
    expect((await verifying).faults).toEqual([]);
    await (await waitingCommit(store)).succeed();
    await second;
  });

  test('knows of trees that were made and dropped while it waited', async () => {
    const { store, engine, cipher } = await held();
    const made = handled(
      engine.transact(async (tx) => {
        tx.createTree(2, newCipher());
        await tx.dropTree(1);
      }),
    );
    const commit = await waitingCommit(store);
    const verifying = engine.verify({ trees: [{ id: 1, cipher }] });
    await commit.succeed();
    await made;
    expect(await verifying).toEqual({ pages: 0, bytes: 0, faults: [], refused: [] });
  });
});

describe('verify in slices', () => {
  /** All slices of a tree, one after the other. */
  async function slices(engine: PageEngine, tree: { id: number; cipher: CoreCipher }, pagesMax: number) {
    const reports: SliceReport[] = [];
    let from: Uint8Array | undefined;
    do {
      const report = await engine.verifySlice({ tree, from, pagesMax });
      reports.push(report);
      from = report.next;
    } while (from !== undefined);
    return reports;
  }

  test.each([16, 20, 64])(
    'of %i pages opens every leaf once and every node on the way to one',
    async (pagesMax) => {
      const { engine, tree, cipher } = await treeOf(3000, 700);
      const reports = await slices(engine, { id: 1, cipher }, pagesMax);
      expect(reports.flatMap(({ faults }) => faults)).toEqual([]);
      expect(Math.max(...reports.map(({ pages }) => pages))).toBeLessThanOrEqual(pagesMax);
      const inner = reports.length * 3;
      const seen = reports.reduce((sum, { pages }) => sum + pages, 0);
      expect(seen).toBeGreaterThanOrEqual(tree.stats().pages);
      expect(seen).toBeLessThanOrEqual(tree.stats().pages + inner);
    },
  );

  test('finds any one page that was changed, in one slice', async () => {
    const { engine, store, cipher } = await treeOf(300, 700);
    const { pages } = await snapshot(store);
    for (const { tree, id, version, body } of pages) {
      await store.commit({
        puts: [{ tree, id, version, body: flipped(body, 60) }],
        deletes: [],
        heads: [],
        drops: [],
      });
      const faulty = (await slices(engine, { id: 1, cipher }, 16)).filter(({ faults }) => faults.length > 0);
      expect(faulty.length).toBeGreaterThanOrEqual(1);
      expect(faulty[0]?.faults).toEqual([{ tree: 1, page: id, problem: 'does not open' }]);
      await store.commit({ puts: [{ tree, id, version, body }], deletes: [], heads: [], drops: [] });
    }
  });

  test('goes on after a tree that changed between two of them', async () => {
    const { engine, tree, cipher } = await treeOf(1000, 700);
    const first = await engine.verifySlice({ tree: { id: 1, cipher }, pagesMax: 16 });
    await engine.transact(async (tx) => {
      for (let i = 0; i < 1000; i += 2) await tx.delete(tree, key(i));
    });
    let from = first.next;
    expect(from).toBeDefined();
    while (from !== undefined) {
      const report: SliceReport = await engine.verifySlice({ tree: { id: 1, cipher }, from, pagesMax: 16 });
      expect(report.faults).toEqual([]);
      from = report.next;
    }
  });

  test('of a tree without a head tells that', async () => {
    const { engine, cipher } = await treeOf(10, 100);
    expect(await engine.verifySlice({ tree: { id: 9, cipher }, pagesMax: 16 })).toEqual({
      pages: 0,
      bytes: 0,
      faults: [{ tree: 9, problem: 'its head is missing' }],
    });
  });

  test('of a tree that was dropped finds nothing', async () => {
    const { engine, cipher } = await treeOf(10, 100);
    const asked = engine.dropTree(1);
    const report = engine.verifySlice({ tree: { id: 1, cipher }, pagesMax: 16 });
    await asked;
    expect((await report).faults).toEqual([]);
  });
});

test('two pages of a tree that have changed places are told from pages that were changed', async () => {
  const { engine, store, cipher } = await treeOf(300, 700);
  const leaves = (await snapshot(store)).pages.filter(({ tree }) => tree === 1).slice(-2);
  const [a1, b1] = leaves;
  if (a1 === undefined || b1 === undefined) throw new Error('the tree has two pages');
  const puts = [
    { ...a1, body: b1.body },
    { ...b1, body: a1.body },
  ];
  await store.commit({ puts, deletes: [], heads: [], drops: [] });
  const { faults } = await engine.verify({ trees: [{ id: 1, cipher }] });
  expect(faults.map(({ problem }) => problem)).toEqual([pageProblems.moved, pageProblems.moved]);
});
