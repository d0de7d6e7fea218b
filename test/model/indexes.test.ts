import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { AttributeValue, Item } from '../../src/tables/attribute.ts';
import type { IndexDefinition } from '../../src/tables/index-definition.ts';
import type { KeySchema } from '../../src/tables/key-schema.ts';
import type { ItemCursor } from '../../src/tables/table.ts';
import type { Tables } from '../../src/tables/tables.ts';
import { encodeKey } from '../../src/tables/tree-key.ts';
import { openT } from '../support/book-tables.ts';
import { user } from '../support/embedded-kms.ts';
import { definitionOf, openTables } from '../support/open-tables.ts';
import { refusalOf } from '../support/refusal.ts';
import { item, N, S } from '../tables/support.ts';

/** Indexes under random writes, restarts and back-fills, against what the items of the table say they should hold. */
const keySchema: KeySchema = { hash: { name: 'id', type: 'S' }, range: { name: 'at', type: 'N' } };
const local: IndexDefinition = {
  kind: 'local',
  name: 'local',
  keySchema: [
    { AttributeName: 'id', KeyType: 'HASH' },
    { AttributeName: 'b', KeyType: 'RANGE' },
  ],
  projection: { ProjectionType: 'KEYS_ONLY' },
};
const global: IndexDefinition = {
  kind: 'global',
  name: 'global',
  keySchema: [
    { AttributeName: 'a', KeyType: 'HASH' },
    { AttributeName: 'b', KeyType: 'RANGE' },
  ],
  projection: { ProjectionType: 'ALL' },
};
const definition = definitionOf(
  'T',
  { kind: 'owned' },
  {
    keySchema: [
      { AttributeName: 'id', KeyType: 'HASH' },
      { AttributeName: 'at', KeyType: 'RANGE' },
    ],
    attributeDefinitions: [
      { AttributeName: 'id', AttributeType: 'S' },
      { AttributeName: 'at', AttributeType: 'N' },
      { AttributeName: 'b', AttributeType: 'N' },
    ],
    indexes: [local],
  },
);
const attributeDefinitions = [
  { AttributeName: 'a', AttributeType: 'S' },
  { AttributeName: 'b', AttributeType: 'N' },
] as const;

/** Beside numbers, values that a global index of later skips. */
const anyA = fc.option(fc.constantFrom<AttributeValue>(S('x'), S('y'), S('\u0000'), S(''), N(1)), {
  nil: undefined,
});
const anyB = fc.option(fc.constantFrom(-1, 0, 2.5, 30), { nil: undefined });
const place = { id: fc.constantFrom('p', 'q'), at: fc.integer({ min: 0, max: 5 }) };
const step = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({ kind: fc.constant('put'), ...place, a: anyA, b: anyB, c: fc.nat(3) }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('remove'), ...place }) },
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constantFrom('make', 'drop', 'restart', 'crash', 'settle') }),
  },
);

async function all(cursor: ItemCursor): Promise<Item[]> {
  const found: Item[] = [];
  for (let next = await cursor.next(); next !== undefined; next = await cursor.next()) found.push(next.item);
  return found;
}

const textOf = (items: readonly Item[]) =>
  items.map((each) => JSON.stringify([...each].toSorted())).toSorted();
const hasLocal = (each: Item) => each.has('b');
const hasGlobal = (each: Item) => {
  const a = each.get('a');
  return each.has('b') && a !== undefined && 'S' in a && a.S !== '';
};
const keysOf = (each: Item) => new Map([...each].filter(([name]) => ['id', 'at', 'b'].includes(name)));

async function compare(tables: Tables): Promise<void> {
  await tables.indexesSettled();
  const table = await openT(tables);
  const items = await all(table.items({}));
  expect(textOf(await all(table.index('local').items({})))).toEqual(
    textOf(items.filter(hasLocal).map(keysOf)),
  );
  const { indexes = [] } = await tables.describe(user, 'T');
  if (indexes.length === 1) return;
  expect(indexes[1]?.status).toBe('ACTIVE');
  expect(textOf(await all(table.index('global').items({})))).toEqual(textOf(items.filter(hasGlobal)));
  // What crashed may have written on after this engine opened the index: counts follow what is read.
  const described = (await tables.describe(user, 'T')).indexes?.[1];
  expect(described?.itemCount).toBe(items.filter(hasGlobal).length);
}

test('indexes hold what their table says, whatever is written, made, removed and restarted meanwhile', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 40 }), async (steps) => {
      let opened = await openTables();
      await opened.tables.create(user, definition);
      for (const each of steps) {
        const { tables } = opened;
        if ('at' in each) {
          const table = await openT(tables);
          const key = item({ id: S(each.id), at: N(each.at) });
          const next =
            'c' in each
              ? item({
                  ...Object.fromEntries(key),
                  ...(each.a !== undefined && { a: each.a }),
                  ...(each.b !== undefined && { b: N(each.b) }),
                  c: N(each.c),
                })
              : undefined;
          // A value that the global index does not take is refused while there is one.
          await refusalOf(() => table.write(encodeKey(keySchema, key), () => ({ next, result: undefined })));
        } else if (each.kind === 'make') {
          await refusalOf(() => tables.createIndex(user, 'T', { definition: global, attributeDefinitions }));
        } else if (each.kind === 'drop') await refusalOf(() => tables.deleteIndex(user, 'T', 'global'));
        else if (each.kind === 'settle') await compare(tables);
        else opened = await opened.restart({ crash: each.kind === 'crash' });
      }
      await compare(opened.tables);
      await opened.close();
    }),
    { numRuns: 60 },
  );
});
