import { describe, expect, test } from 'vitest';
import { PageEngine } from '../../src/pages/pages.ts';
import { createMemoryStore } from '../../src/store/memory.ts';
import type { Item } from '../../src/tables/attribute.ts';
import type { IndexDefinition } from '../../src/tables/index-definition.ts';
import { indexLayout } from '../../src/tables/index-layout.ts';
import { itemBytes } from '../../src/tables/item-size.ts';
import type { KeySchema } from '../../src/tables/key-schema.ts';
import { PageIndex } from '../../src/tables/page-index.ts';
import { PageTable } from '../../src/tables/page-table.ts';
import type { StoredItem } from '../../src/tables/table.ts';
import { encodeKey } from '../../src/tables/tree-key.ts';
import { nullCipher } from '../support/null-cipher.ts';
import { answeringLater } from '../support/wrapped-stores.ts';
import { item, N, refusal, S } from './support.ts';

const keySchema: KeySchema = { hash: { name: 'id', type: 'S' } };
const definition = (projection: IndexDefinition['projection']): IndexDefinition => ({
  kind: 'global',
  name: 'by-a',
  keySchema: [{ AttributeName: 'a', KeyType: 'HASH' }],
  projection,
});
const defined = [
  { AttributeName: 'id', AttributeType: 'S' },
  { AttributeName: 'a', AttributeType: 'S' },
] as const;
const keysOnly = { ProjectionType: 'KEYS_ONLY' } as const;
const all = { ProjectionType: 'ALL' } as const;

async function opened(projection: IndexDefinition['projection'], later = false) {
  const memory = createMemoryStore();
  const store = later ? answeringLater(memory) : memory;
  const engine = PageEngine.open({ store, storeId: memory.storeId, cacheBytes: 0 });
  const layout = indexLayout(definition(projection), defined, keySchema);
  const indexTree = await engine.createTree(3, nullCipher());
  const index = new PageIndex({ layout, tree: indexTree, status: () => 'ACTIVE', tableSchema: keySchema });
  const tree = await engine.createTree(2, nullCipher());
  const table = new PageTable({ name: 'T', arn: 'arn', keySchema, engine, tree, indexes: [index] });
  const write = (next: Item | undefined, id = 'x') =>
    table.write(encodeKey(keySchema, item({ id: S(id) })), () => ({ next, result: undefined }));
  return { index, indexTree, table, write };
}

async function entries(index: PageIndex): Promise<Item[]> {
  const found: Item[] = [];
  const cursor = index.items({});
  for (let next = await cursor.next(); next !== undefined; next = await cursor.next()) {
    expect(next.itemBytes).toBe(itemBytes(next.item));
    found.push(next.item);
  }
  return found;
}

const one = item({ id: S('x'), a: S('a'), b: N(1) });
const changed = item({ id: S('x'), a: S('a'), b: N(2) });
const moved = item({ id: S('x'), a: S('z'), b: N(1) });
const without = item({ id: S('x'), b: N(1) });
const large = item({ id: S('x'), a: S('a'), b: S('b'.repeat(5000)) });

for (const later of [false, true]) {
  for (const projection of [all, keysOnly]) {
    test(`an index with ${projection.ProjectionType} is what its table makes of it, tables ${later ? 'later' : 'at once'}`, async () => {
      const { index, write } = await opened(projection, later);
      const shown = (items: readonly Item[]) =>
        projection === all ? items : items.map((each) => new Map([...each].filter(([name]) => name !== 'b')));
      const steps: [Item | undefined, Item[]][] = [
        [one, [one]],
        [changed, [changed]],
        [moved, [moved]],
        [without, []],
        [large, [large]],
        [large, [large]],
        [undefined, []],
        [without, []],
        [undefined, []],
      ];
      for (const [next, expected] of steps) {
        await write(next);
        expect(await entries(index)).toEqual(shown(expected));
        expect(index.counts.itemCount).toBe(expected.length);
      }
    });
  }
}

test('two items with the same index key have two entries', async () => {
  const { index, write } = await opened(keysOnly);
  for (const id of ['x', 'y', 'w']) await write(item({ id: S(id), a: S('a') }), id);
  await write(undefined, 'y');
  expect((await entries(index)).map((each) => each.get('id'))).toEqual(
    expect.arrayContaining([S('x'), S('w')]),
  );
  expect(index.counts.itemCount).toBe(2);
});

describe('writes cost an index', () => {
  const stored = (given: Item): StoredItem => ({ item: given, itemBytes: itemBytes(given) });
  const cases: [string, Item | undefined, Item | undefined, { all: number; keysOnly: number }][] = [
    ['nothing where there is none before or after', without, undefined, { all: 0, keysOnly: 0 }],
    ['one for a new entry', undefined, one, { all: 1, keysOnly: 1 }],
    ['one for an entry that comes with a key', without, one, { all: 1, keysOnly: 1 }],
    ['one for an entry that goes', one, without, { all: 1, keysOnly: 1 }],
    ['nothing where it stays as it is', one, one, { all: 0, keysOnly: 0 }],
    ['one for a projected attribute alone', one, changed, { all: 1, keysOnly: 0 }],
    ['two where it moves', one, moved, { all: 2, keysOnly: 2 }],
    ['by the size of what is projected', undefined, large, { all: 5, keysOnly: 1 }],
    ['by the larger of two', large, one, { all: 5, keysOnly: 0 }],
  ];
  for (const [title, old, next, units] of cases) {
    test(title, async () => {
      const of = async (projection: IndexDefinition['projection']) =>
        (await opened(projection)).index.writeUnits(old && stored(old), next && { item: next });
      expect({ all: await of(all), keysOnly: await of(keysOnly) }).toEqual(units);
    });
  }
});

test('a table tells the units of its own and of each index that was used', async () => {
  const { table } = await opened(all);
  expect(table.consumption(undefined, { item: one })).toEqual({ table: 1, global: new Map([['by-a', 1]]) });
  expect(table.consumption(undefined, { item: without })).toEqual({ table: 1 });
});

test('an item that the index cannot take is refused, and neither is changed', async () => {
  const { index, table, write } = await opened(all);
  await write(one);
  const wrong = item({ id: S('x'), a: N(1) });
  const text =
    'One or more parameter values were invalid: Type mismatch for Index Key a Expected: S Actual: N IndexName: by-a';
  await expect(write(wrong)).rejects.toThrow(text);
  expect(refusal(() => table.checkPut({ item: wrong }))).toBe(text);
  expect(await entries(index)).toEqual([one]);
  expect((await table.get(encodeKey(keySchema, one)))?.item).toEqual(one);
});

test('of a global and a local index that cannot take an item the global one is named', async () => {
  const { index, indexTree: tree, table } = await opened(all);
  const local: IndexDefinition = {
    kind: 'local',
    name: 'by-a-here',
    keySchema: [
      { AttributeName: 'id', KeyType: 'HASH' },
      { AttributeName: 'a', KeyType: 'RANGE' },
    ],
    projection: all,
  };
  const layout = indexLayout(local, defined, keySchema);
  table.setIndexes([new PageIndex({ layout, tree, status: () => 'ACTIVE', tableSchema: keySchema }), index]);
  expect(refusal(() => table.checkPut({ item: item({ id: S('x'), a: N(1) }) }))).toBe(
    'One or more parameter values were invalid: Type mismatch for Index Key a Expected: S Actual: N IndexName: by-a',
  );
  expect(table.indexKeys.map((key) => `${key.index}: ${key.name}`)).toEqual([
    'by-a: a',
    'by-a-here: id',
    'by-a-here: a',
  ]);
});

test('an index is found by its name, unless it is being filled', async () => {
  const { index, table } = await opened(all);
  expect(table.index('by-a')).toBe(index);
  expect(refusal(() => table.index('by-b'))).toBe('The table does not have the specified index: by-b');
});
