import { describe, expect, test } from 'vitest';
import { compareBytes } from '../../src/base/bytes.ts';
import { valueBytesMax } from '../../src/pages/layout.ts';
import { PageEngine } from '../../src/pages/pages.ts';
import type { Tree } from '../../src/pages/tree.ts';
import { createMemoryStore } from '../../src/store/memory.ts';
import { all, answeringLater, generator, hex } from '../pages/support.ts';
import { nullCipher } from '../support/null-cipher.ts';

const seed = Math.floor(Math.random() * 2 ** 31);

async function expectSame(tree: Tree, model: Map<string, Uint8Array>, random: () => number): Promise<void> {
  const keys = [...model.keys()].sort();
  const forwards = await all(tree.cursor());
  expect(forwards.map(({ key }) => hex(key))).toEqual(keys);
  for (const { key, value } of forwards) {
    expect(compareBytes(value, model.get(hex(key)) ?? new Uint8Array())).toBe(0);
  }
  const backwards = await all(tree.cursor({ backwards: true }));
  expect(backwards.map(({ key }) => hex(key))).toEqual([...keys].reverse());
  for (let i = 0; i < 10; i++) {
    const [from, to] = [random(), random()].map((r) =>
      Buffer.from(keys[Math.floor(r * keys.length)] ?? '', 'hex'),
    );
    const inRange = keys.filter((key) => key >= hex(from as Buffer) && key < hex(to as Buffer));
    expect((await all(tree.cursor({ from, to }))).map(({ key }) => hex(key))).toEqual(inRange);
    const reversed = (await all(tree.cursor({ from, to, backwards: true }))).map(({ key }) => hex(key));
    expect(reversed).toEqual(inRange.reverse());
  }
  const stats = tree.stats();
  let bytes = 0;
  for (const [key, value] of model) bytes += key.length / 2 + value.length;
  expect({ entries: stats.entries, bytes: stats.bytes }).toEqual({ entries: model.size, bytes });
}

interface Mix {
  readonly name: string;
  readonly steps: number;
  readonly keySpace: number;
  readonly keyBytes: (random: () => number) => number;
  readonly valueBytes: (random: () => number) => number;
  readonly later: boolean;
}

const mixes: readonly Mix[] = [
  {
    name: 'small entries',
    steps: 6000,
    keySpace: 2000,
    keyBytes: () => 4,
    valueBytes: (r) => Math.floor(r() * 60),
    later: false,
  },
  {
    name: 'items of a kilobyte',
    steps: 3000,
    keySpace: 1200,
    keyBytes: () => 12,
    valueBytes: (r) => 900 + Math.floor(r() * 300),
    later: false,
  },
  {
    name: 'the longest keys',
    steps: 1500,
    keySpace: 300,
    keyBytes: (r) => 2800 + Math.floor(r() * 300),
    valueBytes: (r) => Math.floor(r() * 2500),
    later: false,
  },
  {
    name: 'values in overflow pages',
    steps: 400,
    keySpace: 60,
    keyBytes: (r) => 4 + Math.floor(r() * 3000),
    valueBytes: (r) => (r() < 0.1 ? valueBytesMax : Math.floor(r() * 60_000)),
    later: false,
  },
  {
    name: 'mixed sizes over a store that answers later',
    steps: 1500,
    keySpace: 400,
    keyBytes: (r) => 4 + Math.floor(r() * r() * 3000),
    valueBytes: (r) => Math.floor(r() * r() * 12_000),
    later: true,
  },
];

function makeKey(random: () => number, { keySpace, keyBytes }: Mix): Uint8Array {
  const number = Math.floor(random() * keySpace);
  const key = new Uint8Array(keyBytes(generator(number)));
  const own = generator(number + 7);
  for (let i = 0; i < Math.min(8, key.length); i++) key[i] = Math.floor(own() * 256);
  key.fill(number, 8);
  return key;
}

describe(`a tree is a sorted map (seed ${seed})`, () => {
  for (const mix of mixes) {
    test(`with ${mix.name}, over restarts`, async () => {
      const random = generator(seed);
      const memory = createMemoryStore();
      const store = mix.later ? answeringLater(memory) : memory;
      const open = () => PageEngine.open({ store, storeId: memory.storeId, cacheBytes: 64 * 8192 });
      let engine = open();
      let tree = await engine.createTree(7, nullCipher());
      const model = new Map<string, Uint8Array>();
      const pending: Promise<unknown>[] = [];
      for (let step = 0; step < mix.steps; step++) {
        const key = makeKey(random, mix);
        // The middle third deletes more than it puts.
        const deletes = step > mix.steps / 3 && step < (mix.steps * 2) / 3 ? 0.8 : 0.25;
        if (random() < deletes) {
          const had = model.delete(hex(key));
          pending.push(engine.transact((tx) => tx.delete(tree, key)).then((did) => expect(did).toBe(had)));
        } else {
          const value = new Uint8Array(mix.valueBytes(random)).fill(step);
          model.set(hex(key), value);
          pending.push(engine.transact((tx) => tx.put(tree, key, value)));
        }
        if (random() < 0.02) await Promise.all(pending.splice(0));
        if (step % Math.ceil(mix.steps / 5) === 0) {
          await Promise.all(pending.splice(0));
          await expectSame(tree, model, random);
          await engine.close();
          engine = open();
          tree = await engine.openTree(7, nullCipher());
        }
      }
      await Promise.all(pending);
      await expectSame(tree, model, random);
      expect(engine.cachedBytes).toBeLessThanOrEqual(64 * 8192);
      for (const key of [...model.keys()]) {
        await engine.transact((tx) => tx.delete(tree, Buffer.from(key, 'hex')));
      }
      expect(tree.stats()).toEqual({ entries: 0, pages: 1, bytes: 0 });
      expect(await memory.listPages(7, 0, 1000)).toHaveLength(1);
      await engine.close();
    });
  }
});
