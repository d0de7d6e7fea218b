import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Database } from '../src/database.ts';
import type { TransactWrite } from '../src/embedded-transaction.ts';
import { open } from '../src/open.ts';
import { refusalOf } from './support/refusal.ts';
import { item, N, S } from './tables/support.ts';

let folder: string;
let database: Database;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cryptable-transaction-'));
  database = await open(join(folder, 'data'), { rootKey: { file: join(folder, 'root.key') } });
  const client = new DynamoDBClient(database.clientConfig());
  for (const TableName of ['orders', 'stock']) {
    await client.send(
      new CreateTableCommand({
        TableName,
        AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
        BillingMode: 'PAY_PER_REQUEST',
      }),
    );
  }
  await database.table('stock').put({ id: S('apple'), left: N(1) });
});

afterEach(async () => {
  await database.close();
  rmSync(folder, { recursive: true, force: true });
});

const id = (text: string) => ({ id: S(text) });

/** An order of one apple, while there is one. */
const order = (text: string): readonly TransactWrite[] => [
  { table: 'orders', put: id(text), condition: 'attribute_not_exists(id)' },
  {
    table: 'stock',
    key: id('apple'),
    update: 'SET #left = #left - :one',
    condition: '#left >= :one',
    names: { '#left': 'left' },
    values: { ':one': N(1) },
  },
];

describe('writes of a transaction', () => {
  test('are made together, or not at all', async () => {
    await database.transactWrite(order('first'));
    expect(await refusalOf(() => database.transactWrite(order('second')))).toBe(
      'TransactionCancelled: Transaction cancelled, please refer cancellation reasons for specific reasons [None, ConditionalCheckFailed]',
    );
    const [first, second, apple] = await database.transactGet([
      { table: 'orders', key: id('first') },
      { table: 'orders', key: id('second') },
      { table: 'stock', key: id('apple'), projection: '#left', names: { '#left': 'left' } },
    ]);
    expect([first, second, apple]).toEqual([item(id('first')), undefined, item({ left: N(0) })]);
  });

  test('delete and check too', async () => {
    const removal: readonly TransactWrite[] = [
      { table: 'stock', delete: id('apple') },
      { table: 'orders', key: id('none'), check: 'attribute_not_exists(id)' },
    ];
    await database.transactWrite(removal);
    expect(await database.table('stock').get(id('apple'))).toBeUndefined();
    await database.table('orders').put(id('none'));
    expect(await refusalOf(() => database.transactWrite(removal))).toMatch(
      /\[None, ConditionalCheckFailed\]$/,
    );
  });

  test('with a token are made once', async () => {
    const add: readonly TransactWrite[] = [
      {
        table: 'stock',
        key: id('apple'),
        update: 'ADD #left :one',
        names: { '#left': 'left' },
        values: { ':one': N(1) },
      },
    ];
    for (let times = 0; times < 3; times++) await database.transactWrite(add, { token: 'one' });
    expect(await database.table('stock').get(id('apple'))).toEqual(item({ ...id('apple'), left: N(2) }));
    expect(await refusalOf(() => database.transactWrite(order('other'), { token: 'one' }))).toMatch(
      /^TokenReused: /,
    );
  });

  test('are held to what the operation takes', async () => {
    const refusals: readonly (readonly [readonly unknown[], RegExp])[] = [
      [[], /length greater than or equal to 1/],
      [[...order('a'), ...order('a')], /cannot include multiple operations on one item/],
      [[{ table: 'none', delete: id('a') }], /^TableNotFound: /],
      [[{ table: 'stock', put: { left: N(1) } }], /\[ValidationError\]$/],
    ];
    for (const [writes, text] of refusals) {
      expect(await refusalOf(() => database.transactWrite(writes as readonly TransactWrite[]))).toMatch(text);
    }
    const wrong: readonly unknown[] = [{ table: 'stock' }, { table: 'stock', delete: 'apple' }];
    for (const write of wrong) {
      await expect(database.transactWrite([write as TransactWrite])).rejects.toThrow(TypeError);
    }
  });

  test('belong to a region, as tables do', async () => {
    expect(await refusalOf(() => database.transactWrite(order('a'), { region: 'eu-west-1' }))).toMatch(
      /^TableNotFound/,
    );
    expect(
      await refusalOf(() =>
        database.transactGet([{ table: 'orders', key: id('a') }], { region: 'eu-west-1' }),
      ),
    ).toMatch(/^TableNotFound/);
  });
});

test('nothing is begun once the database is closed', async () => {
  await database.close();
  await expect(database.transactWrite(order('a'))).rejects.toMatchObject({ code: 'Closed' });
  await expect(database.transactGet([])).rejects.toMatchObject({ code: 'Closed' });
});
