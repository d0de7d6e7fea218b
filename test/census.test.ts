import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateBackupCommand,
  CreateTableCommand,
  DeleteBackupCommand,
  DeleteTableCommand,
  DescribeBackupCommand,
  DynamoDBClient,
  PutItemCommand,
  QueryCommand,
  UpdateTableCommand,
} from '@aws-sdk/client-dynamodb';
import {
  CreateAliasCommand,
  CreateKeyCommand,
  DisableKeyCommand,
  EnableKeyCommand,
  KMSClient,
} from '@aws-sdk/client-kms';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { IntegrityFault } from '../src/base/errors.ts';
import { takeStoreCensus } from '../src/census.ts';
import { type Database, open } from '../src/index.ts';
import { createMemoryStore } from '../src/store/memory.ts';
import { catalogTree, rootTree } from '../src/tables/catalog-root.ts';
import { openTables } from './support/open-tables.ts';
import { refusalOf } from './support/refusal.ts';

const folder = mkdtempSync(join(tmpdir(), 'cryptable-census-'));
const rootKey = { file: join(folder, 'keys', 'root.key') };
let database: Database;
let tables: DynamoDBClient;
let kms: KMSClient;
/** One with the tables cities and rivers, one that was replaced, one without anything. */
let used: string;
let left: string;
let idle: string;

beforeAll(async () => {
  database = await open(join(folder, 'data'), { rootKey });
  tables = new DynamoDBClient(database.clientConfig());
  kms = new KMSClient(database.clientConfig());
  const makeKey = async () => (await kms.send(new CreateKeyCommand({}))).KeyMetadata?.Arn ?? '';
  used = await makeKey();
  left = await makeKey();
  idle = await makeKey();
  await kms.send(new CreateAliasCommand({ AliasName: 'alias/used', TargetKeyId: used }));
  for (const [TableName, KMSMasterKeyId] of [
    ['cities', left],
    ['rivers', used],
  ] as const) {
    await tables.send(
      new CreateTableCommand({
        TableName,
        AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
        BillingMode: 'PAY_PER_REQUEST',
        SSESpecification: { Enabled: true, SSEType: 'KMS', KMSMasterKeyId },
      }),
    );
  }
  for (let i = 0; i < 40; i++) await put(`city ${i}`);
});

afterAll(async () => {
  tables.destroy();
  kms.destroy();
  await database.close();
  rmSync(folder, { recursive: true, force: true });
});

async function put(id: string): Promise<void> {
  await tables.send(
    new PutItemCommand({ TableName: 'cities', Item: { id: { S: id }, text: { S: 'x'.repeat(1000) } } }),
  );
}

async function rowsOf(table: string) {
  return (await database.census()).filter((row) => row.table === table);
}

describe('a census', () => {
  test('has every tree with its KMS key, the catalogue first', async () => {
    const rows = await database.census();
    expect(rows.map(({ table, part, dataKeyId, isCurrent }) => [table, part, dataKeyId, isCurrent])).toEqual([
      [undefined, 'catalogue', 1, true],
      ['cities', 'items', 1, true],
      ['rivers', 'items', 1, true],
    ]);
    expect(rows.map(({ keyArn }) => keyArn).slice(1)).toEqual([left, used]);
    // More than 40 KB of items in pages of 8 KB, and a leaf and a head of the empty table.
    expect(rows[1]?.pages).toBeGreaterThan(6);
    expect(rows[2]?.pages).toBe(2);
  });

  test('shows how a rotation goes on, and its end', async () => {
    await database.rotateDataKeys('cities');
    await put('city 0');
    const [older, newer] = await rowsOf('cities');
    expect(older).toMatchObject({ dataKeyId: 1, isCurrent: false });
    expect(newer).toMatchObject({ dataKeyId: 2, isCurrent: true });
    // A leaf, the root and the head.
    expect(newer?.pages).toBe(3);
    const total = (older?.pages ?? 0) + (newer?.pages ?? 0);
    await database.reEncrypt('cities');
    expect(await rowsOf('cities')).toEqual([{ ...newer, pages: total }]);
    expect((await database.verify()).faults).toEqual([]);
  });

  test('needs no table’s key', async () => {
    await kms.send(new DisableKeyCommand({ KeyId: used }));
    expect(await rowsOf('rivers')).toMatchObject([{ dataKeyId: 1, pages: 2, keyArn: used }]);
    await kms.send(new EnableKeyCommand({ KeyId: used }));
  });

  test('of a store without a root says that it is damaged', async () => {
    const upkeep = { dataKeys: () => [] };
    await expect(takeStoreCensus({ store: createMemoryStore(), upkeep })).rejects.toThrow(IntegrityFault);
  });

  test('counts nothing under a tree that is not there', async () => {
    const store = createMemoryStore();
    const body = (await rootBody()) ?? new Uint8Array();
    await store.commit({
      puts: [],
      deletes: [],
      drops: [],
      heads: [{ tree: rootTree, expected: 0, version: 1, body }],
    });
    const rows = await takeStoreCensus({ store, upkeep: { dataKeys: () => [] } });
    expect(rows).toMatchObject([{ tree: catalogTree, dataKeyId: 1, pages: 0 }]);
  });
});

async function rootBody(): Promise<Uint8Array | undefined> {
  const { memory, close } = await openTables();
  const [head] = await memory.readHeads([rootTree]);
  await close();
  return head?.body;
}

describe('a rotation', () => {
  test('of a table that is not there is refused', async () => {
    expect(await refusalOf(() => database.rotateDataKeys('lakes'))).toContain('Table: lakes not found');
    expect(await refusalOf(() => database.reEncrypt('lakes'))).toContain('Table: lakes not found');
    expect(await refusalOf(() => database.rotateDataKeys('cities', { region: 'eu-west-1' }))).toContain(
      'Table: cities not found',
    );
  });
});

describe('a table with indexes and a stream', () => {
  test('has new data keys for each of its trees, and writes, indexes and the stream go on', async () => {
    await tables.send(
      new CreateTableCommand({
        TableName: 'lakes',
        AttributeDefinitions: [
          { AttributeName: 'id', AttributeType: 'S' },
          { AttributeName: 'land', AttributeType: 'S' },
        ],
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
        GlobalSecondaryIndexes: [
          {
            IndexName: 'by-land',
            KeySchema: [{ AttributeName: 'land', KeyType: 'HASH' }],
            Projection: { ProjectionType: 'ALL' },
          },
        ],
        StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' },
        BillingMode: 'PAY_PER_REQUEST',
      }),
    );
    const putLake = (id: string) =>
      tables.send(new PutItemCommand({ TableName: 'lakes', Item: { id: { S: id }, land: { S: 'CH' } } }));
    for (let i = 0; i < 50; i++) await putLake(`lake ${i}`);
    await database.rotateDataKeys('lakes');
    await putLake('lake 50');
    await database.reEncrypt('lakes');
    await putLake('lake 51');
    const rows = await rowsOf('lakes');
    expect(rows.map(({ part, dataKeyId, isCurrent }) => [part, dataKeyId, isCurrent])).toEqual([
      ['items', 2, true],
      ['index by-land', 2, true],
      ['stream', 2, true],
    ]);
    const found = await tables.send(
      new QueryCommand({
        TableName: 'lakes',
        IndexName: 'by-land',
        KeyConditionExpression: 'land = :land',
        ExpressionAttributeValues: { ':land': { S: 'CH' } },
      }),
    );
    expect(found.Count).toBe(52);
    expect((await database.verify()).faults).toEqual([]);
    await tables.send(new DeleteTableCommand({ TableName: 'lakes' }));
    expect((await rowsOf('lakes')).map(({ part }) => part)).toEqual(['stream, table deleted']);
  });
});

describe('whether a key may retire', () => {
  test('no, while a table is under it, by whatever name it is asked for', async () => {
    for (const key of [used, used.split('/')[1] ?? '', 'alias/used']) {
      expect(await database.mayRetire(key)).toEqual({
        keyArn: used,
        mayRetire: false,
        reasons: [{ kind: 'table', table: 'rivers', region: 'us-east-1', pages: 2 }],
      });
    }
  });

  test('yes, where nothing ever was under it', async () => {
    expect(await database.mayRetire(idle)).toEqual({ keyArn: idle, mayRetire: true, reasons: [] });
  });

  test('yes, once its last table is under another, though no page was written anew', async () => {
    expect(await database.mayRetire(left)).toMatchObject({ mayRetire: false });
    await tables.send(
      new UpdateTableCommand({
        TableName: 'cities',
        SSESpecification: { Enabled: true, SSEType: 'KMS', KMSMasterKeyId: used },
      }),
    );
    expect(await database.mayRetire(left)).toEqual({ keyArn: left, mayRetire: true, reasons: [] });
    expect((await database.mayRetire(used)).reasons).toMatchObject([
      { table: 'cities' },
      { table: 'rivers' },
    ]);
  });

  test('no, while a backup is under it that was made of a table before it moved or went', async () => {
    const made = await tables.send(new CreateBackupCommand({ TableName: 'cities', BackupName: 'kept' }));
    const BackupArn = made.BackupDetails?.BackupArn;
    const described = () => tables.send(new DescribeBackupCommand({ BackupArn }));
    await expect
      .poll(async () => (await described()).BackupDescription?.BackupDetails?.BackupStatus)
      .toBe('AVAILABLE');
    const reason = { kind: 'backup', backupArn: BackupArn, table: 'cities', region: 'us-east-1' };
    expect((await database.mayRetire(used)).reasons).toContainEqual(reason);
    await tables.send(new DeleteBackupCommand({ BackupArn }));
    expect((await database.mayRetire(used)).reasons).not.toContainEqual(reason);
  });

  test('no, for the AWS managed key, under which the next table may come', async () => {
    await tables.send(
      new UpdateTableCommand({ TableName: 'cities', SSESpecification: { Enabled: true, SSEType: 'KMS' } }),
    );
    expect((await database.mayRetire('alias/aws/dynamodb')).reasons).toMatchObject([
      { kind: 'table', table: 'cities' },
      { kind: 'managed', region: 'us-east-1' },
    ]);
  });

  test('is not said of a key that is not there', async () => {
    for (const key of ['alias/nothing', 'nothing', 'arn:aws:kms:eu-west-1:000000000000:alias/used']) {
      expect(await refusalOf(() => database.mayRetire(key))).toContain('KeyNotFound');
    }
  });
});
