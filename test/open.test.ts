import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateTableCommand,
  DescribeTableCommand,
  DynamoDBClient,
  ListTablesCommand,
} from '@aws-sdk/client-dynamodb';
import { CreateKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest';
import { createFallbackCore } from '../src/crypto/fallback-core.ts';
import type { Database } from '../src/database.ts';
import { EmbeddedKms } from '../src/kms/embedded/embedded-kms.ts';
import { rootKeyFromFile } from '../src/kms/embedded/root-key-file.ts';
import { type OpenOptions, open, openWith } from '../src/open.ts';
import { openRecordStorage } from '../src/store/record-storage.ts';
import { openSqliteStore } from '../src/store/sqlite.ts';
import { VirtualClock } from './support/virtual-clock.ts';

const folder = mkdtempSync(join(tmpdir(), 'cryptable-open-'));
const file = join(folder, 'keys', 'root.key');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const opened: Database[] = [];
afterEach(async () => {
  vi.unstubAllEnvs();
  for (const database of opened.splice(0)) await database.close();
});

let count = 0;
const newPlace = () => join(folder, `data-${count++}`);

async function opens(dir: string, options: OpenOptions = {}): Promise<Database> {
  const database = await open(dir, { rootKey: { file }, clock: new VirtualClock(), ...options });
  opened.push(database);
  return database;
}

/** A store that was open once, with as many customer keys, and is closed again. */
async function made(customerKeys = 0): Promise<string> {
  const dir = newPlace();
  const database = await opens(dir);
  const client = new KMSClient(database.clientConfig());
  for (let index = 0; index < customerKeys; index++) await client.send(new CreateKeyCommand({}));
  await database.close();
  return dir;
}

async function works(database: Database): Promise<void> {
  const client = new DynamoDBClient(database.clientConfig());
  expect((await client.send(new ListTablesCommand({}))).TableNames).toEqual([]);
}

const outage = (code: string) => expect.objectContaining({ name: 'Outage', code });
const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8);

describe('a new store', () => {
  test('has its pages, its keys and its root key in three places, for their owner alone (R-FS-1)', async () => {
    const dir = newPlace();
    const database = await opens(dir);
    await works(database);
    expect(
      readdirSync(dir)
        .filter((name) => !/-(wal|shm|journal)$/.test(name))
        .sort(),
    ).toEqual(['audit', 'kms', 'owner.lock', 'store.sqlite']);
    expect([dir, join(dir, 'kms')].map(modeOf)).toEqual(['700', '700']);
    const files = ['store.sqlite', 'owner.lock', 'kms/keys.sqlite', 'kms/owner.lock'].map((name) =>
      join(dir, name),
    );
    expect([...files, file].map(modeOf)).toEqual(['600', '600', '600', '600', '600']);
    expect(database.stats().rootKey).toBe(file);
  });

  test('is not made where it must be there already: nothing is', async () => {
    const dir = newPlace();
    await expect(open(dir, { create: false })).rejects.toEqual(outage('StoreMissing'));
    expect(existsSync(dir)).toBe(false);
  });

  test('has its root key in the directory of the user unless said otherwise', async () => {
    const configured = join(folder, 'configuration');
    vi.stubEnv('XDG_CONFIG_HOME', configured);
    const database = await open(newPlace(), { clock: new VirtualClock() });
    opened.push(database);
    expect(database.stats().rootKey).toBe(join(configured, 'cryptable', 'root.key'));
  });

  test('cannot have its root key inside itself', async () => {
    const dir = newPlace();
    await expect(open(dir, { rootKey: { file: join(dir, 'root.key') } })).rejects.toEqual(
      outage('RootKeyUnsafe'),
    );
    await works(await opens(dir));
  });
});

describe('an opened store', () => {
  test('belongs to its process until it is closed (R-PROC-3)', async () => {
    const dir = await made();
    const first = await opens(dir);
    await expect(open(dir, { rootKey: { file } })).rejects.toEqual(outage('StoreLocked'));
    await works(first);
    await first.close();
    await works(await opens(dir, { create: false }));
  });

  test('leaves no timer behind', async () => {
    const clock = new VirtualClock();
    const database = await opens(newPlace(), { clock });
    await works(database);
    await database.close();
    expect(clock.timers).toBe(0);
  });

  test('opens with its passphrase, and with no other', async () => {
    const dir = newPlace();
    const first = await opens(dir, { rootKey: { passphrase: 'correct horse' } });
    expect(first.stats().rootKey).toBe('passphrase');
    await first.close();
    await expect(open(dir, { rootKey: { passphrase: 'battery staple' } })).rejects.toEqual(
      outage('RootKeyWrong'),
    );
    await expect(open(dir, { rootKey: { file } })).rejects.toEqual(outage('RootKeyWrong'));
    await works(await opens(dir, { rootKey: { passphrase: 'correct horse' } }));
  });

  test('does not open without its root key, which is not made anew', async () => {
    const dir = await made();
    const missing = join(folder, 'elsewhere', 'root.key');
    await expect(open(dir, { rootKey: { file: missing } })).rejects.toEqual(outage('RootKeyMissing'));
    expect(existsSync(missing)).toBe(false);
    // What was open by then is closed again.
    await works(await opens(dir));
  });

  test('opens with the parts it is given', async () => {
    const core = { ...createFallbackCore(), kernel: 'of the test' };
    const database = await openWith(newPlace(), { rootKey: { file }, clock: new VirtualClock() }, { core });
    opened.push(database);
    expect(database.stats().kernel).toBe('of the test');
  });
});

describe('what is missing is never made anew in its place (R-INT-5)', () => {
  const store = (dir: string) => join(dir, 'store.sqlite');
  const lose = (path: string) => {
    for (const end of ['', '-wal', '-shm']) rmSync(`${path}${end}`, { force: true });
  };

  test.each<[string, (dir: string) => void]>([
    ['a page store that is gone', (dir) => lose(store(dir))],
    ['a page store that was emptied', (dir) => truncateSync(store(dir), 0)],
    ['a key service whose folder is gone', (dir) => rmSync(join(dir, 'kms'), { recursive: true })],
    ['a key service whose file is gone', (dir) => lose(join(dir, 'kms', 'keys.sqlite'))],
    ['a key service whose file was emptied', (dir) => truncateSync(join(dir, 'kms', 'keys.sqlite'), 0)],
  ])('%s', async (_, damage) => {
    const dir = await made();
    const before = readdirSync(dir);
    damage(dir);
    const after = readdirSync(dir, { recursive: true });
    await expect(open(dir, { rootKey: { file } })).rejects.toEqual(outage('StoreMissing'));
    expect(before.filter((name) => name === 'store.sqlite')).toHaveLength(1);
    expect(readdirSync(dir, { recursive: true }).sort()).toEqual(after.sort());
  });

  test('a page store with an empty one of ours in its place', async () => {
    const dir = await made(1);
    lose(store(dir));
    await openSqliteStore({ folder: dir, create: true }).close();
    await expect(open(dir, { rootKey: { file } })).rejects.toEqual(outage('StoreMissing'));
  });

  test('a page store with that of another in its place, until the right one is back', async () => {
    const [dir, other] = [await made(), await made()];
    const aside = join(folder, 'aside.sqlite');
    renameSync(store(dir), aside);
    lose(store(dir));
    copyFileSync(store(other), store(dir));
    await expect(open(dir, { rootKey: { file } })).rejects.toMatchObject({ name: 'IntegrityFault' });
    lose(store(dir));
    renameSync(aside, store(dir));
    await works(await opens(dir));
  });

  test('a page store with something else in its place', async () => {
    const dir = await made();
    lose(store(dir));
    writeFileSync(store(dir), 'no database at all, but long enough to look like one'.repeat(100));
    await expect(open(dir, { rootKey: { file } })).rejects.toEqual(outage('StoreForeign'));
  });
});

describe('a first opening that was broken off is gone on with', () => {
  const keyService = async (dir: string, work: (kms: EmbeddedKms) => Promise<unknown>) => {
    const storage = openRecordStorage({ folder: join(dir, 'kms'), file: 'keys.sqlite', create: true });
    const rootKey = rootKeyFromFile({ path: file });
    const kms = await EmbeddedKms.open({ core: createFallbackCore(), storage, rootKey });
    await work(kms);
    await kms.close();
  };

  test('after the file of the keys was made', async () => {
    const dir = newPlace();
    await openRecordStorage({ folder: join(dir, 'kms'), file: 'keys.sqlite', create: true }).close();
    await works(await opens(dir));
  });

  test('after the key service was made', async () => {
    const dir = newPlace();
    await keyService(dir, async () => {});
    await works(await opens(dir));
  });

  test('after the page store was made', async () => {
    const dir = newPlace();
    await keyService(dir, async () => {});
    await openSqliteStore({ folder: dir, create: true }).close();
    await works(await opens(dir));
  });

  test('after the first key was made', async () => {
    const dir = newPlace();
    await keyService(dir, async (kms) => {
      await openSqliteStore({ folder: dir, create: true }).close();
      await kms.ownedKey('us-east-1');
    });
    await works(await opens(dir));
  });
});

test('changes of tables are seen to take as long as they are told to', async () => {
  const clock = new VirtualClock();
  const database = await opens(newPlace(), { clock, statusDelays: { createMs: 1000 } });
  const client = new DynamoDBClient(database.clientConfig());
  await client.send(
    new CreateTableCommand({
      TableName: 'slow',
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
    }),
  );
  const status = async () =>
    (await client.send(new DescribeTableCommand({ TableName: 'slow' }))).Table?.TableStatus;
  expect(await status()).toBe('CREATING');
  await clock.advanceAndSettle(1000);
  expect(await status()).toBe('ACTIVE');
});

describe('what cannot be opened', () => {
  test.each([
    [{ account: '1234' }, 'an account has twelve digits'],
    [{ maxStoreBytes: 0 }, 'a bound of the store is a whole number of bytes above 0'],
    [{ maxStoreBytes: 1.5 }, 'a bound of the store is a whole number of bytes above 0'],
    [{ region: 'US East' }, 'a region is written as us-east-1'],
  ])('%j is a mistake of the caller', async (options, sentence) => {
    const dir = newPlace();
    await expect(open(dir, { rootKey: { file }, ...options })).rejects.toThrow(new TypeError(sentence));
    expect(existsSync(dir)).toBe(false);
  });

  test('with a file of identities that is not there, is wrong, or others may write: and nothing is made', async () => {
    const iam = join(folder, 'iam.json');
    const refused = async () => {
      const dir = newPlace();
      const fault = await open(dir, { rootKey: { file: join(folder, 'unmade', 'root.key') }, iam }).catch(
        (thrown: unknown) => thrown,
      );
      expect([existsSync(dir), existsSync(join(folder, 'unmade'))]).toEqual([false, false]);
      return String(fault);
    };
    expect(await refused()).toContain(`It was looked for at ${iam}.`);
    writeFileSync(iam, '{"accounts":7}', { mode: 0o600 });
    expect(await refused()).toBe(
      `TypeError: ${iam}: The file of identities breaks the rule that accounts is an object.`,
    );
    writeFileSync(iam, '{"accounts":{}}');
    chmodSync(iam, 0o666);
    expect(await refused()).toContain(`Others may write to ${iam}: run chmod go-w on it.`);
    chmodSync(iam, 0o600);
    await opens(newPlace(), { iam });
  });

  test('without the addon, where it is required', async () => {
    vi.stubEnv('CRYPTABLE_CORE', 'fallback');
    const dir = newPlace();
    await expect(open(dir, { rootKey: { file }, requireNative: true })).rejects.toEqual(
      outage('AddonUnavailable'),
    );
    expect(existsSync(dir)).toBe(false);
    expect((await opens(dir)).stats().kernel).toBe('openssl');
  });
});
