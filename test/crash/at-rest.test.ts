/** What a thief of the disk finds: nothing that callers wrote, in no file and no writing (R-REST-1). */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openDatabase } from '../../src/store/sqlite-driver.ts';
import type { JsonCall } from '../support/json-call.ts';
import { type StoreProcess, startStoreProcess } from '../support/store-process.ts';

/** CI asks for 10,000. */
const items = Number(process.env.CRYPTABLE_CANARIES ?? 500);
const itemsPerBatch = 25;
/** Every secret begins with it, and nothing else in the world does. */
const canary = `Zx${Math.random().toString(36).slice(2, 12)}Qv`;

const folder = mkdtempSync(join(tmpdir(), 'cryptable-rest-'));
const data = join(folder, 'data');
const rootKey = join(folder, 'root.key');
let store: StoreProcess;
let keyId: string;

/** Canaries in names, keys, values and labels of tables and keys. */
async function writeSecrets(call: JsonCall): Promise<void> {
  const { KeyMetadata } = await call('CreateKey', { Description: `${canary} described` });
  keyId = KeyMetadata.KeyId;
  await call('CreateAlias', { AliasName: `alias/${canary}`, TargetKeyId: keyId });
  for (const [table, encryption] of [
    [`${canary}.owned`, undefined],
    [`${canary}.customer`, { Enabled: true, SSEType: 'KMS', KMSMasterKeyId: keyId }],
  ] as const) {
    const { TableDescription } = await call('CreateTable', {
      TableName: table,
      AttributeDefinitions: [
        { AttributeName: `${canary}.hash`, AttributeType: 'S' },
        { AttributeName: `${canary}.range`, AttributeType: 'B' },
      ],
      KeySchema: [
        { AttributeName: `${canary}.hash`, KeyType: 'HASH' },
        { AttributeName: `${canary}.range`, KeyType: 'RANGE' },
      ],
      BillingMode: 'PAY_PER_REQUEST',
      StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
      SSESpecification: encryption,
      Tags: [{ Key: `${canary}.tag`, Value: `${canary}.label` }],
    });
    await noteSecrets(call, table, TableDescription.TableArn);
    for (let first = 0; first < items / 2; first += itemsPerBatch) {
      const requests = Array.from({ length: itemsPerBatch }, (_, index) => ({
        PutRequest: { Item: secretItem(first + index) },
      }));
      await call('BatchWriteItem', { RequestItems: { [table]: requests } });
    }
    await keepPast(call, table);
    await changeSome(call, table);
    await backUp(call, table);
  }
}

/** In what is kept beside the items: the name of the attribute with their times, and a policy. */
async function noteSecrets(call: JsonCall, TableName: string, ResourceArn: string): Promise<void> {
  const TimeToLiveSpecification = { Enabled: true, AttributeName: `${canary}.until` };
  await call('UpdateTimeToLive', { TableName, TimeToLiveSpecification });
  const Statement = { Sid: canary, Effect: 'Allow', Principal: '*', Action: 'dynamodb:*', Resource: '*' };
  await call('PutResourcePolicy', { ResourceArn, Policy: JSON.stringify({ Statement }) });
}

function secretItem(number: number): object {
  const bytes = Buffer.from(`${canary}.${number}`).toString('base64');
  return {
    [`${canary}.hash`]: { S: `${canary}.${number}` },
    [`${canary}.range`]: { B: bytes },
    // Every thirtieth goes into pages of its own.
    [`${canary}.text`]: { S: `${canary} `.repeat(number % 30 === 0 ? 800 : 9) },
    [`${canary}.map`]: { M: { [`${canary}.inner`]: { L: [{ S: canary }, { SS: [canary, `${canary}2`] }] } } },
  };
}

/** What items were before they were changed is a secret too. */
async function keepPast(call: JsonCall, TableName: string): Promise<void> {
  const PointInTimeRecoverySpecification = { PointInTimeRecoveryEnabled: true };
  await call('UpdateContinuousBackups', { TableName, PointInTimeRecoverySpecification });
}

async function backUp(call: JsonCall, TableName: string): Promise<void> {
  const { BackupDetails } = await call('CreateBackup', { TableName, BackupName: `${canary}.backup` });
  const { BackupArn } = BackupDetails;
  for (let status = 'CREATING'; status === 'CREATING'; ) {
    const { BackupDescription } = await call('DescribeBackup', { BackupArn });
    status = BackupDescription.BackupDetails.BackupStatus;
  }
}

/** Overwritten and deleted values are secrets too. */
async function changeSome(call: JsonCall, table: string): Promise<void> {
  for (let number = 0; number < 20; number++) {
    const { [`${canary}.hash`]: hash, [`${canary}.range`]: range } = secretItem(number) as Record<
      string,
      object
    >;
    const Key = { [`${canary}.hash`]: hash, [`${canary}.range`]: range };
    if (number % 2 === 0) await call('DeleteItem', { TableName: table, Key });
    else
      await call('PutItem', {
        TableName: table,
        Item: { ...Key, [`${canary}.new`]: { S: `${canary}.new` } },
      });
  }
}

/** The ways in which a text may be written, by name. */
function writings(text: string): ReadonlyMap<string, Buffer> {
  const bytes = Buffer.from(text);
  const wide = Buffer.from(text, 'utf16le');
  const found = new Map([
    ['as it is', bytes],
    ['upper case', Buffer.from(text.toUpperCase())],
    ['hex', Buffer.from(bytes.toString('hex'))],
    ['upper hex', Buffer.from(bytes.toString('hex').toUpperCase())],
    ['UTF-16, little end first', wide],
    ['UTF-16, big end first', Buffer.from(wide).swap16()],
    ['backwards', Buffer.from(bytes).reverse()],
  ]);
  for (let before = 0; before < 3; before++) {
    // Characters that hold bits of a neighbour say nothing.
    const encoded = Buffer.concat([Buffer.alloc(before), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    const inner = encoded.slice(Math.ceil((before * 4) / 3), Math.floor(((before + bytes.length) * 4) / 3));
    found.set(`base64 after ${before}`, Buffer.from(inner));
    found.set(`base64url after ${before}`, Buffer.from(inner.replaceAll('+', '-').replaceAll('/', '_')));
  }
  return found;
}

/** Each file below `root` that holds the canary, and how. */
function findings(root: string): readonly string[] {
  const paths = readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  return paths.flatMap((path) => {
    const bytes = Buffer.concat([Buffer.from(path), contentOf(path)]);
    return [...writings(canary)]
      .filter(([, writing]) => bytes.includes(writing))
      .map(([how]) => `${path.slice(root.length + 1)}: ${how}`);
  });
}

/** A running process renames files and takes them away: of one that has gone since the folder was read there is only the name. */
function contentOf(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (fault) {
    if ((fault as NodeJS.ErrnoException).code === 'ENOENT') return Buffer.alloc(0);
    throw fault;
  }
}

beforeAll(async () => {
  store = startStoreProcess();
  await store.open(data, rootKey);
  await writeSecrets(store.call);
});
afterAll(async () => {
  await store.kill();
  rmSync(folder, { recursive: true, force: true });
});

describe('a disk stolen', () => {
  test('from a running process holds no canary in any file, its logs among them', () => {
    expect(readdirSync(data)).toContain('store.sqlite-wal');
    expect(findings(folder)).toEqual([]);
  });

  test('after a kill holds none, nor after the store was opened, closed and packed again', async () => {
    await store.kill();
    expect(findings(folder)).toEqual([]);
    store = startStoreProcess();
    await store.open(data, rootKey);
    await store.close();
    expect(findings(folder)).toEqual([]);
  });

  test('numbers its pages: no row has a key of an item or a table for its own (R-REST-2)', () => {
    const database = openDatabase(join(data, 'store.sqlite'), { readOnly: true });
    const schema = database.prepare('SELECT name FROM sqlite_schema ORDER BY name').all();
    expect(schema).toEqual([{ name: 'head' }, { name: 'page' }, { name: 'store' }]);
    const places = database
      .prepare('SELECT typeof(place) AS type, count(*) AS count FROM page GROUP BY 1')
      .all();
    expect(places).toEqual([{ type: 'integer', count: expect.any(Number) }]);
    database.close();
  });
});

describe('the search', () => {
  for (const [how, writing] of writings(canary)) {
    test(`finds a canary that is written ${how}`, () => {
      const planted = join(folder, 'planted');
      mkdirSync(planted, { recursive: true });
      writeFileSync(join(planted, 'file'), Buffer.concat([Buffer.alloc(5), writing, Buffer.alloc(5)]));
      expect(findings(planted)).toContain(`file: ${how}`);
      rmSync(planted, { recursive: true });
    });
  }

  test('finds a canary within a longer text in base64, wherever it begins', () => {
    const planted = join(folder, 'encoded');
    mkdirSync(planted, { recursive: true });
    for (const before of ['', 'a', 'ab', 'abc']) {
      writeFileSync(join(planted, 'file'), Buffer.from(`${before}${canary} and more`).toString('base64'));
      expect(findings(planted).some((found) => found.includes('base64'))).toBe(true);
    }
    rmSync(planted, { recursive: true });
  });
});
