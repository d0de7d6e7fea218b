import fc from 'fast-check';
import { expect, test } from 'vitest';
import { changesIn, itemsAt } from '../../../src/tables/past/past-reader.ts';
import { PastModel, type State, told } from './past-model.ts';

const mayGoOn = () => {};

async function stateAt(model: PastModel, atMs: number, windowBytes?: number) {
  const source = { items: model.items, past: model.past, mayGoOn, ...(windowBytes && { windowBytes }) };
  const found: (readonly [string, string])[] = [];
  for await (const { item, itemBytes } of itemsAt(source, atMs)) {
    found.push(told(item));
    expect(itemBytes).toBeGreaterThan(0);
  }
  return found;
}

const inOrder = ({ held }: State) => [...held].toSorted(([a], [b]) => (a < b ? -1 : 1));

/** Ids that meet at the bounds of windows, and bytes that no text has. */
const ids = ['a', 'a\x00', 'b', '\xff', '\xff\x00', 'm', 'n', 'z'];
const changes = fc.array(
  fc.record({
    id: fc.constantFrom(...ids),
    text: fc.option(fc.constantFrom('one', 'two', 'three'), { nil: undefined }),
    ms: fc.integer({ min: 0, max: 2 }),
  }),
  { maxLength: 40 },
);

test('a table is read as it was after any of its changes, with much memory and with little', async () => {
  await fc.assert(
    fc.asyncProperty(changes, fc.constantFrom(undefined, 600, 1), async (all, windowBytes) => {
      const model = await PastModel.open();
      for (const { id, text, ms } of all) await model.put(id, text, ms);
      for (const state of model.states) {
        expect(await stateAt(model, state.atMs, windowBytes)).toEqual(inOrder(state));
      }
    }),
    { numRuns: 60 },
  );
});

test('what changed between two moments leads from the one to the other', async () => {
  await fc.assert(
    fc.asyncProperty(changes, fc.constantFrom(undefined, 600), async (all, windowBytes) => {
      const model = await PastModel.open();
      for (const { id, text, ms } of all) await model.put(id, text, ms);
      const source = { items: model.items, past: model.past, mayGoOn, ...(windowBytes && { windowBytes }) };
      for (const [from, to] of pairsOf(model.states)) {
        const state = new Map(from.held);
        const period = { fromMs: from.atMs + 1, toMs: to.atMs + 1 };
        for await (const { before, after, changedAt } of changesIn(source, period)) {
          const [id, text] = told((after ?? before)?.item ?? new Map());
          expect(before && told(before.item)[1]).toBe(state.get(id));
          expect(changedAt.ms).toBeGreaterThanOrEqual(period.fromMs);
          expect(changedAt.ms).toBeLessThan(period.toMs);
          if (after === undefined) state.delete(id);
          else state.set(id, text);
        }
        expect([...state].toSorted()).toEqual([...to.held].toSorted());
      }
    }),
    { numRuns: 40 },
  );
});

function pairsOf(states: readonly State[]): readonly (readonly [State, State])[] {
  const some = states.filter((_, index) => index % 5 === 0);
  return some.flatMap((from, index) => some.slice(index).map((to) => [from, to] as const));
}

test('an item that came and went in the period is none that changed; one put anew as it was is', async () => {
  const model = await PastModel.open();
  await model.put('stays', 'x');
  const fromMs = model.clock.nowMs();
  await model.put('passes', 'x');
  await model.put('passes', undefined);
  await model.put('stays', 'x');
  const source = { items: model.items, past: model.past, mayGoOn };
  const found = [];
  for await (const change of changesIn(source, { fromMs, toMs: Infinity })) found.push(change);
  expect(found.map(({ before, after }) => [before && told(before.item), after && told(after.item)])).toEqual([
    [
      ['stays', 'x'],
      ['stays', 'x'],
    ],
  ]);
});

test('a table without a past is as it is', async () => {
  const model = await PastModel.open();
  await model.put('a', 'x');
  const source = { items: model.items, past: undefined, mayGoOn };
  const found = [];
  for await (const { item } of itemsAt(source, 0)) found.push(told(item));
  expect(found).toEqual([['a', 'x']]);
  expect(await changesIn(source, { fromMs: 0, toMs: Infinity }).next()).toEqual({
    done: true,
    value: undefined,
  });
});

test('a walk ends where it may not go on', async () => {
  const model = await PastModel.open();
  await model.put('a', 'x');
  const source = {
    items: model.items,
    past: model.past,
    mayGoOn: () => {
      throw new Error('closing');
    },
  };
  await expect(itemsAt(source, 0).next()).rejects.toThrow('closing');
  await expect(itemsAt(source, Infinity).next()).rejects.toThrow('closing');
});
