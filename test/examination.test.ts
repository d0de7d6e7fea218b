/** Each fault an examination can name is made for real, on a copy of one small store. */
import {
  chmodSync,
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateUserCommand, DeleteUserCommand, IAMClient } from '@aws-sdk/client-iam';
import { DisableKeyCommand, KMSClient, ScheduleKeyDeletionCommand } from '@aws-sdk/client-kms';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Examination, type ExamineOptions, examine } from '../src/examination.ts';
import { open } from '../src/open.ts';
import { openDatabase } from '../src/store/sqlite-driver.ts';
import { SmallStore, tables } from './support/damaged-store.ts';
import { createTableInput, item } from './support/item-load.ts';
import { inProcessCall } from './support/json-call.ts';
import { VirtualClock } from './support/virtual-clock.ts';

const folder = mkdtempSync(join(tmpdir(), 'cryptable-examination-'));
const rootKeyFile = join(folder, 'keys', 'root.key');
const rootKey = { file: rootKeyFile };
const store = new SmallStore(join(folder, 'whole'), rootKeyFile);
const older = new SmallStore(join(folder, 'older'), rootKeyFile);
const foreign = new SmallStore(join(folder, 'foreign'), rootKeyFile);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

beforeAll(async () => {
  await store.make();
  await foreign.make();
  cpSync(store.folder, older.folder, { recursive: true });
  await store.fill(1);
});

let count = 0;
const newPlace = () => join(folder, `copy-${count++}`);
const file = 'store.sqlite';

async function examined(
  damage: (dir: string) => unknown,
  options: ExamineOptions = {},
): Promise<Examination> {
  const dir = store.copyTo(newPlace());
  await damage(dir);
  return examine(dir, { rootKey, ...options });
}

function sql(dir: string, ...statements: readonly string[]): void {
  const database = openDatabase(join(dir, file));
  for (const statement of statements) database.exec(statement);
  database.close();
}

function flipBit(path: string, at: number): void {
  const bytes = readFileSync(path);
  bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
  writeFileSync(path, bytes);
}

/** Of a file by name; the index of SQLite's log is no content, nor is a lock. */
function contents(dir: string): ReadonlyMap<string, string> {
  const names = readdirSync(dir, { recursive: true, encoding: 'utf8' });
  const files = names.filter((name) => statSync(join(dir, name)).isFile() && !/-shm$|owner\.lock/.test(name));
  const kept = files.filter((name) => statSync(join(dir, name)).size > 0);
  return new Map(kept.map((name) => [name, readFileSync(join(dir, name)).toString('base64')]));
}

describe('a sound store', () => {
  test('is Healthy, and so are its tables', async () => {
    const progress: number[] = [];
    const found = await examined(() => {}, { progress: (done) => progress.push(done) });
    expect(found).toEqual({
      store: 'Healthy',
      tables: tables.toSorted().map((table) => ({ table, diagnosis: 'Healthy' })),
      findings: [],
      pages: expect.any(Number),
    });
    expect(progress.at(-1)).toBe(found.pages);
  });

  test('is left as it is to the last byte, also where a crash left its log', async () => {
    const crashed = newPlace();
    const database = await store.open();
    try {
      await inProcessCall(database)('PutItem', { TableName: 'plain', Item: item('1', '2.1.40') });
      cpSync(store.folder, crashed, { recursive: true });
    } finally {
      await database.close();
    }
    const before = contents(crashed);
    expect([...before.keys()]).toContain(`${file}-wal`);
    expect((await examine(crashed, { rootKey })).store).toBe('Healthy');
    expect(contents(crashed)).toEqual(before);
  });

  test('can be opened afterwards', async () => {
    const dir = store.copyTo(newPlace());
    await examine(dir, { rootKey });
    await (await store.open(dir)).close();
  });
});

const page = 'page WHERE place =';
const ofTree = (tree: number) => `(SELECT max(place) FROM page WHERE place / 4294967296 = ${tree})`;
const firstOf = (tree: number) => `(SELECT min(place) FROM page WHERE place / 4294967296 = ${tree})`;

describe('a store that cannot be opened is', () => {
  const cases: [string, (dir: string) => unknown, ExamineOptions?][] = [
    ['StoreMissing', (dir) => rmSync(join(dir, file))],
    ['StoreMissing', (dir) => truncateSync(join(dir, file))],
    ['StoreMissing', (dir) => sql(dir, 'DELETE FROM head', 'DELETE FROM page')],
    ['StoreForeign', (dir) => writeFileSync(join(dir, file), 'a diary'.repeat(9000))],
    ['StoreForeign', (dir) => sql(dir, 'PRAGMA application_id=7')],
    ['StoreDamaged', (dir) => sql(dir, 'CREATE TABLE other(x)')],
    ['StoreDamaged', (dir) => sql(dir, 'DELETE FROM store')],
    ['Truncated', (dir) => truncateSync(join(dir, file), statSync(join(dir, file)).size - 8192)],
    ['Truncated', (dir) => truncateSync(join(dir, file), 20)],
    ['KeyServiceMissing', (dir) => rmSync(join(dir, 'kms'), { recursive: true })],
    ['KeyServiceMissing', () => {}, { keyDirectory: join(folder, 'nowhere') }],
    ['RootKeyMissing', () => {}, { rootKey: { file: join(folder, 'no', 'root.key') } }],
    ['RootKeyWrong', () => {}, { rootKey: { passphrase: 'something else' } }],
    ['WrongKey', (dir) => cpSync(join(foreign.folder, file), join(dir, file))],
  ];
  for (const [index, [diagnosis, damage, options]] of cases.entries()) {
    test(`${diagnosis} (${index})`, async () => {
      const found = await examined(damage, options);
      expect({ store: found.store, tables: found.tables }).toEqual({ store: diagnosis, tables: [] });
      expect(
        found.findings.map(({ detail, advice }) => [detail, advice].every((text) => text !== '')),
      ).toEqual([true]);
    });
  }

  test('StoreLocked while it is open', async () => {
    const database = await store.open();
    expect((await examine(store.folder, { rootKey })).store).toBe('StoreLocked');
    await database.close();
  });

  test('RootKeyUnsafe where others may read its root key, and where that lies in the data', async () => {
    const shown = join(folder, 'shown.key');
    copyFileSync(rootKeyFile, shown);
    chmodSync(shown, 0o644);
    expect((await examined(() => {}, { rootKey: { file: shown } })).store).toBe('RootKeyUnsafe');
    const dir = store.copyTo(newPlace());
    const inside = join(dir, 'root.key');
    copyFileSync(rootKeyFile, inside);
    expect((await examine(dir, { rootKey: { file: inside } })).store).toBe('RootKeyUnsafe');
  });

  test('KeyRecordsTampered where a record of the key service was changed', async () => {
    const found = await examined((dir) => {
      const database = openDatabase(join(dir, 'kms', 'keys.sqlite'));
      database.exec(
        "UPDATE record SET body = CAST(substr(body, 1, 60) || x'0bad' || substr(body, 63) AS BLOB) WHERE id <> 'header'",
      );
      database.close();
    });
    expect(found.store).toBe('KeyRecordsTampered');
  });

  test('RolledBack where its identities were put back, which opening it refuses too (R-INT-4)', async () => {
    const dir = store.copyTo(newPlace());
    const kept = join(dir, 'kms', 'identities');
    const change = async (run: (client: IAMClient) => Promise<unknown>) => {
      const database = await open(dir, { rootKey });
      await run(new IAMClient(database.clientConfig()));
      await database.close();
    };
    await change((client) => client.send(new CreateUserCommand({ UserName: 'ada' })));
    cpSync(kept, `${dir}-older`, { recursive: true });
    await change((client) => client.send(new DeleteUserCommand({ UserName: 'ada' })));
    expect((await examine(dir, { rootKey })).store).toBe('Healthy');
    rmSync(kept, { recursive: true });
    cpSync(`${dir}-older`, kept, { recursive: true });
    const found = await examine(dir, { rootKey });
    expect([found.store, found.findings[0]?.detail]).toEqual([
      'RolledBack',
      expect.stringContaining('Expected change 2 or a later one of the identities, found 1.'),
    ]);
    await expect(open(dir, { rootKey })).rejects.toMatchObject({ code: 'StoreRolledBack' });
    await (await open(dir, { rootKey, acceptRollback: true })).close();
    expect((await examine(dir, { rootKey })).store).toBe('Healthy');
  });

  test('CatalogueTampered where a page of its catalogue was dropped', async () => {
    const found = await examined((dir) => sql(dir, `DELETE FROM ${page} ${firstOf(1)}`));
    expect(found.store).toBe('CatalogueTampered');
  });
});

describe('R-INT-4: an anchored store is', () => {
  const kms = join(folder, 'anchored-kms');
  const options: ExamineOptions = { rootKey, keyDirectory: kms };

  async function anchored(): Promise<{ dir: string; old: string }> {
    const dir = newPlace();
    rmSync(kms, { recursive: true, force: true });
    for (const round of [0, 1]) {
      const database = await open(dir, options);
      const call = inProcessCall(database);
      if (round === 0) await call('CreateTable', createTableInput('one'));
      await call('PutItem', { TableName: 'one', Item: item('1', `${round}.1.20`) });
      await database.close();
      if (round === 0) cpSync(dir, `${dir}-old`, { recursive: true });
    }
    return { dir, old: `${dir}-old` };
  }

  test('Healthy as it was left, and RolledBack when put back, with what was expected and found', async () => {
    const { dir, old } = await anchored();
    const anchor = readFileSync(join(kms, 'anchor'));
    expect((await examine(dir, options)).store).toBe('Healthy');
    const found = await examine(old, options);
    expect(found.store).toBe('RolledBack');
    expect(found.findings[0]?.detail).toMatch(/Expected version \d+ .*, found version \d+/);
    expect(readFileSync(join(kms, 'anchor'))).toEqual(anchor);
  });

  test('AnchorTampered when its anchor was changed', async () => {
    const { dir } = await anchored();
    flipBit(join(kms, 'anchor'), 80);
    expect((await examine(dir, options)).store).toBe('AnchorTampered');
  });
});

describe('a table is', () => {
  /** Trees 2, 3 and 4 are of the tables in their order. */
  const cases: [string, string, (dir: string) => unknown][] = [
    ['PageMissing', 'a page is gone', (dir) => sql(dir, `DELETE FROM ${page} ${ofTree(3)}`)],
    ['PageMissing', 'its head is gone', (dir) => sql(dir, 'DELETE FROM head WHERE tree = 3')],
    [
      'PageTampered',
      'a byte of a page is another',
      (dir) =>
        sql(
          dir,
          `UPDATE page SET body = CAST(substr(body, 1, 99) || x'0bad' || substr(body, 102) AS BLOB) WHERE place = ${ofTree(3)}`,
        ),
    ],
    [
      'PageTampered',
      'a byte of its head is another',
      (dir) =>
        sql(
          dir,
          "UPDATE head SET body = CAST(substr(body, 1, 50) || x'0bad' || substr(body, 53) AS BLOB) WHERE tree = 3",
        ),
    ],
    [
      'PageMoved',
      'its first two leaves have changed places',
      (dir) =>
        sql(
          dir,
          'CREATE TEMP TABLE two AS SELECT place, version, body FROM page WHERE place / 4294967296 = 3 ORDER BY place LIMIT 2',
          'UPDATE page SET body = (SELECT body FROM two WHERE two.place <> page.place) WHERE place IN (SELECT place FROM two)',
        ),
    ],
    [
      'PageMoved',
      'one of its pages is there twice',
      (dir) => sql(dir, `INSERT INTO page SELECT place + 1000, version, body FROM ${page} ${ofTree(3)}`),
    ],
    [
      'PageReplayed',
      'a page is an older one',
      (dir) =>
        sql(
          dir,
          `ATTACH '${join(older.folder, file)}' AS old`,
          `REPLACE INTO page SELECT * FROM old.page WHERE place / 4294967296 = 3 AND place > (SELECT min(place) FROM old.page WHERE place / 4294967296 = 3)`,
        ),
    ],
  ];
  for (const [diagnosis, what, damage] of cases) {
    test(`${diagnosis} where ${what}, and the others are Healthy`, async () => {
      const found = await examined(damage);
      expect(found.tables).toEqual([
        { table: 'customer', diagnosis: 'Healthy' },
        { table: 'managed', diagnosis },
        { table: 'plain', diagnosis: 'Healthy' },
      ]);
      expect(found.store).toBe('Healthy');
      expect(found.findings.every(({ table }) => table === 'managed')).toBe(true);
    });
  }

  const keyCases = [
    ['KeyDisabled', (KeyId: string) => new DisableKeyCommand({ KeyId })],
    [
      'KeyPendingDeletion',
      (KeyId: string) => new ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays: 7 }),
    ],
  ] as const;
  for (const [diagnosis, command] of keyCases) {
    test(`${diagnosis} where its key is`, async () => {
      const found = await examined(async (dir) => {
        const database = await store.open(dir);
        const key = (await database.keys()).find(({ manager }) => manager === 'CUSTOMER');
        const client = new KMSClient(database.clientConfig());
        const asked = command(key?.keyId ?? '');
        await (asked instanceof DisableKeyCommand ? client.send(asked) : client.send(asked));
        await database.close();
      });
      expect(found.tables[0]).toEqual({ table: 'customer', diagnosis });
      expect(found.store).toBe('Healthy');
    });
  }
});

test('a table whose key has been deleted is KeyDeleted', async () => {
  const dir = store.copyTo(newPlace());
  const database = await store.open(dir);
  const key = (await database.keys()).find(({ manager }) => manager === 'CUSTOMER');
  const deletion = new ScheduleKeyDeletionCommand({ KeyId: key?.keyId, PendingWindowInDays: 7 });
  await new KMSClient(database.clientConfig()).send(deletion);
  await database.close();
  const clock = new VirtualClock(Date.now() + 8 * 86_400_000);
  expect((await examine(dir, { rootKey, clock })).tables[0]).toEqual({
    table: 'customer',
    diagnosis: 'KeyDeleted',
  });
  // What an examination would delete is not deleted by it.
  expect((await examine(dir, { rootKey })).tables[0]?.diagnosis).toBe('KeyPendingDeletion');
});

test('pages of a tree that no table owns are an UnknownTree of the store', async () => {
  const found = await examined(async (dir) => {
    const database = await store.open(dir);
    await inProcessCall(database)('DeleteTable', { TableName: 'plain' });
    await database.close();
    sql(dir, `INSERT INTO page SELECT place - 4294967296, version, body FROM ${page} ${ofTree(3)}`);
  });
  expect(found.store).toBe('UnknownTree');
  expect(found.tables.map(({ diagnosis }) => diagnosis)).toEqual(['Healthy', 'Healthy']);
});

test('an empty folder is StoreMissing, and nothing is made in it', async () => {
  const dir = newPlace();
  mkdirSync(dir);
  expect((await examine(dir, { rootKey })).store).toBe('StoreMissing');
  expect(readdirSync(dir)).toEqual([]);
});
