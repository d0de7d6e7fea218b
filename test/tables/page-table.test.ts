import { describe, expect, test } from 'vitest';
import { IntegrityFault, Refusal } from '../../src/base/errors.ts';
import { PageEngine } from '../../src/pages/pages.ts';
import { createMemoryStore } from '../../src/store/memory.ts';
import type { PageStore } from '../../src/store/page-store.ts';
import type { Item } from '../../src/tables/attribute.ts';
import { encodeItem } from '../../src/tables/item.ts';
import { itemBytes } from '../../src/tables/item-size.ts';
import type { KeySchema } from '../../src/tables/key-schema.ts';
import { PageTable } from '../../src/tables/page-table.ts';
import type { ItemCursor, WriteDecision } from '../../src/tables/table.ts';
import { encodeKey } from '../../src/tables/tree-key.ts';
import { nullCipher } from '../support/null-cipher.ts';
import { item, N, S } from './support.ts';

const keySchema: KeySchema = { hash: { name: 'id', type: 'S' } };
const key = (id: string) => encodeKey(keySchema, item({ id: S(id) }));
const book = (id: string, pages = 1): Item => item({ id: S(id), pages: N(pages) });
const put = (next: Item) => (): WriteDecision<undefined> => ({ next, result: undefined });

async function openTable(wrap: (store: PageStore) => PageStore = (store) => store) {
  const memory = createMemoryStore();
  const commits: number[] = [];
  const counting: PageStore = {
    ...memory,
    commit: (change) => {
      commits.push(change.puts.length);
      return memory.commit(change);
    },
  };
  // A cache of nothing: every read goes to the store, which may answer at once or later.
  const engine = PageEngine.open({ store: wrap(counting), storeId: memory.storeId, cacheBytes: 0 });
  const tree = await engine.createTree(2, nullCipher());
  const table = new PageTable({ name: 'T', arn: 'arn', keySchema, engine, tree });
  commits.length = 0;
  return { table, engine, tree, commits };
}

const answeringLater = (store: PageStore): PageStore => ({
  ...store,
  readHeads: async (trees) => store.readHeads(trees),
  readPages: async (tree, ids) => store.readPages(tree, ids),
});

async function all(cursor: ItemCursor): Promise<Item[]> {
  const items: Item[] = [];
  for (let found = await cursor.next(); found !== undefined; found = await cursor.next())
    items.push(found.item);
  return items;
}

for (const [kind, wrap] of [
  ['at once', (store: PageStore) => store],
  ['later', answeringLater],
] as const) {
  describe(`over a store that answers ${kind}`, () => {
    test('an item that was put is there, with its size, and gone once it was deleted', async () => {
      const { table } = await openTable(wrap);
      expect(await table.get(key('a'))).toBeUndefined();
      await table.write(key('a'), put(book('a')));
      const found = await table.get(key('a'));
      expect(found?.item).toEqual(book('a'));
      expect(found?.itemBytes).toBe(itemBytes(book('a')));
      await table.write(key('a'), () => ({ next: undefined, result: undefined }));
      expect(await table.get(key('a'))).toBeUndefined();
    });

    test('a write decides on what is there when it is its turn', async () => {
      const { table } = await openTable(wrap);
      const seen: (Item | undefined)[] = [];
      const raise = () =>
        table.write(key('a'), (old) => {
          seen.push(old?.item);
          const pages = seen.length;
          return { next: book('a', pages), result: pages };
        });
      expect(await Promise.all([raise(), raise(), raise()])).toEqual([1, 2, 3]);
      expect(seen).toEqual([undefined, book('a', 1), book('a', 2)]);
      expect((await table.get(key('a')))?.item).toEqual(book('a', 3));
    });

    test('items are walked in the order of their keys, either way, and within a range', async () => {
      const { table } = await openTable(wrap);
      const ids = Array.from({ length: 500 }, (_, index) => `book-${index}`);
      await Promise.all(ids.map((id) => table.write(key(id), put(book(id)))));
      const hexKey = (id: string) => Buffer.from(key(id)).toString('hex');
      const sorted = ids.toSorted((a, b) => (hexKey(a) < hexKey(b) ? -1 : 1)).map((id) => book(id));
      expect(await all(table.items({}))).toEqual(sorted);
      expect(await all(table.items({}, { backwards: true }))).toEqual(sorted.toReversed());
      const [from, to] = [sorted[100], sorted[300]].map((each) => encodeKey(keySchema, each ?? new Map()));
      expect(await all(table.items({ ...(from && { from }), ...(to && { to }) }))).toEqual(
        sorted.slice(100, 300),
      );
    });
  });
}

test('a decision without a change writes nothing, and answers', async () => {
  const { table, commits } = await openTable();
  await table.write(key('a'), put(book('a')));
  commits.length = 0;
  expect(await table.write(key('a'), (old) => ({ unchanged: true, result: old?.itemBytes }))).toBe(
    itemBytes(book('a')),
  );
  expect(await table.write(key('b'), () => ({ next: undefined, result: 'nothing to delete' }))).toBe(
    'nothing to delete',
  );
  expect(commits).toEqual([]);
});

test('what saw a change that is not durable yet answers after it', async () => {
  const { table } = await openTable();
  const order: string[] = [];
  const writing = table.write(key('a'), put(book('a'))).then(() => order.push('written'));
  const looking = table
    .write(key('a'), (old) => ({ unchanged: true, result: old?.item }))
    .then((seen) => order.push(seen === undefined ? 'nothing seen' : 'seen'));
  await Promise.all([writing, looking]);
  expect(order).toEqual(['written', 'seen']);
});

test('what a decision throws rejects that write alone', async () => {
  const { table } = await openTable();
  const fault = new Refusal('ConditionalCheckFailed', {});
  const writes = await Promise.allSettled([
    table.write(key('a'), put(book('a'))),
    table.write(key('a'), () => {
      throw fault;
    }),
    table.write(key('b'), put(book('b'))),
  ]);
  expect(writes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(writes[1]).toEqual({ status: 'rejected', reason: fault });
  expect(await all(table.items({}))).toHaveLength(2);
});

test('a value that is no item is tampering', async () => {
  const { table, engine, tree } = await openTable();
  const bytes = encodeItem(book('a'));
  bytes[0] = 9;
  await engine.transact((tx) => tx.put(tree, key('a'), bytes));
  expect(() => table.get(key('a'))).toThrow(IntegrityFault);
  await expect(table.write(key('a'), put(book('a')))).rejects.toThrow(IntegrityFault);
});

test('a table counts its items', async () => {
  const { table } = await openTable();
  expect(table.counts).toEqual({ itemCount: 0, tableBytes: 0 });
  await table.write(key('a'), put(book('a')));
  await table.write(key('b'), put(book('b')));
  await table.write(key('b'), put(book('b', 1_000_000)));
  const stored = [book('a'), book('b', 1_000_000)].map(
    (each) => encodeItem(each).length + encodeKey(keySchema, each).length,
  );
  expect(table.counts).toEqual({ itemCount: 2, tableBytes: stored.reduce((sum, bytes) => sum + bytes) });
});

test('nothing is read or written once the table is dropped', async () => {
  const { table, engine } = await openTable();
  await table.write(key('a'), put(book('a')));
  await engine.dropTree(2);
  const gone = { code: 'TableNotFound', message: 'Requested resource not found' };
  await expect((async () => table.get(key('a')))()).rejects.toMatchObject(gone);
  await expect(table.write(key('a'), put(book('a')))).rejects.toMatchObject(gone);
  await expect((async () => table.items({}).next())()).rejects.toMatchObject(gone);
});
