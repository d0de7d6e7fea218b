/** What the page engine costs in memory: trees read, walked and written, sealed beside a null cipher. */
import { createNativeCore } from '../src/crypto/native-core.ts';
import type { PageCipher } from '../src/pages/page-cipher.ts';
import { PageEngine } from '../src/pages/pages.ts';
import type { Tree } from '../src/pages/tree.ts';
import { createMemoryStore } from '../src/store/memory.ts';
import { coreCipher } from '../test/support/core-cipher.ts';
import { nullCipher } from '../test/support/null-cipher.ts';
import type { Bench, Figure } from './figures.ts';
import { type Contestant, costPercent, interleaved, of } from './measure.ts';

const entryCount = 50_000;
const valueBytes = 1000;
const putsPerCommit = 256;
const turnMs = 400;
const rounds = 7;
const largeCacheBytes = 512 * 2 ** 20;
/** Far less than the tree, so that a read opens its leaf. */
const smallCacheBytes = 2 ** 20;
const treeId = 1;
const kinds = ['sealed', 'plain'] as const;

interface Trial {
  readonly engine: PageEngine;
  readonly tree: Tree;
}

export const page: Bench = {
  question: `entries a second of a tree in memory, values of ${valueBytes} bytes, sealed beside a null cipher`,
  async run(say) {
    const trials = new Map<string, Trial>();
    for (const kind of kinds) {
      for (const [cache, cacheBytes] of [
        ['cached', largeCacheBytes],
        ['uncached', smallCacheBytes],
      ] as const) {
        say(`filling ${kind} ${cache} with ${entryCount} entries`);
        trials.set(`${kind} ${cache}`, await filled(cipherOf(kind), cacheBytes));
      }
    }
    say(`${rounds} rounds of ${turnMs / 1000} s for each of the contestants`);
    const medians = await interleaved([...trials].flatMap(contestantsOf), rounds);
    for (const { engine } of trials.values()) await engine.close();
    return figuresOf(medians);
  },
};

function cipherOf(kind: (typeof kinds)[number]): PageCipher {
  if (kind === 'plain') return nullCipher();
  const core = createNativeCore();
  return coreCipher(core, core.generateKey());
}

async function filled(cipher: PageCipher, cacheBytes: number): Promise<Trial> {
  const store = createMemoryStore();
  const engine = PageEngine.open({ store, storeId: store.storeId, cacheBytes });
  const tree = await engine.createTree(treeId, cipher);
  for (let from = 0; from < entryCount; from += putsPerCommit) await putMany({ engine, tree }, from);
  return { engine, tree };
}

function putMany({ engine, tree }: Trial, from: number): Promise<unknown> {
  const puts = Array.from({ length: putsPerCommit }, (_, i) =>
    engine.transact((tx) => tx.put(tree, keyOf(from + i), valueAt(from + i))),
  );
  return Promise.all(puts);
}

function contestantsOf([name, trial]: readonly [string, Trial]): Contestant[] {
  const { tree } = trial;
  const get = { name: `get ${name}`, turn: () => perSecond(1, () => tree.get(keyOf(anyIndex()))) };
  const walk = { name: `walk ${name}`, turn: () => perSecond(100, () => walk100(tree)) };
  if (name.endsWith('uncached')) return [get, walk];
  return [
    get,
    { name: `put ${name}`, turn: () => perSecond(putsPerCommit, () => putMany(trial, anyIndex())) },
  ];
}

async function walk100(tree: Tree): Promise<void> {
  const cursor = tree.cursor({ from: keyOf(anyIndex() % (entryCount - 100)) });
  for (let left = 100; left > 0; left--) {
    const entry = cursor.next();
    if (entry instanceof Promise) await entry;
  }
}

async function perSecond(entriesEach: number, once: () => unknown): Promise<number> {
  const startMs = performance.now();
  let calls = 0;
  while (performance.now() - startMs < turnMs) {
    const result = once();
    if (result instanceof Promise) await result;
    calls++;
  }
  return (calls * entriesEach * 1000) / (performance.now() - startMs);
}

function figuresOf(medians: ReadonlyMap<string, number>): readonly Figure[] {
  const rows = [
    ['get_cached', 'get sealed cached', 'gets a second, pages in the cache'],
    ['get_uncached', 'get sealed uncached', 'gets a second that open their page'],
    ['walk_uncached', 'walk sealed uncached', 'entries a second of ranges of 100 that open their pages'],
    ['put', 'put sealed cached', `puts a second in commits of ${putsPerCommit}`],
  ] as const;
  return rows.flatMap(([name, contestant, note]) => {
    const sealed = of(medians, contestant);
    const plain = of(medians, contestant.replace('sealed', 'plain'));
    return [
      { name: `${name}_per_s`, value: sealed, note },
      {
        name: `${name}_encryption_cost_pct`,
        value: costPercent(sealed, plain),
        note: '% slower than with the null cipher',
      },
    ];
  });
}

let step = 0;

// A stride that is prime to the count visits every entry, and no neighbour after its neighbour.
function anyIndex(): number {
  step = (step + 7_919) % entryCount;
  return step;
}

function keyOf(index: number): Uint8Array {
  return Buffer.from(`entry-${String(index).padStart(10, '0')}`);
}

function valueAt(index: number): Uint8Array {
  return new Uint8Array(valueBytes).fill(index & 0xff);
}
