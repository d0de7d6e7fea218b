import { describe, expect, test } from 'vitest';
import { compareBytes, equalBytes } from '../../src/base/bytes.ts';
import {
  inlineValueBytesMax,
  keyBytesMax,
  leafCellHeaderBytes,
  nodeCapacityBytes,
  plainPageBytes,
  readU48,
  slotBytes,
  valueBytesMax,
} from '../../src/pages/layout.ts';
import { nodeLevel } from '../../src/pages/node.ts';
import type { PageEngine } from '../../src/pages/pages.ts';
import type { Tree } from '../../src/pages/tree.ts';
import { all, generator, hex, key, treeOf, value } from './support.ts';

function levelsOf(tree: Tree): number {
  const root = tree.state.cached.get(readU48(tree.state.committed.rootRef, 0));
  return root === undefined ? 0 : nodeLevel(root.bytes) + 1;
}

async function expectSound(engine: PageEngine, tree: Tree): Promise<void> {
  const { pages, faults } = await engine.verify({ trees: [{ id: 1, cipher: tree.state.cipher }] });
  expect({ faults, pages }).toEqual({ faults: [], pages: tree.stats().pages });
}

const orders: readonly [string, (n: number) => number[]][] = [
  ['upwards', (n) => Array.from({ length: n }, (_, i) => i)],
  ['downwards', (n) => Array.from({ length: n }, (_, i) => n - 1 - i)],
  ['from both ends', (n) => Array.from({ length: n }, (_, i) => (i % 2 === 0 ? i / 2 : n - (i + 1) / 2))],
  [
    'from the middle',
    (n) => Array.from({ length: n }, (_, i) => Math.floor(n / 2) + (i % 2 === 0 ? i / 2 : -(i + 1) / 2)),
  ],
];

/** The value length of which `count` entries with four-byte keys just fill a leaf. */
function fillingValueBytes(count: number): number {
  return Math.floor(nodeCapacityBytes / count) - leafCellHeaderBytes - 4 - slotBytes;
}

describe('leaves share with their neighbours', () => {
  for (const valueBytes of [100, 220, 1000]) {
    test(`so that entries of ${valueBytes} bytes in random order fill four fifths of them, seed 5`, async () => {
      const random = generator(5);
      const { engine, tree } = await treeOf(0, 0);
      for (let n = 0; n < 40; n++) {
        await engine.transact(async (tx) => {
          for (let i = 0; i < 100; i++) await tx.put(tree, key(random() * 2 ** 32), value(valueBytes));
        });
      }
      const { entries, pages } = tree.stats();
      const entryBytes = leafCellHeaderBytes + 4 + valueBytes + slotBytes;
      expect((entries * entryBytes) / (pages * nodeCapacityBytes)).toBeGreaterThan(0.79);
      await expectSound(engine, tree);
    });
  }
});

describe('a leaf splits when its last byte is taken', () => {
  for (const count of [4, 5, 8, 16, 40]) {
    const fitting = fillingValueBytes(count);
    test(`${count} entries of ${fitting} bytes fit one page, those a byte longer do not`, async () => {
      const fit = await treeOf(count, fitting);
      expect(fit.tree.stats().pages).toBe(1);
      const over = await treeOf(count, fitting + 1);
      expect(over.tree.stats().pages).toBe(3);
      for (const { engine, tree } of [fit, over]) await expectSound(engine, tree);
    });
  }

  for (const [order, numbers] of orders) {
    for (const valueBytes of [
      0,
      1,
      fillingValueBytes(4) - 1,
      fillingValueBytes(4),
      inlineValueBytesMax,
      inlineValueBytesMax + 1,
    ]) {
      test(`and stays sound, entries of ${valueBytes} bytes put ${order}, one commit each`, async () => {
        const { engine, tree } = await treeOf(0, 0);
        const count = valueBytes < 10 ? 1500 : 60;
        await Promise.all(
          numbers(count).map((n) => engine.transact((tx) => tx.put(tree, key(n), value(valueBytes, n)))),
        );
        const entries = await all(tree.cursor());
        expect(entries.map(({ key: k }) => hex(k))).toEqual(orders[0]?.[1](count).map((n) => hex(key(n))));
        expect(entries.every(({ value: v }, n) => equalBytes(v, value(valueBytes, n)))).toBe(true);
        await expectSound(engine, tree);
      });
    }
  }

  test('what is put upwards fills its pages', async () => {
    const { tree } = await treeOf(2000, 100);
    const perPage = Math.floor(nodeCapacityBytes / (100 + 4 + leafCellHeaderBytes + slotBytes));
    expect(tree.stats().pages).toBe(Math.ceil(2000 / perPage) + 1);
  });
});

describe('the longest keys and values', () => {
  test('split leaves in three and inner nodes down to two children, and stay sound', async () => {
    const { engine, tree } = await treeOf(0, 0);
    const keys = Array.from({ length: 40 }, (_, n) => {
      const long = value(keyBytesMax, 7);
      // They differ in their last byte, so that no separator is short.
      long[keyBytesMax - 1] = (n * 37) % 251;
      return long;
    });
    for (const k of keys) await engine.transact((tx) => tx.put(tree, k, value(inlineValueBytesMax)));
    await expectSound(engine, tree);
    expect(levelsOf(tree)).toBeGreaterThan(4);
    const sorted = [...keys].sort(compareBytes);
    expect((await all(tree.cursor())).every(({ key: k }, i) => equalBytes(k, sorted[i] ?? key(0)))).toBe(
      true,
    );
    const full = tree.stats().pages;
    for (const k of keys) expect(await engine.transact((tx) => tx.delete(tree, k))).toBe(true);
    // Empty leaves that become neighbours when their parents merge wait for the next change near them.
    expect(tree.stats()).toMatchObject({ entries: 0, bytes: 0 });
    expect(tree.stats().pages).toBeLessThan(full / 10);
    await expectSound(engine, tree);
  });

  test('a small entry between two large ones gives three leaves where need be', async () => {
    const { engine, tree } = await treeOf(0, 0);
    const large = nodeCapacityBytes - slotBytes - leafCellHeaderBytes - inlineValueBytesMax;
    expect(large).toBeGreaterThan(keyBytesMax);
    const low = value(keyBytesMax, 1);
    const middle = value(keyBytesMax, 2);
    const high = value(900, 3);
    for (const k of [low, high, middle])
      await engine.transact((tx) => tx.put(tree, k, value(inlineValueBytesMax)));
    await expectSound(engine, tree);
    expect((await all(tree.cursor())).map(({ key: k }) => k[0])).toEqual([1, 2, 3]);
  });

  for (const [name, k, v] of [
    ['key', value(keyBytesMax + 1), value(0)],
    ['value', key(1), value(valueBytesMax + 1)],
  ] as const) {
    test(`a longer ${name} is a bug of the caller`, async () => {
      const { engine, tree } = await treeOf(0, 0);
      await expect(engine.transact((tx) => tx.put(tree, k, v))).rejects.toThrow('an entry fits into a tree');
      expect(tree.stats().entries).toBe(0);
    });
  }
});

describe('values in overflow pages', () => {
  const sizes = [
    inlineValueBytesMax,
    inlineValueBytesMax + 1,
    plainPageBytes - 1,
    plainPageBytes,
    plainPageBytes + 1,
    2 * plainPageBytes,
    400 * 1024,
    valueBytesMax,
  ];
  for (const size of sizes) {
    test(`of ${size} bytes come back, give way to a short one, and leave no page behind`, async () => {
      const { store, engine, tree } = await treeOf(3, 10);
      const long = Uint8Array.from({ length: size }, (_, i) => i * 31);
      await engine.transact((tx) => tx.put(tree, key(1), long.slice()));
      const pages = size <= inlineValueBytesMax ? 1 : 1 + Math.ceil(size / plainPageBytes);
      expect(tree.stats().pages).toBe(pages);
      engine.evictTree(1);
      expect(equalBytes((await tree.get(key(1))) ?? key(0), long)).toBe(true);
      await expectSound(engine, tree);
      await engine.transact((tx) => tx.put(tree, key(1), value(1)));
      expect(store.listPages(1, 0, 100)).toHaveLength(1);
      await expectSound(engine, tree);
    });
  }

  test('are read in the work that put them, and their pages are used again', async () => {
    const { engine, tree } = await treeOf(1, 9000);
    const before = tree.state.committed.nextPageId;
    await engine.transact(async (tx) => {
      await tx.put(tree, key(0), value(20_000, 1));
      expect(equalBytes((await tx.get(tree, key(0))) ?? key(0), value(20_000, 1))).toBe(true);
      await tx.delete(tree, key(0));
      await tx.put(tree, key(0), value(9000, 2));
    });
    for (let i = 0; i < 10; i++) await engine.transact((tx) => tx.put(tree, key(0), value(9000, i)));
    expect(tree.state.committed.nextPageId).toBeLessThanOrEqual(before + 3);
    await expectSound(engine, tree);
  });
});

describe('deleting', () => {
  for (const [order, numbers] of orders) {
    test(`${order} merges what is nearly empty and ends in one empty leaf`, async () => {
      const { store, engine, tree } = await treeOf(2000, 100);
      expect(levelsOf(tree)).toBe(2);
      const full = tree.stats().pages;
      const list = numbers(2000);
      for (let i = 0; i < 2000; i += 100) {
        const batch = list.slice(i, i + 100);
        await engine.transact(async (tx) => {
          for (const n of batch) expect(await tx.delete(tree, key(n))).toBe(true);
        });
        if (i % 500 === 0) await expectSound(engine, tree);
      }
      expect(tree.stats()).toEqual({ entries: 0, pages: 1, bytes: 0 });
      expect(store.listPages(1, 0, 100)).toHaveLength(1);
      expect(full).toBeGreaterThan(25);
    });
  }

  test('all but every tenth leaves a tree that is packed again', async () => {
    const { engine, tree } = await treeOf(3000, 100);
    const full = tree.stats().pages;
    await engine.transact(async (tx) => {
      for (let n = 0; n < 3000; n++) if (n % 10 !== 0) await tx.delete(tree, key(n));
    });
    expect(tree.stats().entries).toBe(300);
    expect(tree.stats().pages).toBeLessThan(full / 3);
    await expectSound(engine, tree);
  });

  test('of what is not there changes nothing', async () => {
    const { engine, tree } = await treeOf(10, 10);
    const { version } = tree.state.committed;
    expect(await engine.transact((tx) => tx.delete(tree, key(99)))).toBe(false);
    expect(tree.state.committed.version).toBe(version);
  });
});
