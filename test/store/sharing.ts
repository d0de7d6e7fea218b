/** What every page store promises users who share it: one suite, with an engine over each of two ways into one store. */
import { describe, expect, test } from 'vitest';
import { equalBytes } from '../../src/base/bytes.ts';
import { IntegrityFault } from '../../src/base/errors.ts';
import { PageEngine } from '../../src/pages/pages.ts';
import type { Tree } from '../../src/pages/tree.ts';
import { flipped, forge, forgeHead, key, newCipher, value } from '../pages/support.ts';
import type { StoreKind } from './conformance.ts';
import { contents } from './conformance.ts';
import { change, head, outcomeOf, put } from './support.ts';

const storeId = new Uint8Array(16).fill(7);

/** A new turn of the event loop, as between two requests. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function number(bytes: Uint8Array | undefined): number {
  return bytes === undefined ? 0 : new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);
}

export function describeSharing({ name, openTwice }: StoreKind): void {
  describe(`a page store that two share: ${name}`, () => {
    test('shows each what the other has committed, and moves its mark', async () => {
      const [one, other] = openTwice();
      const mark = other.commitMark?.();
      await one.commit(change({ puts: [put(1, 1), put(1, 2)], heads: [head(1, 0)] }));
      await nextTurn();
      expect(other.commitMark?.()).not.toBe(mark);
      expect(await contents(other)).toEqual(await contents(one));
      const [, page] = await other.readPages(1, [1, 2]);
      expect(page?.version).toBe(1);
    });

    test('leaves its mark alone while nobody commits', async () => {
      const [one, other] = openTwice();
      await one.commit(change({ heads: [head(1, 0)] }));
      await nextTurn();
      const mark = other.commitMark?.();
      await other.readHeads([1]);
      await nextTurn();
      expect(other.commitMark?.()).toBe(mark);
    });

    test('refuses the second of two changes that expect the same, and leaves no part of it', async () => {
      const [one, other] = openTwice();
      await one.commit(change({ puts: [put(1, 1)], heads: [head(1, 0), head(2, 0)] }));
      await other.commit(change({ puts: [put(2, 1)], heads: [head(2, 1)] }));
      const before = await contents(other);
      const lost = change({ puts: [put(1, 1, 9)], heads: [head(1, 1), head(2, 1)] });
      expect(await outcomeOf(() => one.commit(lost))).toBe('StoreConflict');
      await nextTurn();
      expect(await contents(other)).toEqual(before);
      expect(await contents(one)).toEqual(before);
    });

    test('answers one read from one state, whoever commits meanwhile', async () => {
      const [one, other] = openTwice();
      const ids = Array.from({ length: 40 }, (_, id) => id);
      const commitAll = (version: number) =>
        one.commit(change({ puts: ids.map((id) => put(1, id, version)), heads: [head(1, version - 1)] }));
      await commitAll(1);
      const seen = new Set<number | undefined>();
      for (let version = 2; version <= 12; version++) {
        let isDone = false;
        const committed = commitAll(version).then(() => {
          isDone = true;
        });
        while (!isDone) {
          const pages = await other.readPages(1, ids);
          const versions = new Set(pages.map((page) => page?.version));
          expect(versions.size).toBe(1);
          for (const found of versions) seen.add(found);
          await nextTurn();
        }
        await committed;
      }
      expect(seen.size).toBeGreaterThan(1);
    });
  });

  describe(`two engines over one store: ${name}`, () => {
    async function twoEngines(entries = 300) {
      const [store, otherStore] = openTwice();
      const cipher = newCipher();
      const engine = PageEngine.open({ store, storeId });
      const other = PageEngine.open({ store: otherStore, storeId });
      const tree = await engine.createTree(1, cipher);
      await engine.transact(async (tx) => {
        for (let n = 0; n < entries; n++) await tx.put(tree, key(n), value(100));
      });
      await nextTurn();
      const otherTree = await other.openTree(1, cipher);
      return { store, otherStore, cipher, engine, other, tree, otherTree };
    }

    test('a reader with all pages in its cache sees what the other commits', async () => {
      const { engine, tree, otherTree } = await twoEngines();
      for (let n = 0; n < 300; n++) expect(await otherTree.get(key(n))).toEqual(value(100));
      for (let round = 1; round <= 3; round++) {
        await engine.transact((tx) => tx.put(tree, key(7), value(100, round)));
        await nextTurn();
        expect(await otherTree.get(key(7))).toEqual(value(100, round));
        expect(await otherTree.get(key(8))).toEqual(value(100));
      }
    });

    test('a cursor that is under way goes on over commits of the other, without a fault', async () => {
      const { engine, tree, otherTree } = await twoEngines();
      const cursor = otherTree.cursor();
      const keys: Uint8Array[] = [];
      for (let entry = await cursor.next(); entry !== undefined; entry = await cursor.next()) {
        keys.push(entry.key);
        if (keys.length % 50 > 0) continue;
        await engine.transact(async (tx) => {
          for (let n = 0; n < 20; n++) await tx.put(tree, key(1000 + keys.length * 20 + n), value(500));
        });
        await nextTurn();
      }
      const original = Array.from({ length: 300 }, (_, n) => key(n));
      expect(original.filter((one) => !keys.some((found) => equalBytes(found, one)))).toEqual([]);
    });

    test('additions of both at once are all counted, and those that lost are made again', async () => {
      const { engine, other, tree, otherTree } = await twoEngines(0);
      const add = (by: PageEngine, to: Tree) =>
        by.transact(async (tx) => {
          const sum = number(await tx.get(to, key(1))) + 1;
          await tx.put(to, key(1), key(sum));
        });
      let refused = 0;
      const worker = async (by: PageEngine, to: Tree) => {
        for (let n = 0; n < 40; n++) {
          while ((await outcomeOf(() => add(by, to))) !== 'answered') refused++;
        }
      };
      await Promise.all([worker(engine, tree), worker(other, otherTree)]);
      await nextTurn();
      expect(number(await tree.get(key(1)))).toBe(80);
      expect(number(await otherTree.get(key(1)))).toBe(80);
      expect(refused).toBeLessThan(80);
    });

    test('a work that had read before the other committed runs again, and loses nothing of his', async () => {
      const { engine, other, tree, otherTree } = await twoEngines();
      let runs = 0;
      await engine.transact(async (tx) => {
        const [mark = 0] = (await tx.get(tree, key(1))) ?? [];
        if (runs++ === 0) {
          await other.transact((theirs) => theirs.put(otherTree, key(1), value(100, 41)));
          await nextTurn();
        }
        await tx.put(tree, key(1), value(100, mark + 1));
      });
      expect(runs).toBe(2);
      expect(await tree.get(key(1))).toEqual(value(100, 42));
    });

    test('a work that reads on after the other committed is not told of two states', async () => {
      const { engine, other, tree, otherTree } = await twoEngines();
      let runs = 0;
      const seen = await engine.transact(async (tx) => {
        const first = await tx.get(tree, key(1));
        if (runs++ === 0) {
          await other.transact(async (theirs) => {
            for (let n = 0; n < 300; n++) await theirs.put(otherTree, key(n), value(100, 41));
          });
          // What it reads next is not in its cache.
          engine.evictTree(1);
          await nextTurn();
        }
        return [first, await tx.get(tree, key(299))];
      });
      expect(runs).toBe(2);
      expect(seen).toEqual([value(100, 41), value(100, 41)]);
    });

    test('a tree that one has made can be opened, changed and dropped by the other', async () => {
      const { engine, other, otherTree } = await twoEngines();
      const cipher = newCipher();
      await engine.transact(async (tx) => tx.put(tx.createTree(2, cipher), key(2), value(8)));
      await nextTurn();
      const second = await other.openTree(2, cipher);
      await other.transact(async (tx) => {
        await tx.put(second, key(1), value(9));
        await tx.put(otherTree, key(1), value(9));
      });
      await nextTurn();
      await engine.dropTree(2);
      await nextTurn();
      await expect(async () => second.get(key(1))).rejects.toThrow(IntegrityFault);
    });

    test('a page that was tampered with is found, though others commit (R-INT-3)', async () => {
      const { store, engine, tree, other, otherTree } = await twoEngines();
      await engine.transact((tx) => tx.put(tree, key(7), value(100, 1)));
      await nextTurn();
      const [id = 0] = await store.listPages(1, 0, 1);
      const [page] = await store.readPages(1, [id]);
      if (page === undefined) throw new Error('a page that is listed is there');
      await forge(store, 1, id, { version: page.version, body: flipped(page.body, 60) });
      other.evictTree(1);
      await nextTurn();
      await expect(readAll(otherTree)).rejects.toThrow(IntegrityFault);
    });

    test('a head of before, put back, is found (R-INT-3)', async () => {
      const { store, engine, tree, otherTree } = await twoEngines();
      const [before] = await store.readHeads([1]);
      if (before === undefined) throw new Error('the tree has a head');
      await engine.transact((tx) => tx.put(tree, key(7), value(100, 1)));
      await nextTurn();
      expect(await otherTree.get(key(7))).toEqual(value(100, 1));
      await forgeHead(store, before);
      await nextTurn();
      await expect(async () => otherTree.get(key(7))).rejects.toThrow(IntegrityFault);
    });
  });
}

async function readAll(tree: Tree): Promise<void> {
  const cursor = tree.cursor();
  for (let entry = await cursor.next(); entry !== undefined; entry = await cursor.next()) {
    // Opening the pages is all.
  }
}
