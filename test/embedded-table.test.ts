import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateTableCommand, DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { CreateKeyCommand, DisableKeyCommand, EnableKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Database } from '../src/database.ts';
import type { EmbeddedTable } from '../src/embedded-table.ts';
import { open } from '../src/open.ts';
import { item, N, S } from './tables/support.ts';

let folder: string;
let database: Database;
let client: DynamoDBClient;
let keys: KMSClient;
let things: EmbeddedTable;
let keyId: string | undefined;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cryptable-embedded-'));
  database = await open(join(folder, 'data'), { rootKey: { file: join(folder, 'root.key') } });
  client = new DynamoDBClient(database.clientConfig());
  keys = new KMSClient(database.clientConfig());
  keyId = (await keys.send(new CreateKeyCommand({}))).KeyMetadata?.KeyId;
  await client.send(
    new CreateTableCommand({
      TableName: 'things',
      AttributeDefinitions: [
        { AttributeName: 'group', AttributeType: 'S' },
        { AttributeName: 'n', AttributeType: 'N' },
      ],
      KeySchema: [
        { AttributeName: 'group', KeyType: 'HASH' },
        { AttributeName: 'n', KeyType: 'RANGE' },
      ],
      BillingMode: 'PAY_PER_REQUEST',
      SSESpecification: { Enabled: true, SSEType: 'KMS', KMSMasterKeyId: keyId },
    }),
  );
  things = database.table('things');
});

afterEach(async () => {
  await database.close();
  rmSync(folder, { recursive: true, force: true });
});

const key = (n: number) => ({ group: S('a'), n: N(n) });
const thing = (n: number, text = `t${n}`) => ({ ...key(n), text: S(text) });

describe('an item', () => {
  test('that was put is what get finds, and what clients of AWS find', async () => {
    await things.put(thing(1));
    expect(await things.get(key(1))).toEqual(item(thing(1)));
    expect(await things.get(new Map(Object.entries(key(1))))).toEqual(item(thing(1)));
    expect(await things.get(key(2))).toBeUndefined();
    const { Item } = await client.send(
      new GetItemCommand({ TableName: 'things', Key: { group: { S: 'a' }, n: { N: '1' } } }),
    );
    expect(Item).toEqual({ group: { S: 'a' }, n: { N: '1' }, text: { S: 't1' } });
  });

  test('that a client of AWS put is found', async () => {
    await client.send(
      new PutItemCommand({ TableName: 'things', Item: { group: { S: 'a' }, n: { N: '7' } } }),
    );
    expect(await things.get(key(7))).toEqual(item(key(7)));
  });

  test('is projected, updated, and deleted', async () => {
    await things.put(thing(1));
    expect(await things.get(key(1), { projection: '#t', names: { '#t': 'text' } })).toEqual(
      item({ text: S('t1') }),
    );
    const values = { ':one': N(1) };
    expect(await things.update(key(1), 'ADD seen :one', { values })).toEqual(
      item({ ...thing(1), seen: N(1) }),
    );
    await things.delete(key(1));
    expect(await things.get(key(1))).toBeUndefined();
  });

  test('may be changed by its caller once it was handed over', async () => {
    const bytes = Uint8Array.of(1);
    const putting = things.put({ ...key(1), bytes: { B: bytes } });
    bytes.fill(2);
    await putting;
    expect((await things.get(key(1)))?.get('bytes')).toEqual({ B: Uint8Array.of(1) });
  });
});

describe('a condition that fails refuses', () => {
  const options = { condition: 'attribute_not_exists(#g)', names: { '#g': 'group' } };
  const refused = { code: 'ConditionalCheckFailed' };

  test('a put, an update and a delete, and changes nothing', async () => {
    await things.put(thing(1), options);
    await expect(things.put(thing(1, 'other'), options)).rejects.toMatchObject(refused);
    await expect(things.update(key(1), 'REMOVE seen', options)).rejects.toMatchObject(refused);
    await expect(things.delete(key(1), options)).rejects.toMatchObject(refused);
    expect(await things.get(key(1))).toEqual(item(thing(1)));
  });
});

describe('pages', () => {
  beforeEach(() => Promise.all([1, 2, 3, 4, 5].map((n) => things.put(thing(n)))));
  const values = { ':g': S('a') };
  const names = { '#g': 'group' };
  const numbers = (items: readonly ReadonlyMap<string, unknown>[]) => items.map((found) => found.get('n'));

  test('of a query come in order, backwards too, one after the other', async () => {
    const first = await things.query('#g = :g', { names, values, limit: 3 });
    expect(numbers(first.items)).toEqual([N(1), N(2), N(3)]);
    expect(first.lastKey).toEqual(item(key(3)));
    const rest = await things.query('#g = :g', { names, values, startKey: first.lastKey ?? {} });
    expect(numbers(rest.items)).toEqual([N(4), N(5)]);
    expect(rest.lastKey).toBeUndefined();
    const backwards = await things.query('#g = :g', { names, values, backwards: true });
    expect(numbers(backwards.items)).toEqual([N(5), N(4), N(3), N(2), N(1)]);
  });

  test('of an index come in its order, by a query and by a scan', async () => {
    await client.send(
      new CreateTableCommand({
        TableName: 'indexed',
        AttributeDefinitions: [
          { AttributeName: 'id', AttributeType: 'S' },
          { AttributeName: 'kind', AttributeType: 'S' },
          { AttributeName: 'n', AttributeType: 'N' },
        ],
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
        GlobalSecondaryIndexes: [
          {
            IndexName: 'by-kind',
            KeySchema: [
              { AttributeName: 'kind', KeyType: 'HASH' },
              { AttributeName: 'n', KeyType: 'RANGE' },
            ],
            Projection: { ProjectionType: 'ALL' },
          },
        ],
        BillingMode: 'PAY_PER_REQUEST',
      }),
    );
    const indexed = database.table('indexed');
    for (const n of [3, 1, 2]) await indexed.put({ id: S(`${n}`), kind: S('a'), n: N(n) });
    await indexed.put({ id: S('other') });
    const options = { index: 'by-kind', values: { ':k': S('a') }, limit: 2 };
    const first = await indexed.query('kind = :k', options);
    expect(numbers(first.items)).toEqual([N(1), N(2)]);
    const rest = await indexed.query('kind = :k', { ...options, startKey: first.lastKey ?? {} });
    expect(numbers(rest.items)).toEqual([N(3)]);
    expect(numbers((await indexed.scan({ index: 'by-kind' })).items)).toEqual([N(1), N(2), N(3)]);
    await expect(indexed.scan({ index: 'none' })).rejects.toMatchObject({ code: 'Validation' });
  });

  test('of a scan hold everything, filtered, and segments share it', async () => {
    expect((await things.scan()).items).toHaveLength(5);
    const filtered = await things.scan({ filter: 'n > :n', values: { ':n': N(3) } });
    expect(numbers(filtered.items)).toEqual([N(4), N(5)]);
    const segments = await Promise.all([0, 1].map((segment) => things.scan({ segment, totalSegments: 2 })));
    expect(segments.flatMap(({ items }) => items)).toHaveLength(5);
  });
});

describe('what the operations refuse is refused:', () => {
  const cases: [string, () => Promise<unknown>, object][] = [
    ['a table that is not there', () => database.table('none').get(key(1)), { code: 'TableNotFound' }],
    [
      'a table of another region',
      () => database.table('things', { region: 'eu-west-1' }).get(key(1)),
      { code: 'TableNotFound' },
    ],
    ['half a key', () => things.get({ group: S('a') }), { code: 'Validation' }],
    ['a key of another type', () => things.put({ group: S('a'), n: S('1') }), { code: 'Validation' }],
    ['an empty key', () => things.put({ group: S(''), n: N(1) }), { code: 'Validation' }],
    ['a number that is none', () => things.put({ ...key(1), x: { N: 'x' } }), { code: 'Validation' }],
    ['an item of more than 400 KB', () => things.put(thing(1, 'x'.repeat(410_000))), { code: 'Validation' }],
    ['a limit of no items', () => things.scan({ limit: 0 }), { code: 'Validation' }],
    [
      'a condition that does not parse',
      () => things.put(thing(1), { condition: '(' }),
      { code: 'Validation' },
    ],
    [
      'a value without an expression',
      () => things.delete(key(1), { values: { ':v': N(1) } }),
      { code: 'Validation' },
    ],
  ];
  test.each(cases)('%s', async (_, act, fault) => {
    await expect(act()).rejects.toMatchObject(fault);
  });

  test('an item of the wrong JavaScript types, by a promise that rejects', async () => {
    await expect(things.put({ ...key(1), x: { S: 1 } } as never)).rejects.toThrow(TypeError);
  });
});

test('a disabled key stops the table at once, and an enabled one opens it again (R-REV-1)', async () => {
  await things.put(thing(1));
  await keys.send(new DisableKeyCommand({ KeyId: keyId }));
  for (const act of [() => things.get(key(1)), () => things.put(thing(2)), () => things.scan()]) {
    await expect(act()).rejects.toMatchObject({ code: 'TableKeyRefused' });
  }
  await keys.send(new EnableKeyCommand({ KeyId: keyId }));
  expect(await things.get(key(1))).toEqual(item(thing(1)));
});

test('closing the database lets a write end, and refuses what comes after', async () => {
  const put = things.put(thing(1));
  const closing = database.close();
  await put;
  await expect(things.get(key(1))).rejects.toMatchObject({ code: 'Closed' });
  await closing;
});
