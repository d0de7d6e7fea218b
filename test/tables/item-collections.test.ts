import { describe, expect, test } from 'vitest';
import type { Item } from '../../src/tables/attribute.ts';
import { itemBytes } from '../../src/tables/item-size.ts';
import type { KeySchema } from '../../src/tables/key-schema.ts';
import type { OpenTable } from '../../src/tables/table.ts';
import { encodeKey } from '../../src/tables/tree-key.ts';
import { openT } from '../support/book-tables.ts';
import { user } from '../support/embedded-kms.ts';
import { definitionOf, openTables } from '../support/open-tables.ts';
import { refusalOf } from '../support/refusal.ts';
import { item, N, S } from './support.ts';

const keySchema: KeySchema = { hash: { name: 'id', type: 'S' }, range: { name: 'at', type: 'N' } };
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
      { AttributeName: 'place', AttributeType: 'S' },
    ],
    indexes: [
      {
        kind: 'local',
        name: 'by-place',
        keySchema: [
          { AttributeName: 'id', KeyType: 'HASH' },
          { AttributeName: 'place', KeyType: 'RANGE' },
        ],
        projection: { ProjectionType: 'KEYS_ONLY' },
      },
    ],
  },
);

const visit = (id: string, at: number, text: number, place?: string) =>
  item({ id: S(id), at: N(at), text: S('x'.repeat(text)), ...(place !== undefined && { place: S(place) }) });
const write = (table: OpenTable, key: Item, next: Item | undefined) =>
  table.write(encodeKey(keySchema, key), () => ({ next, result: undefined }));
const sizeOf = (table: OpenTable, id: string) => table.collectionBytes(encodeKey(keySchema, visit(id, 0, 0)));
/** What an entry takes of one of these items. */
const entryBytes = (of: Item) => itemBytes(new Map([...of].filter(([name]) => name !== 'text')));

describe('a collection', () => {
  test('has the size of its items and of their entries in local indexes, over restarts', async () => {
    const opened = await openTables();
    await opened.tables.create(user, definition);
    const table = await openT(opened.tables);
    const [plain, placed] = [visit('a', 1, 100), visit('a', 2, 50, 'Oslo')];
    await write(table, plain, plain);
    expect(await sizeOf(table, 'a')).toBe(itemBytes(plain));
    await write(table, placed, placed);
    const whole = itemBytes(plain) + itemBytes(placed) + entryBytes(placed);
    expect(await sizeOf(table, 'a')).toBe(whole);
    expect(await sizeOf(table, 'b')).toBe(0);
    const again = await openT((await opened.restart({ crash: true })).tables);
    expect(await sizeOf(again, 'a')).toBe(whole);
    const smaller = visit('a', 2, 1);
    await write(again, placed, smaller);
    expect(await sizeOf(again, 'a')).toBe(itemBytes(plain) + itemBytes(smaller));
    await write(again, plain, undefined);
    await write(again, smaller, undefined);
    expect(await sizeOf(again, 'a')).toBe(0);
  });

  test('ends at its limit: what would grow it is refused and changes nothing, what makes it smaller is not', async () => {
    const full = visit('a', 1, 400, 'Oslo');
    const collectionBytesMax = itemBytes(full) + entryBytes(full);
    const { tables } = await openTables({ collectionBytesMax });
    await tables.create(user, definition);
    const table = await openT(tables);
    await write(table, full, full);
    const text = 'CollectionTooLarge: Collection size exceeded.';
    const more = visit('a', 2, 1);
    expect(await refusalOf(() => write(table, more, more))).toBe(text);
    expect(await table.get(encodeKey(keySchema, more))).toBeUndefined();
    expect(await refusalOf(() => write(table, full, visit('a', 1, 401, 'Oslo')))).toBe(text);
    expect((await table.get(encodeKey(keySchema, full)))?.item).toEqual(full);
    const other = visit('b', 1, 400, 'Oslo');
    await write(table, other, other);
    await write(table, full, visit('a', 1, 10, 'Oslo'));
    await write(table, more, more);
    expect(await sizeOf(table, 'a')).toBeLessThan(collectionBytesMax);
  });

  test('takes what it has become in another region, whatever its size', async () => {
    const { tables } = await openTables({ collectionBytesMax: 100 });
    await tables.create(user, definition);
    const table = await openT(tables);
    const next = visit('a', 1, 400, 'Oslo');
    const replicated = { stamp: undefined, from: 'eu-west-1' };
    await table.write(encodeKey(keySchema, next), () => ({ next, replicated, result: undefined }));
    expect(await sizeOf(table, 'a')).toBe(itemBytes(next) + entryBytes(next));
    expect(await refusalOf(() => write(table, next, visit('a', 1, 401, 'Oslo')))).toContain(
      'CollectionTooLarge',
    );
  });
});

test('a table without local indexes has no collections', async () => {
  const { tables } = await openTables();
  await tables.create(user, definitionOf('T'));
  const table = await openT(tables);
  expect(
    await table.collectionBytes(encodeKey({ hash: keySchema.hash }, item({ id: S('a') }))),
  ).toBeUndefined();
});
