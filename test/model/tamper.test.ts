import { describe, expect, test } from 'vitest';
import { equalBytes } from '../../src/base/bytes.ts';
import { IntegrityFault } from '../../src/base/errors.ts';
import { pageKind, plainPageBytes, readU48 } from '../../src/pages/layout.ts';
import { PageEngine } from '../../src/pages/pages.ts';
import { PageSealer } from '../../src/pages/sealed-page.ts';
import type { Tree } from '../../src/pages/tree.ts';
import { createMemoryStore, type MemoryStore } from '../../src/store/memory.ts';
import type { PagePut, StoredPage } from '../../src/store/page-store.ts';
import {
  all,
  flipped,
  forge,
  forgeHead,
  generator,
  key,
  newCipher,
  putMany,
  type Small,
  type Snapshot,
  snapshot,
  treeOf,
  value,
} from '../pages/support.ts';
import type { CoreCipher } from '../support/core-cipher.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

/** A tree of an inner root, a few leaves and a value in two overflow pages. */
async function smallTree(entries = 30): Promise<Small> {
  const small = await treeOf(entries, 700);
  await small.engine.transact((tx) => tx.put(small.tree, key(entries), value(9000)));
  return small;
}

/** True where reading everything with the process alive ends in an integrity fault. */
async function isNoticedByReader({ engine, tree }: Pick<Small, 'engine' | 'tree'>): Promise<boolean> {
  engine.evictTree(tree.id);
  try {
    await all(tree.cursor());
    return false;
  } catch (fault) {
    if (fault instanceof IntegrityFault) return true;
    throw fault;
  }
}

/** True where a new process meets an integrity fault. */
async function isNoticedAfterRestart({ store, cipher }: Pick<Small, 'store' | 'cipher'>): Promise<boolean> {
  const engine = PageEngine.open({ store, storeId: store.storeId });
  try {
    return await isNoticedByReader({ engine, tree: await engine.openTree(1, cipher) });
  } catch (fault) {
    if (fault instanceof IntegrityFault) return true;
    throw fault;
  }
}

async function isFoundByVerify({ engine, cipher }: Pick<Small, 'engine' | 'cipher'>): Promise<boolean> {
  const { faults } = await engine.verify({ trees: [{ id: 1, cipher }] });
  return faults.length > 0;
}

async function noticed(small: Small): Promise<{ reader: boolean; restarted: boolean; verify: boolean }> {
  return {
    reader: await isNoticedByReader(small),
    restarted: await isNoticedAfterRestart(small),
    verify: await isFoundByVerify(small),
  };
}

const everywhere = { reader: true, restarted: true, verify: true };
const nowhere = { reader: false, restarted: false, verify: false };

async function restore(store: MemoryStore, { heads, pages }: Snapshot): Promise<void> {
  for (const { tree, id } of (await snapshot(store)).pages) await forge(store, tree, id, undefined);
  for (const page of pages) await forge(store, page.tree, page.id, page);
  for (const head of heads.values()) await forgeHead(store, head);
}

describe('R-INT-1: every byte of what is stored counts', () => {
  test('each byte of each kind of page, flipped in turn, is noticed by the next reader and by verify', async () => {
    const small = await smallTree(12);
    const { store } = small;
    const { pages } = await snapshot(store);
    const root = readU48(small.tree.state.committed.rootRef, 0);
    const leaf = [...small.tree.state.cached.keys()].find((id) => id !== root);
    const chosen = pages.filter(({ id, body }) => id === root || id === leaf || body.length < 8000);
    expect(chosen.map(({ body }) => body.length).sort()).toEqual([1072, 8142, 8142]);
    const missed: string[] = [];
    for (const page of chosen) {
      // Of the root, whose bytes are as those of any node, only some.
      for (let at = 0; at < page.body.length; at += page.id === root ? 17 : 1) {
        await forge(store, 1, page.id, { ...page, body: flipped(page.body, at, 1 << (at % 8)) });
        if (!(await isNoticedByReader(small))) missed.push(`reader: page ${page.id}, byte ${at}`);
        if (!(await isFoundByVerify(small))) missed.push(`verify: page ${page.id}, byte ${at}`);
      }
      await forge(store, 1, page.id, page);
    }
    expect(missed).toEqual([]);
    expect(await noticed(small)).toEqual(nowhere);
  });

  test('each byte of a head, flipped in turn, is noticed when it is read and by verify', async () => {
    const small = await smallTree();
    const head = (await snapshot(small.store)).heads.get(1);
    if (head === undefined) throw new Error('a tree has a head');
    const missed: number[] = [];
    for (let at = 0; at < head.body.length; at++) {
      await forgeHead(small.store, { ...head, body: flipped(head.body, at, 1 << (at % 8)) });
      if (!(await isNoticedAfterRestart(small)) || !(await isFoundByVerify(small))) missed.push(at);
    }
    expect(missed).toEqual([]);
  });

  const distortions: readonly [string, (page: StoredPage) => StoredPage | undefined][] = [
    ['zeroed', ({ version, body }) => ({ version, body: new Uint8Array(body.length) })],
    [
      'random',
      ({ version, body }) => ({ version, body: body.map((_, i) => Math.floor(generator(i)() * 256)) }),
    ],
    ['empty', ({ version }) => ({ version, body: new Uint8Array() })],
    ['cut by a byte', ({ version, body }) => ({ version, body: body.slice(0, -1) })],
    ['cut to its clear header', ({ version, body }) => ({ version, body: body.slice(0, 8) })],
    ['longer by a byte', ({ version, body }) => ({ version, body: Uint8Array.of(...body, 0) })],
    ['doubled', ({ version, body }) => ({ version, body: Uint8Array.of(...body, ...body) })],
    ['of the version before', ({ version, body }) => ({ version: version - 1, body })],
    ['of a version to come', ({ version, body }) => ({ version: version + 1, body })],
    ['under another data key', ({ version, body }) => ({ version, body: flipped(body, 4, 3) })],
    ['of another format', ({ version, body }) => ({ version, body: flipped(body, 0, 2) })],
    ['of another algorithm', ({ version, body }) => ({ version, body: flipped(body, 1, 1) })],
    ['gone', () => undefined],
  ];
  for (const [name, distort] of distortions) {
    test(`each page of a tree that is ${name} is noticed`, async () => {
      const small = await smallTree();
      for (const page of (await snapshot(small.store)).pages) {
        await forge(small.store, 1, page.id, distort(page));
        expect(await noticed(small)).toEqual(everywhere);
        await forge(small.store, 1, page.id, page);
      }
      expect(await noticed(small)).toEqual(nowhere);
    });
  }

  test('a head that is gone is no empty tree (R-INT-5)', async () => {
    const small = await smallTree();
    const expected = small.tree.state.committed.version;
    await small.store.commit({ puts: [], deletes: [], heads: [], drops: [{ tree: 1, expected }] });
    expect(await noticed(small)).toEqual(everywhere);
  });
});

describe('R-INT-2: a page is good in its place only', () => {
  interface Page extends PagePut {
    readonly store: MemoryStore;
    readonly own: Tree;
    readonly engine: PageEngine;
  }

  /** 200 pages or so, in three trees each of two stores, under one key: only their places tell them apart. */
  async function manyPages(cipher: CoreCipher): Promise<Page[]> {
    const pages: Page[] = [];
    for (let n = 0; n < 2; n++) {
      const store = createMemoryStore();
      const engine = PageEngine.open({ store, storeId: store.storeId });
      const trees = new Map<number, Tree>();
      for (const id of [1, 2, 3]) {
        const tree = await engine.createTree(id, cipher);
        trees.set(id, tree);
        await putMany(engine, tree, 132, 2000);
      }
      for (const page of (await snapshot(store)).pages) {
        const own = trees.get(page.tree);
        if (own !== undefined) pages.push({ ...page, store, own, engine });
      }
    }
    return pages;
  }

  test('of all ordered pairs none opens in the place of the other, even where no parent is asked', async () => {
    const cipher = newCipher();
    const pages = await manyPages(cipher);
    expect(pages.length).toBeGreaterThanOrEqual(200);
    const clock = new VirtualClock();
    const sealers = new Map(pages.map(({ store }) => [store, new PageSealer(store.storeId, clock)]));
    const into = new Uint8Array(plainPageBytes);
    let opened = 0;
    for (const { store, tree, id, version } of pages) {
      const place = { kind: pageKind.page, tree, page: id, version };
      for (const { body } of pages) {
        try {
          sealers.get(store)?.open(cipher, place, body, undefined, 0, into, 0, plainPageBytes);
          opened++;
        } catch (fault) {
          if (!(fault instanceof IntegrityFault)) throw fault;
        }
      }
    }
    // Each in its own place.
    expect(opened).toBe(pages.length);
  });

  test('each page is noticed in the place of each that its trees and stores have', async () => {
    const cipher = newCipher();
    const pages = (await manyPages(cipher)).filter((_, i) => i % 5 === 0);
    const missed: string[] = [];
    for (const at of pages) {
      for (const page of pages) {
        if (page === at) continue;
        await forge(at.store, at.tree, at.id, { version: at.version, body: page.body });
        const small = { store: at.store, engine: at.engine, tree: at.own, cipher };
        if (!(await isNoticedByReader(small))) missed.push(`${page.tree}/${page.id} at ${at.tree}/${at.id}`);
      }
      await forge(at.store, at.tree, at.id, at);
    }
    expect(missed).toEqual([]);
  });
});

describe('R-INT-3: an older state is no state', () => {
  /** A tree, what its store held before the last commits, and what it holds now. */
  async function twoStates() {
    const small = await smallTree();
    const before = await snapshot(small.store);
    await small.engine.transact(async (tx) => {
      for (const n of [0, 15, 29]) await tx.put(small.tree, key(n), value(701));
      await tx.put(small.tree, key(30), value(9000, 0xcd));
    });
    return { small, before, after: await snapshot(small.store) };
  }

  test('each older page is noticed, with its own version and with the one that its parent asks for', async () => {
    const { small, before, after } = await twoStates();
    const pairs = after.pages.flatMap((page) => {
      const old = before.pages.find(({ id }) => id === page.id);
      return old === undefined || equalBytes(old.body, page.body) ? [] : [{ page, old }];
    });
    expect(pairs.length).toBeGreaterThan(4);
    for (const { page, old } of pairs) {
      for (const replayed of [old, { ...old, version: page.version }]) {
        await forge(small.store, 1, page.id, replayed);
        expect(await noticed(small)).toEqual(everywhere);
      }
      await forge(small.store, 1, page.id, page);
    }
  });

  test('all older pages under the newer head are noticed', async () => {
    const { small, before, after } = await twoStates();
    await restore(small.store, { heads: after.heads, pages: before.pages });
    expect(await noticed(small)).toEqual(everywhere);
  });

  test('an older head over newer pages is noticed', async () => {
    const { small, before, after } = await twoStates();
    await restore(small.store, { heads: before.heads, pages: after.pages });
    expect(await noticed(small)).toEqual({ reader: false, restarted: true, verify: true });
  });

  test('a whole tree put back is noticed as long as the process lives', async () => {
    const { small, before } = await twoStates();
    await restore(small.store, before);
    expect(await noticed(small)).toEqual({ reader: true, restarted: false, verify: true });
    const { faults } = await small.engine.verify({ trees: [{ id: 1, cipher: small.cipher }] });
    expect(faults).toEqual([{ tree: 1, problem: 'its head is older than one that was read before' }]);
  });

  test('any mixture of two states is noticed', async () => {
    const { small, before, after } = await twoStates();
    const seed = Math.floor(Math.random() * 2 ** 31);
    const random = generator(seed);
    for (let round = 0; round < 60; round++) {
      const pages = new Map(after.pages.map((page) => [page.id, page]));
      let isMixed = false;
      for (const old of before.pages) {
        if (random() < 0.7) continue;
        const page = pages.get(old.id);
        if (page === undefined || !equalBytes(page.body, old.body)) isMixed = true;
        pages.set(old.id, old);
      }
      await restore(small.store, { heads: after.heads, pages: [...pages.values()] });
      expect(await isFoundByVerify(small), `seed ${seed}, round ${round}`).toBe(isMixed);
    }
  });
});
