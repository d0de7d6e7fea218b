import { beforeEach, describe, expect, test } from 'vitest';
import { Refusal } from '../../src/base/errors.ts';
import { PageEngine } from '../../src/pages/pages.ts';
import { createMemoryStore } from '../../src/store/memory.ts';
import type { Item } from '../../src/tables/attribute.ts';
import type { KeySchema } from '../../src/tables/key-schema.ts';
import { PageTable } from '../../src/tables/page-table.ts';
import type { NextItem, WriteDecision } from '../../src/tables/table.ts';
import { checkTransactionBytes, transactionBytesMax, writeAll } from '../../src/tables/transaction-writes.ts';
import { encodeKey } from '../../src/tables/tree-key.ts';
import { nullCipher } from '../support/null-cipher.ts';
import { item, N, S } from './support.ts';

const keySchema: KeySchema = { hash: { name: 'id', type: 'S' } };
const key = (id: string) => encodeKey(keySchema, item({ id: S(id) }));
const book = (id: string, pages = 1): Item => item({ id: S(id), pages: N(pages) });

class RefusingTable extends PageTable {
  override checkPut(_: NextItem, { isUpdate = false } = {}): void {
    throw new Refusal('Validation', { message: `no index takes it, update: ${isUpdate}` });
  }
}

class FullTable extends PageTable {
  override writeIn(): never {
    throw new Refusal('CollectionTooLarge', {});
  }
}

let engine: PageEngine;
const newTree = (tree: number) => engine.createTree(tree, nullCipher());
let tables: readonly PageTable[];
beforeEach(async () => {
  const store = createMemoryStore();
  engine = PageEngine.open({ store, storeId: store.storeId });
  tables = await Promise.all(
    [2, 3].map(async (tree) => {
      const opened = await engine.createTree(tree, nullCipher());
      return new PageTable({ name: `T${tree}`, arn: `arn${tree}`, keySchema, engine, tree: opened });
    }),
  );
});

function write(index: number, id: string, decision: () => WriteDecision<string>) {
  const table = tables[index];
  if (table === undefined) throw new TypeError('there are two tables');
  return { table, key: key(id), decide: decision };
}
const put = (index: number, next: Item, id: string) =>
  write(index, id, () => ({ next, result: `put ${id}` }));
const all = async () =>
  Promise.all(tables.map(async (table) => (await table.get(key('a')))?.item.get('pages')));

describe('the writes of a transaction', () => {
  test('are made together, and give back their results in order', async () => {
    const writes = [
      put(0, book('a', 1), 'a'),
      write(0, 'b', () => ({ unchanged: true, result: 'none' })),
      put(1, book('a', 2), 'a'),
    ];
    expect(await engine.transact((tx) => writeAll(tx, writes))).toEqual(['put a', 'none', 'put a']);
    expect(await all()).toEqual([N(1), N(2)]);
  });

  test('change nothing where one is refused, and make no other work of their group run again', async () => {
    let runs = 0;
    const refused = write(1, 'a', () => {
      throw new Refusal('ConditionalCheckFailed', {});
    });
    const neighbour = engine.transact(() => {
      runs++;
    });
    const failing = engine.transact((tx) => writeAll(tx, [put(0, book('a'), 'a'), refused]));
    await expect(failing).rejects.toThrow('[None, ConditionalCheckFailed]');
    await neighbour;
    expect(runs).toBe(1);
    expect(await all()).toEqual([undefined, undefined]);
  });

  test('are refused by what follows them before any is made', async () => {
    const table = new RefusingTable({ name: 'T4', arn: 'arn4', keySchema, engine, tree: await newTree(4) });
    const decide = () => ({ next: book('b'), isUpdate: true as const, result: '' });
    const update = { table, key: key('b'), decide };
    const failing = engine.transact((tx) => writeAll(tx, [put(1, book('a'), 'a'), update]));
    await expect(failing).rejects.toMatchObject({
      details: {
        reasons: [{ Code: 'None' }, { Code: 'ValidationError', Message: 'no index takes it, update: true' }],
      },
    });
    expect(await all()).toEqual([undefined, undefined]);
  });

  test('are taken back where the collection of an item is full, which shows only as it is written', async () => {
    const table = new FullTable({ name: 'T4', arn: 'arn4', keySchema, engine, tree: await newTree(4) });
    const full = { table, key: key('b'), decide: () => ({ next: book('b'), result: '' }) };
    const failing = engine.transact((tx) => writeAll(tx, [put(0, book('a'), 'a'), full]));
    const reason = { Code: 'ItemCollectionSizeLimitExceeded', Message: 'Collection size exceeded.' };
    await expect(failing).rejects.toMatchObject({ details: { reasons: [{ Code: 'None' }, reason] } });
    expect(await all()).toEqual([undefined, undefined]);
  });

  test('end in a fault that is no matter of one of them as it is', async () => {
    const failing = write(1, 'a', () => {
      throw new TypeError('a bug');
    });
    await expect(engine.transact((tx) => writeAll(tx, [put(0, book('a'), 'a'), failing]))).rejects.toThrow(
      'a bug',
    );
    expect(await all()).toEqual([undefined, undefined]);
  });
});

test('a transaction has 4 MB of items', () => {
  checkTransactionBytes(transactionBytesMax);
  expect(() => checkTransactionBytes(transactionBytesMax + 1)).toThrow(Refusal);
});
