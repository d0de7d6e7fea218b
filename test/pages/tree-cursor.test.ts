import { describe, expect, test } from 'vitest';
import { PageEngine } from '../../src/pages/pages.ts';
import type { CursorRange, Entry, TreeCursor } from '../../src/pages/tree-cursor.ts';
import { all, answeringLater, key, putMany, treeOf, value } from './support.ts';

function numbers(entries: readonly Entry[]): number[] {
  return entries.map(({ key: bytes }) => new DataView(bytes.buffer, bytes.byteOffset).getUint32(0));
}

function span(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i);
}

async function take(cursor: TreeCursor, count: number): Promise<Entry[]> {
  const entries: Entry[] = [];
  while (entries.length < count) {
    const entry = await cursor.next();
    if (entry === undefined) break;
    entries.push(entry);
  }
  return entries;
}

describe('a cursor walks a range', () => {
  const bounds: [string, CursorRange, number[]][] = [
    ['all', {}, span(0, 500)],
    ['from a key on', { from: key(100) }, span(100, 500)],
    ['up to but without a key', { to: key(100) }, span(0, 100)],
    ['between keys', { from: key(77), to: key(312) }, span(77, 312)],
    ['between keys that are not there', { from: key(77, 5), to: key(312, 5) }, span(78, 313)],
    ['one key wide', { from: key(250), to: key(251) }, [250]],
    ['empty', { from: key(250), to: key(250) }, []],
    ['the wrong way round', { from: key(300), to: key(200) }, []],
    ['before all keys', { to: key(0) }, []],
    ['after all keys', { from: key(500) }, []],
  ];
  for (const later of [false, true]) {
    for (const [name, range, expected] of bounds) {
      test(`${name}, forwards and backwards${later ? ', over a store that answers later' : ''}`, async () => {
        const { store, cipher } = await treeOf(500, 100);
        const engine = PageEngine.open({
          store: later ? answeringLater(store) : store,
          storeId: store.storeId,
        });
        const tree = await engine.openTree(1, cipher);
        expect(numbers(await all(tree.cursor(range)))).toEqual(expected);
        expect(numbers(await all(tree.cursor({ ...range, backwards: true })))).toEqual(
          [...expected].reverse(),
        );
      });
    }
  }

  test('and stays at its end', async () => {
    const { tree } = await treeOf(3, 10);
    const cursor = tree.cursor();
    await all(cursor);
    expect([await cursor.next(), await cursor.next()]).toEqual([undefined, undefined]);
  });

  test('through an empty tree', async () => {
    const { tree } = await treeOf(0, 0);
    expect([await all(tree.cursor()), await all(tree.cursor({ backwards: true }))]).toEqual([[], []]);
  });
});

describe('a cursor meets changes on its way', () => {
  for (const backwards of [false, true]) {
    const way = backwards ? 'backwards' : 'forwards';
    for (const valueBytes of [100, 3000]) {
      test(`${way} with values of ${valueBytes} bytes: gives each key that stays exactly once, in order`, async () => {
        const { engine, tree } = await treeOf(300, valueBytes);
        const cursor = tree.cursor({ backwards });
        const entries = await take(cursor, 100);
        // Splits leaves before and after the cursor, and empties others.
        await engine.transact(async (tx) => {
          for (let i = 0; i < 300; i++) {
            await tx.put(tree, key(i, 6), value(valueBytes));
            if (i % 3 === 0) await tx.delete(tree, key(i));
          }
        });
        entries.push(...(await all(cursor)));
        const own = numbers(entries.filter(({ key: k }) => k.length === 4));
        const sorted = [...own].sort((x, y) => (backwards ? y - x : x - y));
        expect(own).toEqual(sorted);
        expect(new Set(own).size).toBe(own.length);
        for (const n of span(0, 300)) if (n % 3 !== 0) expect(own).toContain(n);
      });
    }

    test(`${way}: a value in overflow pages is never one that was half replaced`, async () => {
      const { engine, tree } = await treeOf(40, 20_000);
      const cursor = tree.cursor({ backwards });
      let count = 0;
      for (let fill = 1; ; fill++) {
        const entry = await cursor.next();
        if (entry === undefined) break;
        count++;
        expect(new Set(entry.value).size).toBe(1);
        await putMany(engine, tree, 40, 20_000, fill);
      }
      expect(count).toBe(40);
    });
  }

  test('goes on with what an eviction left in the store', async () => {
    const { engine, tree } = await treeOf(300, 100);
    const cursor = tree.cursor();
    const entries = await take(cursor, 150);
    engine.evictTree(1);
    entries.push(...(await all(cursor)));
    expect(numbers(entries)).toEqual(span(0, 300));
  });
});

describe('a long walk', () => {
  test('reads many leaves in a trip', async () => {
    const { store, cipher } = await treeOf(3000, 200);
    let trips = 0;
    const counting = answeringLater({
      ...store,
      readPages: (tree, ids) => {
        trips++;
        return store.readPages(tree, ids);
      },
    });
    const engine = PageEngine.open({ store: counting, storeId: store.storeId });
    const tree = await engine.openTree(1, cipher);
    expect(await all(tree.cursor())).toHaveLength(3000);
    expect(trips).toBeLessThan(tree.stats().pages / 4);
    expect(engine.meter.openedPages).toBe(tree.stats().pages + 1);
  });

  test('a short one reads no more than it needs', async () => {
    const { store, cipher } = await treeOf(3000, 200);
    const engine = PageEngine.open({ store, storeId: store.storeId });
    const tree = await engine.openTree(1, cipher);
    await take(tree.cursor({ from: key(1000) }), 1);
    // The head, the root and one leaf.
    expect(engine.meter.openedPages).toBe(3);
  });
});

test('a cursor of a transaction sees what its works have changed and others do not see yet', async () => {
  const { engine, tree } = await treeOf(3, 10);
  await engine.transact(async (tx) => {
    await tx.put(tree, key(7), value(9000));
    await tx.delete(tree, key(1));
    expect(numbers(await all(tx.cursor(tree)))).toEqual([0, 2, 7]);
    expect(numbers(await all(tx.cursor(tree, { backwards: true, to: key(7) })))).toEqual([2, 0]);
    expect(numbers(await all(tree.cursor()))).toEqual([0, 1, 2]);
  });
  expect(numbers(await all(tree.cursor()))).toEqual([0, 2, 7]);
});
