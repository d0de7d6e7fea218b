import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { equalBytes } from '../../src/base/bytes.ts';
import { inlineValueBytesMax, keyBytesMax, plainPageBytes, valueBytesMax } from '../../src/pages/layout.ts';
import { PageEngine } from '../../src/pages/pages.ts';
import type { Tree } from '../../src/pages/tree.ts';
import {
  all,
  answeringLater,
  diskFull,
  framesMin,
  type HeldStore,
  heldStore,
  hex,
  newCipher,
} from '../pages/support.ts';
import type { CoreCipher } from '../support/core-cipher.ts';

/** The tree as it should be: values by the hexadecimal of their keys. */
type Model = Map<string, Uint8Array>;

/** An engine over a store of which the next commit may be made to fail, with one tree. */
interface Real {
  readonly store: HeldStore;
  readonly cipher: CoreCipher;
  readonly later: boolean;
  engine: PageEngine;
  tree: Tree;
}

async function newReal(later: boolean): Promise<Real> {
  const store = heldStore();
  const cipher = newCipher();
  const engine = openEngine(store, later);
  return { store, cipher, later, engine, tree: await engine.createTree(1, cipher) };
}

function openEngine(store: HeldStore, later: boolean): PageEngine {
  const { storeId } = store;
  return PageEngine.open({
    store: later ? answeringLater(store) : store,
    storeId,
    cacheBytes: framesMin * 8192,
  });
}

const keys = fc.oneof(
  { weight: 6, arbitrary: fc.uint8Array({ minLength: 1, maxLength: 2 }) },
  // Long and alike in front, so that separators are long too.
  {
    weight: 3,
    arbitrary: fc
      .tuple(fc.nat(40), fc.constantFrom(900, 2700, keyBytesMax))
      .map(([n, size]) => new Uint8Array(size).fill(n, size - 2)),
  },
  { weight: 1, arbitrary: fc.constant(new Uint8Array()) },
);

const sizes = fc.oneof(
  { weight: 4, arbitrary: fc.nat(80) },
  { weight: 4, arbitrary: fc.integer({ min: inlineValueBytesMax - 30, max: inlineValueBytesMax + 2 }) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      plainPageBytes - 1,
      plainPageBytes,
      plainPageBytes + 1,
      3 * plainPageBytes,
      20_000,
    ),
  },
  { weight: 1, arbitrary: fc.constantFrom(400 * 1024, valueBytesMax) },
);

const values = fc.tuple(sizes, fc.nat(255)).map(([size, fill]) => new Uint8Array(size).fill(fill));

type Change = { readonly key: Uint8Array; readonly value: Uint8Array | undefined };

const changes: fc.Arbitrary<Change> = fc.record({
  key: keys,
  value: fc.oneof({ weight: 3, arbitrary: values }, { weight: 2, arbitrary: fc.constant(undefined) }),
});

type Step = fc.AsyncCommand<Model, Real>;

function apply(model: Model, { key, value }: Change): void {
  if (value === undefined) model.delete(hex(key));
  else model.set(hex(key), value);
}

function work({ engine, tree }: Real, list: readonly Change[]): Promise<boolean[]> {
  return engine.transact(async (tx) => {
    const found: boolean[] = [];
    for (const { key, value } of list) {
      found.push((await tx.get(tree, key)) !== undefined);
      if (value === undefined) expect(await tx.delete(tree, key)).toBe(found.at(-1));
      else await tx.put(tree, key, value);
    }
    return found;
  });
}

async function expectSame({ tree }: Real, model: Model): Promise<void> {
  const expected = [...model.keys()].sort();
  const entries = await all(tree.cursor());
  expect(entries.map(({ key }) => hex(key))).toEqual(expected);
  for (const { key, value } of entries) {
    expect(equalBytes(value, model.get(hex(key)) ?? Uint8Array.of(1, 2, 3))).toBe(true);
  }
  const bytes = [...model].reduce((sum, [key, value]) => sum + key.length / 2 + value.length, 0);
  expect(tree.stats()).toMatchObject({ entries: model.size, bytes });
}

function step(name: string, run: (model: Model, real: Real) => Promise<void>): Step {
  return { check: () => true, run, toString: () => name };
}

const writes = fc.array(changes, { minLength: 1, maxLength: 12 }).map((list) =>
  step(`write ${list.length}`, async (model, real) => {
    const expected = list.map((change) => {
      const had = model.has(hex(change.key));
      apply(model, change);
      return had;
    });
    expect(await work(real, list)).toEqual(expected);
  }),
);

const crowds = fc
  .array(fc.tuple(fc.array(changes, { maxLength: 4 }), fc.boolean()), { maxLength: 6 })
  .map((works) =>
    step(`${works.length} works at once`, async (model, real) => {
      const ends = works.map(([list, throws]) => {
        if (!throws) {
          for (const change of list) apply(model, change);
          return work(real, list);
        }
        return real.engine.transact(async (tx) => {
          for (const { key, value } of list) {
            if (value === undefined) await tx.delete(real.tree, key);
            else await tx.put(real.tree, key, value);
          }
          throw diskFull;
        });
      });
      const settled = await Promise.allSettled(ends);
      expect(settled.map(({ status }) => status === 'rejected')).toEqual(works.map(([, throws]) => throws));
    }),
  );

const failures = fc
  .tuple(fc.array(changes, { minLength: 1, maxLength: 6 }), fc.boolean())
  .map(([list, reached]) =>
    step(`a commit that fails ${reached ? 'after' : 'before'} the store has it`, async (model, real) => {
      const puts = list.filter(({ value }) => value !== undefined);
      if (puts.length === 0) return;
      real.store.hold = true;
      const end = work(real, puts).then(
        () => 'done',
        (fault) => fault,
      );
      while (real.store.waiting.length === 0) await new Promise((resolve) => setImmediate(resolve));
      real.store.hold = false;
      await real.store.waiting.shift()?.fail(diskFull, reached);
      expect(await end).toBe(diskFull);
      if (reached) for (const change of puts) apply(model, change);
    }),
  );

const reads = fc.tuple(keys, keys, fc.boolean()).map(([from, to, backwards]) =>
  step('read a range', async (model, { tree }) => {
    const inRange = [...model.keys()].filter((key) => key >= hex(from) && key < hex(to)).sort();
    if (backwards) inRange.reverse();
    const entries = await all(tree.cursor({ from, to, backwards }));
    expect(entries.map(({ key }) => hex(key))).toEqual(inRange);
    const found = await tree.get(from);
    expect(found === undefined ? undefined : hex(found)).toBe(
      model.has(hex(from)) ? hex(model.get(hex(from)) ?? new Uint8Array()) : undefined,
    );
  }),
);

const evictions = fc.constant(step('evict', async (_, { engine }) => engine.evictTree(1)));

const restarts = fc.constant(
  step('restart', async (model, real) => {
    await real.engine.close();
    real.engine = openEngine(real.store, real.later);
    real.tree = await real.engine.openTree(1, real.cipher);
    await expectSame(real, model);
  }),
);

const inspections = fc.constant(
  step('verify', async (_, { engine, tree, cipher }) => {
    // After a failed commit the next reader finds out what the store holds.
    await tree.get(new Uint8Array());
    const { pages, faults } = await engine.verify({ trees: [{ id: 1, cipher }] });
    expect({ pages, faults }).toEqual({ pages: tree.stats().pages, faults: [] });
  }),
);

describe('a tree is a sorted map that never forgets what it has told', () => {
  for (const later of [false, true]) {
    test(`over a store that answers ${later ? 'later' : 'at once'}, whatever happens to it`, async () => {
      const steps = [writes, writes, crowds, failures, reads, evictions, restarts, inspections];
      await fc.assert(
        fc.asyncProperty(fc.commands(steps, { maxCommands: 60, size: 'max' }), async (commands) => {
          const model: Model = new Map();
          const real = await newReal(later);
          await fc.asyncModelRun(() => ({ model, real }), commands);
          await expectSame(real, model);
          await real.engine.close();
        }),
        { numRuns: 40 },
      );
    });
  }
});
