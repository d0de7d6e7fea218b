/** The store refuses single commits or reads of a running engine, or all from one on: it goes on, and loses nothing. */
import { describe, expect, test } from 'vitest';
import { Outage } from '../../src/base/errors.ts';
import { PageEngine } from '../../src/pages/pages.ts';
import type { Tree } from '../../src/pages/tree.ts';
import { createMemoryStore } from '../../src/store/memory.ts';
import { key, newCipher, value } from '../pages/support.ts';
import { FaultyStore, type StoreFault } from '../support/faulty-store.ts';
import { Ledger } from '../support/ledger.ts';

/** CI asks for 200. */
const indexMax = Number(process.env.CRYPTABLE_FAULT_INDEX ?? 8);
const trees = [1, 2] as const;
const keysPerWriter = 5;
const writers = 4;
const roundsPerWriter = 12;
/** So few fit that reads go to the store. */
const cacheBytes = 20 * 8192;

async function newEngine() {
  const memory = createMemoryStore();
  const store = new FaultyStore(memory);
  const cipher = newCipher();
  const engine = PageEngine.open({ store, storeId: memory.storeId, cacheBytes });
  for (const id of trees) await engine.createTree(id, cipher);
  return { memory, store, cipher, engine };
}

/** Writes the same under the same key in both trees, with long values among them; counts the refusals. */
async function load(
  engine: PageEngine,
  opened: readonly Tree[],
  ledger: Ledger,
  seed: number,
): Promise<number> {
  let refused = 0;
  const writer = async (number: number) => {
    for (let round = 0; round < roundsPerWriter; round++) {
      const id = number * keysPerWriter + ((round * 3 + seed) % keysPerWriter);
      const mark = (seed * roundsPerWriter + round) % 251;
      const content = round % 4 === 3 ? undefined : `${mark}`;
      const stored = value(round % 3 === 0 ? 20_000 : 700, mark);
      try {
        await ledger.write(`${id}`, content, () =>
          engine.transact(async (tx) => {
            for (const tree of opened) {
              if (content === undefined) await tx.delete(tree, key(id));
              else await tx.put(tree, key(id), stored.slice());
            }
          }),
        );
      } catch (fault) {
        if (!(fault instanceof Outage)) throw fault;
        refused++;
      }
    }
  };
  await Promise.all(Array.from({ length: writers }, (_, number) => writer(number)));
  return refused;
}

/** What each key holds, where both trees agree. */
async function read(opened: readonly Tree[]): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for (let id = 0; id < writers * keysPerWriter; id++) {
    const values = await Promise.all(opened.map(async (tree) => (await tree.get(key(id)))?.[0]));
    const [first, second] = values;
    if (first !== undefined || second !== undefined)
      found.set(`${id}`, first === second ? `${first}` : `${first} and ${second}`);
  }
  return found;
}

const kinds: readonly Pick<StoreFault, 'call' | 'moment'>[] = [
  { call: 'commit', moment: 'before' },
  { call: 'commit', moment: 'after' },
  { call: 'read', moment: 'before' },
];

for (const { call, moment } of kinds) {
  for (const isLasting of [false, true]) {
    const which = isLasting ? 'n-th and every later' : 'n-th';
    const when = moment === 'before' ? 'before it did anything' : 'after it was done';
    describe(`an engine whose ${which} ${call} fails ${when}`, () => {
      test('answers outages meanwhile, and holds all that was acknowledged (F4, F5, R-PROC-2)', async () => {
        const { memory, store, cipher, engine } = await newEngine();
        const opened = await Promise.all(trees.map((id) => engine.openTree(id, cipher)));
        const ledger = new Ledger();
        await load(engine, opened, ledger, 0);
        for (let index = 1; index <= indexMax; index++) {
          store.fail({ call, moment, index, isLasting });
          if (call === 'read') for (const id of trees) engine.evictTree(id);
          await load(engine, opened, ledger, index);
          store.mend();
          const found = await read(opened);
          expect(ledger.contradictions(found), `the ${index}th`).toEqual([]);
          expect(await load(engine, opened, ledger, index), 'refusals of a store that works again').toBe(0);
          const again = PageEngine.open({ store: memory, storeId: memory.storeId });
          const reopened = await Promise.all(trees.map((id) => again.openTree(id, cipher)));
          expect(ledger.contradictions(await read(reopened)), `the ${index}th, opened again`).toEqual([]);
          await again.close();
          ledger.settle(await read(opened));
        }
        expect(store.failed).toBeGreaterThanOrEqual(Math.min(indexMax, 5));
        const { faults } = await engine.verify({ trees: trees.map((id) => ({ id, cipher })) });
        expect(faults).toEqual([]);
      });
    });
  }
}
