import { describe, expect, test } from 'vitest';
import { IntegrityFault, Refusal } from '../../src/base/errors.ts';
import { emptyHead, type Head } from '../../src/pages/head.ts';
import { pageKind, plainPageBytes, refTagAt } from '../../src/pages/layout.ts';
import { RefLog } from '../../src/pages/ref-log.ts';
import { copyTag, PageSealer } from '../../src/pages/sealed-page.ts';
import { TreeWalk, type VerifyFault, type WalkReport } from '../../src/pages/tree-walk.ts';
import { createMemoryStore } from '../../src/store/memory.ts';
import type { PageStore } from '../../src/store/page-store.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import { innerOf, leafOf, refTo } from './nodes.ts';
import { flipped, forge, key, newCipher, snapshot, treeOf, value } from './support.ts';

const nothing = new Uint8Array();

/** Seals nodes as only the engine could, whatever is in them. */
function forger() {
  const store = createMemoryStore();
  const cipher = newCipher();
  const sealer = new PageSealer(store.storeId, new VirtualClock());
  /** Stores a node and returns the reference to it. */
  async function put(page: number, plain: Uint8Array, version = 5): Promise<Uint8Array> {
    const [body] = sealer.seal(cipher, 1, version, pageKind.page, [
      { page, plain, plainBytes: plainPageBytes },
    ]);
    if (body === undefined) throw new Error('one page in, one body out');
    await forge(store, 1, page, { version, body });
    const ref = refTo(page, version);
    copyTag(body, ref, refTagAt);
    return ref;
  }
  async function faultsUnder(rootRef: Uint8Array, head: Partial<Head>, over: PageStore = store) {
    const report: WalkReport = { pages: 0, bytes: 0, faults: [] };
    const whole = { ...emptyHead(), version: 5, nextPageId: 9, ...head, rootRef };
    const stored = { head: whole, log: new RefLog() };
    const walk = new TreeWalk({ store: over, sealer, report, onBatch: () => {}, id: 1, cipher, stored });
    await walk.run();
    return report.faults.map(({ page, problem }) => (page === undefined ? problem : `${page} ${problem}`));
  }
  return { store, put, faultsUnder };
}

const leaf = (...numbers: number[]) => leafOf(numbers.map((n) => [key(n), value(10)] as const));
const counts = { entries: 4, pages: 3, bytes: 56 };

/** A root, page 1, over two leaves, pages 2 and 3, of two entries each. */
async function twoLeaves(
  options: { version?: number; left?: number[]; right?: number[]; level?: number } = {},
) {
  const { left = [1, 2], right = [3, 4], level = 1, version = 5 } = options;
  const made = forger();
  const leftRef = await made.put(2, leaf(...left), version);
  const rightRef = await made.put(3, leaf(...right));
  const root = await made.put(
    1,
    innerOf(level, [
      [nothing, leftRef],
      [key(3), rightRef],
    ]),
  );
  return { ...made, root, leftRef, rightRef };
}

describe('a walk finds', () => {
  test('nothing in a sound tree', async () => {
    const { root, faultsUnder } = await twoLeaves();
    expect(await faultsUnder(root, counts)).toEqual([]);
  });

  test('nodes that are sound in themselves but not below their parents', async () => {
    const high = await twoLeaves({ left: [1, 3] });
    expect(await high.faultsUnder(high.root, counts)).toEqual(['2 has a key above what its parent allows']);
    const low = await twoLeaves({ right: [2, 4] });
    expect(await low.faultsUnder(low.root, counts)).toEqual(['3 has a key below what its parent allows']);
    const deep = await twoLeaves({ level: 2 });
    const problem = 'is of another level than its parent implies';
    expect(await deep.faultsUnder(deep.root, counts)).toEqual([`2 ${problem}`, `3 ${problem}`]);
  });

  test('a child that is younger than its parent, though its seal is good', async () => {
    const { root, faultsUnder } = await twoLeaves({ version: 6 });
    expect(await faultsUnder(root, counts)).toEqual(['2 is younger than its parent']);
  });

  test('a page with two parents', async () => {
    const { put, leftRef, rightRef, faultsUnder } = await twoLeaves();
    const children = [
      [nothing, leftRef],
      [key(3), rightRef],
      [key(9), rightRef],
    ] as const;
    expect(await faultsUnder(await put(1, innerOf(1, children)), counts)).toEqual(['3 has two parents']);
  });

  test('a page id that was never given out', async () => {
    const { root, faultsUnder } = await twoLeaves();
    expect(await faultsUnder(root, { ...counts, nextPageId: 3 })).toEqual(['3 was never given out']);
  });

  for (const count of ['entries', 'pages', 'bytes'] as const) {
    test(`a head that counts its ${count} wrong`, async () => {
      const { root, faultsUnder } = await twoLeaves();
      const head = { ...counts, [count]: counts[count] + 1 };
      expect(await faultsUnder(root, head)).toEqual(['its head counts other than it holds']);
    });
  }

  test('pages without a parent, but guesses none below a node that does not open', async () => {
    const { store, root, put, faultsUnder } = await twoLeaves();
    await put(4, leaf(7));
    await put(8, leaf(8));
    await put(70, leaf(8));
    expect(await faultsUnder(root, counts)).toEqual([
      '4 has no parent',
      '8 has no parent',
      '70 has no parent',
    ]);
    const [page] = store.readPages(1, [1]) as [{ version: number; body: Uint8Array }];
    await forge(store, 1, 1, { ...page, body: flipped(page.body, 1000) });
    expect(await faultsUnder(root, counts)).toEqual(['1 does not open']);
  });

  test('a page that the store cannot read, and not its neighbours', async () => {
    const { store, root, faultsUnder } = await twoLeaves();
    const over: PageStore = {
      ...store,
      readPages(tree, ids) {
        if (ids.includes(2)) throw new IntegrityFault({ tree, page: 2 });
        return store.readPages(tree, ids);
      },
      listPages() {
        throw new IntegrityFault({ tree: 1 });
      },
    };
    expect(await faultsUnder(root, counts, over)).toEqual(['2 cannot be read']);
    const unlisted = { ...store, listPages: over.listPages };
    expect(await faultsUnder(root, counts, unlisted)).toEqual(['its pages cannot be listed']);
  });
});

describe('a walk through a tree with values in overflow pages', () => {
  const full = async (): Promise<{ faults: VerifyFault[]; small: Awaited<ReturnType<typeof treeOf>> }> => {
    const small = await treeOf(100, 9000);
    const { faults } = await small.engine.verify({ trees: [{ id: 1, cipher: small.cipher }] });
    return { faults: [...faults], small };
  };

  test('reads them all, and tells each that is wrong', async () => {
    const { faults, small } = await full();
    expect(faults).toEqual([]);
    const { store, engine, cipher, tree } = small;
    const overflow = (await snapshot(store)).pages.filter(({ id }) => !tree.state.cached.has(id));
    expect(overflow.length).toBe(200);
    const [one, two, three, four] = overflow;
    if (!one || !two || !three || !four) throw new Error('there are 200');
    await forge(store, 1, one.id, undefined);
    await forge(store, 1, two.id, { ...two, version: 1 });
    await forge(store, 1, three.id, { ...three, body: flipped(three.body, 50) });
    await forge(store, 1, four.id, { ...four, body: two.body });
    const report = await engine.verify({ trees: [{ id: 1, cipher }] });
    const problems = new Map(report.faults.map(({ page, problem }) => [page, problem]));
    expect(report.pages).toBe(tree.stats().pages - 4);
    expect([one, two, three, four].map(({ id }) => problems.get(id))).toEqual([
      'is missing',
      'is of another version than its parent says',
      'does not open',
      'does not open',
    ]);
    expect(report.faults).toHaveLength(4);
  });

  test('gives way between batches, and ends with what the cipher refuses', async () => {
    const { small } = await full();
    let turnsTaken = 0;
    let isOver = false;
    const turn = () => {
      turnsTaken++;
      if (!isOver) setImmediate(turn);
    };
    setImmediate(turn);
    await small.engine.verify({ trees: [{ id: 1, cipher: small.cipher }] });
    isOver = true;
    expect(turnsTaken).toBeGreaterThan(2);
    const gone = new Refusal('TableKeyRefused', { message: 'gone', denied: false });
    small.cipher.refuseWith(gone);
    const { faults, refused } = await small.engine.verify({ trees: [{ id: 1, cipher: small.cipher }] });
    expect({ faults, refused }).toEqual({ faults: [], refused: [{ tree: 1, refusal: gone }] });
  });
});
