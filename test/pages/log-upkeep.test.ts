import { describe, expect, test } from 'vitest';
import { IntegrityFault, Outage, Refusal } from '../../src/base/errors.ts';
import { dataKeyIdAt, plainPageBytes, readU32 } from '../../src/pages/layout.ts';
import { PageEngine } from '../../src/pages/pages.ts';
import { type RefLogBounds, refLogBounds } from '../../src/pages/ref-log.ts';
import type { Tree } from '../../src/pages/tree.ts';
import { headProblems } from '../../src/pages/verify.ts';
import { createMemoryStore } from '../../src/store/memory.ts';
import type { PagePut, PageStore, StoreChange } from '../../src/store/page-store.ts';
import {
  all,
  answeringLater,
  core,
  flipped,
  forge,
  framesMin,
  generator,
  hex,
  key,
  newCipher,
  putMany,
  type Small,
  snapshot,
  treeOf,
  turns,
  value,
} from './support.ts';

const eager: RefLogBounds = { nodesMin: 1, pagesMax: 2 };
const patient: RefLogBounds = { nodesMin: 2, pagesMax: 64 };
/** Three levels, in commits that never log. */
const entries = 4_000;
const valueBytes = 1_000;

async function threeLevels(): Promise<Small> {
  const small = await treeOf(entries, valueBytes, { cacheBytes: framesMin * plainPageBytes });
  expect(small.tree.stats().pages).toBeGreaterThan(500);
  return small;
}

/** Puts values of one byte under keys far from each other, in one commit. */
function touch(engine: PageEngine, tree: Tree, count: number, fill: number, first = 0): Promise<void> {
  return engine.transact(async (tx) => {
    const apart = Math.floor(entries / count);
    for (let i = 0; i < count; i++) await tx.put(tree, key(first + i * apart), value(valueBytes, fill));
  });
}

async function problems(engine: PageEngine, { cipher }: Pick<Small, 'cipher'>): Promise<unknown> {
  const { faults } = await engine.verify({ trees: [{ id: 1, cipher }] });
  return faults;
}

/** Nothing of the tree is in memory. */
async function reopened({ store, cipher }: Small, over: PageStore = store, refLog = eager) {
  const engine = PageEngine.open({ store: over, storeId: store.storeId, refLog });
  return { engine, tree: await engine.openTree(1, cipher) };
}

/** What was committed since. */
function recording(store: PageStore): { readonly store: PageStore; readonly committed: StoreChange[] } {
  const committed: StoreChange[] = [];
  const commit: PageStore['commit'] = (change) => {
    const puts = change.puts.map((put) => ({ ...put, body: put.body.slice() }));
    committed.push({ ...change, puts });
    return store.commit(change);
  };
  return { store: { ...store, commit }, committed };
}

const idsOf = (change: StoreChange | undefined) => change?.puts.map(({ id }) => id) ?? [];

describe('a commit that touches many leaves', () => {
  test('writes a page of the log in place of the nodes above them, and the next one writes that again', async () => {
    const small = await threeLevels();
    const { store, committed } = recording(small.store);
    const { engine, tree } = await reopened(small, store, patient);
    const before = tree.stats().pages;
    await touch(engine, tree, 20, 1);
    await touch(engine, tree, 30, 2);
    expect(committed.map(idsOf).map((ids) => ids.length)).toEqual([20 + 1, 30 + 1]);
    expect(idsOf(committed[1]).at(-1)).toBe(idsOf(committed[0]).at(-1));
    expect(tree.stats().pages).toBe(before + 1);
    expect(await tree.get(key(133))).toEqual(value(valueBytes, 2));
    expect(await problems(engine, small)).toEqual([]);
  });

  test('writes the nodes where there are few of them', async () => {
    const small = await threeLevels();
    const { engine, tree } = await reopened(small, small.store, refLogBounds);
    const before = tree.stats().pages;
    await touch(engine, tree, 20, 1);
    expect(tree.stats().pages).toBe(before);
    expect(tree.state.log.pageCount).toBe(0);
  });

  for (const [how, wrap] of [
    ['at once', (store: PageStore) => store],
    ['later', answeringLater],
  ] as const) {
    test(`is there for an engine that begins with it, over a store that answers ${how}`, async () => {
      const small = await threeLevels();
      const first = await reopened(small, small.store, patient);
      for (let round = 1; round <= 15; round++) await touch(first.engine, first.tree, 50 + round, round);
      const expected = (await all(first.tree.cursor())).map(({ value: bytes }) => hex(bytes));
      expect(first.tree.state.log.pageCount).toBeGreaterThan(2);
      const second = await reopened(small, wrap(small.store), patient);
      expect(second.tree.stats()).toEqual(first.tree.stats());
      expect((await all(second.tree.cursor())).map(({ value: bytes }) => hex(bytes))).toEqual(expected);
      await touch(second.engine, second.tree, 40, 77);
      expect(await second.tree.get(key(100))).toEqual(value(valueBytes, 77));
      expect(await problems(second.engine, small)).toEqual([]);
    });
  }
});

describe('a long log', () => {
  test('is brought into its nodes while others work, and its pages go', async () => {
    const small = await threeLevels();
    const { engine, tree } = await reopened(small);
    const pagesBefore = tree.stats().pages;
    let longest = 0;
    for (let round = 1; round <= 100; round++) {
      await touch(engine, tree, 60, round, (round * 7) % 60);
      longest = Math.max(longest, tree.state.log.pageCount);
    }
    expect(longest).toBeGreaterThan(2);
    expect(longest).toBeLessThan(10);
    expect(tree.stats().pages - pagesBefore).toBe(tree.state.log.pageCount);
    expect(await problems(engine, small)).toEqual([]);
  });

  test('of a tree whose key has gone stays as it is, and is brought in when that is back', async () => {
    const small = await threeLevels();
    const { engine, tree } = await reopened(small);
    const gone = new Refusal('TableKeyRefused', { message: 'gone', denied: false });
    for (let round = 1; round < 10; round++) await touch(engine, tree, 60, round);
    small.cipher.refuseWith(gone);
    await expect(touch(engine, tree, 60, 1)).rejects.toBe(gone);
    await turns();
    small.cipher.refuseWith(undefined);
    for (let round = 1; round <= 40; round++) await touch(engine, tree, 60, round);
    expect(tree.state.log.pageCount).toBeLessThan(10);
    expect(await problems(engine, small)).toEqual([]);
  });

  test('is brought in where the data key is another, so that nothing is left under the old one', async () => {
    const small = await threeLevels();
    const { engine, tree } = await reopened(small, small.store, patient);
    for (let round = 1; round <= 12; round++) await touch(engine, tree, 60, round);
    small.cipher.rotate(core.generateKey());
    for (let from: Uint8Array | undefined = new Uint8Array(); from !== undefined; ) {
      ({ next: from } = await engine.reseal(tree, { from, leavesMax: 20, pagesMax: 40 }));
    }
    await touch(engine, tree, 1, 1);
    const { pages } = await snapshot(small.store);
    expect(new Set(pages.map(({ body }) => readU32(body, dataKeyIdAt)))).toEqual(new Set([2]));
    expect(await problems(engine, small)).toEqual([]);
  });

  test('is not copied with its tree, and what it says is', async () => {
    const small = await threeLevels();
    const { engine, tree } = await reopened(small, small.store, patient);
    for (let round = 1; round <= 12; round++) await touch(engine, tree, 60, round);
    const cipher = newCipher();
    const store = createMemoryStore();
    const into = PageEngine.open({ store, storeId: store.storeId });
    const copy = await into.createTree(7, cipher);
    await into.transplant(copy, { engine, tree }, async () => {});
    const contents = async (of: Tree) => (await all(of.cursor())).map(({ value: bytes }) => hex(bytes));
    expect(await contents(copy)).toEqual(await contents(tree));
    expect(copy.stats().pages).toBe(tree.stats().pages - tree.state.log.pageCount);
    expect((await into.verify({ trees: [{ id: 7, cipher }] })).faults).toEqual([]);
  });
});

test('deletes make room in a store that is full, however many nodes they touch', async () => {
  const small = await threeLevels();
  const known = new Set((await snapshot(small.store)).pages.map(({ id }) => id));
  const full: PageStore = {
    ...small.store,
    async commit(change) {
      if (change.puts.some(({ id }) => !known.has(id))) throw new Outage('StoreFull');
      await small.store.commit(change);
    },
  };
  const { engine, tree } = await reopened(small, full);
  await expect(touch(engine, tree, 20, 1)).resolves.toBeUndefined();
  await engine.transact(async (tx) => {
    for (let i = 0; i < entries; i += 150) await tx.delete(tree, key(i));
  });
  expect(await tree.get(key(150))).toBeUndefined();
  await expect(engine.transact((tx) => tx.put(tree, key(9_999), value(20_000)))).rejects.toMatchObject({
    code: 'StoreFull',
  });
  expect(await problems(engine, small)).toEqual([]);
});

describe('a logged reference', () => {
  /** A tree with a log, what a newer commit wrote, and what was there before that. */
  async function logged() {
    const small = await threeLevels();
    const { store, committed } = recording(small.store);
    const { engine, tree } = await reopened(small, store, patient);
    await touch(engine, tree, 20, 1);
    await touch(engine, tree, 20, 2);
    const [older, newer] = committed.map(({ puts }) => puts);
    const open = () => reopened(small, small.store, patient);
    return { small, open, log: newer?.at(-1), older: older ?? [], newer: newer ?? [] };
  }

  test('vouches for its leaf: an older one is found', async () => {
    const { small, open, older } = await logged();
    const leaf = older[3];
    if (leaf === undefined) throw new Error('leaves were written');
    await forge(small.store, 1, leaf.id, leaf);
    const { engine, tree } = await open();
    await expect(all(tree.cursor())).rejects.toThrow(IntegrityFault);
    expect(await problems(engine, small)).toEqual([
      { tree: 1, page: leaf.id, problem: 'is of another version than its parent says' },
    ]);
  });

  for (const [what, forged] of [
    ['is an older one', ({ older }) => older.at(-1)],
    ['is missing', () => undefined],
    ['was changed', ({ log }) => log && { ...log, body: flipped(log.body, 60) }],
    [
      'is another page of the tree',
      ({ log, newer }) => log && newer[0] && { ...newer[0], version: log.version },
    ],
    ['is cut short', ({ log }) => log && { ...log, body: log.body.subarray(0, 70) }],
  ] as const satisfies [string, (made: Awaited<ReturnType<typeof logged>>) => PagePut | undefined][]) {
    test(`stands in a page that the head vouches for: one that ${what} is found`, async () => {
      const made = await logged();
      const { small, log } = made;
      if (log === undefined) throw new Error('a log was written');
      const forgery = forged(made);
      await forge(small.store, 1, log.id, forgery);
      const engine = PageEngine.open({ store: small.store, storeId: small.store.storeId });
      const fault = expect.objectContaining({ place: { tree: 1, page: log.id } });
      await expect((async () => engine.openTree(1, small.cipher))()).rejects.toThrow(fault);
      expect(await problems(engine, small)).toEqual([{ tree: 1, page: log.id, problem: headProblems.log }]);
    });
  }
});

describe('a tree with a log, whatever happens to it', () => {
  for (const isShared of [false, true]) {
    const seed = Math.floor(Math.random() * 2 ** 31);
    test(`holds what was put and not deleted ${isShared ? 'by two engines' : 'over failures and new beginnings'} (seed ${seed})`, async () => {
      const random = generator(seed);
      const below = (bound: number) => Math.floor(random() * bound);
      const memory = createMemoryStore({ isShared });
      let failing: 'before' | 'after' | undefined;
      const store: PageStore & { storeId: Uint8Array } = {
        ...memory,
        async commit(change) {
          const how = failing;
          failing = undefined;
          if (how === 'before') throw new Outage('StoreUnavailable');
          await memory.commit(change);
          if (how === 'after') throw new Outage('StoreUnavailable');
        },
      };
      const cipher = newCipher();
      const refLog = { nodesMin: 1 + below(3), pagesMax: below(3) };
      let longest = 0;
      const open = () =>
        PageEngine.open({ store, storeId: store.storeId, refLog, cacheBytes: framesMin * plainPageBytes });
      const engines = [open(), open()];
      const first = engines[0] as PageEngine;
      await putMany(first, await first.createTree(1, cipher), 4_000, 900, 0);
      const expected = new Map(Array.from({ length: 4_000 }, (_, n) => [n, 0]));
      for (let round = 1; round <= 150; round++) {
        const which = isShared ? below(2) : 0;
        if (below(15) === 0) engines[which] = open();
        const engine = engines[which] as PageEngine;
        const tree = await engine.openTree(1, cipher);
        const next = new Map(expected);
        const isDeleting = below(4) === 0;
        const numbers = Array.from({ length: 1 + below(60) }, () => below(5_000));
        const from = below(5_000);
        if (below(5) === 0)
          numbers.splice(0, numbers.length, ...Array.from({ length: 300 }, (_, n) => from + n));
        if (!isShared && below(8) === 0) failing = below(2) === 0 ? 'before' : 'after';
        const isDurable = failing !== 'before';
        const fill = round % 250;
        for (const n of numbers) {
          if (isDeleting) next.delete(n);
          else next.set(n, fill);
        }
        const fails = failing !== undefined;
        const done = engine.transact(async (tx) => {
          for (const n of numbers) {
            if (isDeleting) await tx.delete(tree, key(n));
            else await tx.put(tree, key(n), value(700 + (n % 300), fill));
          }
        });
        if (fails) await expect(done).rejects.toThrow(Outage);
        else await done;
        if (isDurable) {
          expected.clear();
          for (const [n, what] of next) expected.set(n, what);
        }
        longest = Math.max(longest, tree.state.log.pageCount);
        for (let look = 0; look < 10; look++) {
          const n = below(5_000);
          const found = await tree.get(key(n));
          expect(found?.[0], `${n} in round ${round}`).toBe(expected.get(n));
        }
      }
      expect(longest).toBeGreaterThan(0);
      const engine = open();
      const tree = await engine.openTree(1, cipher);
      const held = (await all(tree.cursor())).map((entry) => [
        Buffer.from(entry.key).readUInt32BE(),
        entry.value[0],
      ]);
      expect(held).toEqual([...expected].sort(([a], [b]) => a - b));
      expect((await engine.verify({ trees: [{ id: 1, cipher }] })).faults).toEqual([]);
      expect(tree.stats().entries).toBe(expected.size);
    });
  }
});
