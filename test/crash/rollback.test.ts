/** Whole folders and single trees of real stores are put back to an older state, or copied: the anchor tells (R-INT-4). */
import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import type { Log } from '../../src/base/log.ts';
import type { Database } from '../../src/database.ts';
import { examine } from '../../src/examination.ts';
import { type OpenOptions, open } from '../../src/open.ts';
import { openDatabase } from '../../src/store/sqlite-driver.ts';
import { createTableInput, item, readItems } from '../support/item-load.ts';
import { inProcessCall, jsonCall } from '../support/json-call.ts';
import { serveProcess } from '../support/served-process.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const folder = mkdtempSync(join(tmpdir(), 'cryptable-rollback-'));
const rootKey = { file: join(folder, 'keys', 'root.key') };
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const opened: Database[] = [];
afterEach(async () => {
  for (const database of opened.splice(0)) await database.close().catch(() => {});
});

let count = 0;

/** The folders of one store. */
class Place {
  readonly data: string;
  readonly kms: string;

  constructor() {
    const own = join(folder, `store-${count++}`);
    this.data = join(own, 'data');
    this.kms = join(own, 'elsewhere');
  }

  async open(options: OpenOptions = {}): Promise<Database> {
    const { data, kms } = this;
    const database = await open(data, { rootKey, keyDirectory: kms, clock: new VirtualClock(), ...options });
    opened.push(database);
    return database;
  }

  /** Opens, writes one content into each of ten items of each table, and closes. */
  async write(content: number, tables = ['one', 'two'], options: OpenOptions = {}): Promise<void> {
    const database = await this.open(options);
    const call = inProcessCall(database);
    const { TableNames } = await call('ListTables', {});
    for (const table of tables) {
      if (!TableNames.includes(table)) await call('CreateTable', createTableInput(table));
      for (let id = 0; id < 10; id++) {
        await call('PutItem', { TableName: table, Item: item(String(id), `${content}.${id}.20`) });
      }
    }
    await database.close();
  }

  copyData(to: string): string {
    rmSync(to, { recursive: true, force: true });
    cpSync(this.data, to, { recursive: true });
    return to;
  }

  putBack(copy: string): void {
    rmSync(this.data, { recursive: true });
    cpSync(copy, this.data, { recursive: true });
  }
}

async function contentsOf(database: Database, table: string): Promise<ReadonlySet<string | undefined>> {
  const items = await readItems(inProcessCall(database), table);
  return new Set([...items.values()].map((content) => content.split('.')[0]));
}

const rolledBack = expect.objectContaining({ name: 'Outage', code: 'StoreRolledBack' });

describe('a store is anchored', () => {
  test('beside its keys where they lie elsewhere than the data, and that is all it takes', async () => {
    const place = new Place();
    await place.write(1);
    expect(existsSync(join(place.kms, 'anchor'))).toBe(true);
    expect(existsSync(join(place.data, 'kms'))).toBe(false);
  });

  test('not where the keys lie in the data, unless it is asked for', async () => {
    const place = new Place();
    const kms = join(place.data, 'kms');
    await place.write(1, ['one'], { keyDirectory: kms });
    expect(existsSync(join(kms, 'anchor'))).toBe(false);
    await place.write(1, ['one'], { keyDirectory: kms, anchor: 'on' });
    expect(existsSync(join(kms, 'anchor'))).toBe(true);
  });

  test('nowhere when it is switched off', async () => {
    const place = new Place();
    await place.write(1, ['one'], { anchor: 'off' });
    expect(existsSync(join(place.kms, 'anchor'))).toBe(false);
  });

  test('where the caller says, who sees sealed bytes', async () => {
    const place = new Place();
    let kept: Uint8Array | undefined;
    const anchor = {
      read: async () => kept,
      write: async (sealed: Uint8Array) => {
        kept = sealed;
      },
    };
    await place.write(1, ['one'], { anchor });
    const old = place.copyData(`${place.data}-old`);
    await place.write(2, ['one'], { anchor });
    expect(Buffer.from(kept ?? []).includes('storeId')).toBe(false);
    place.putBack(old);
    await expect(place.open({ anchor })).rejects.toEqual(rolledBack);
  });
});

describe('R-INT-4: a store put back', () => {
  test('as a whole is refused, with what was expected and found', async () => {
    const place = new Place();
    await place.write(1);
    const old = place.copyData(`${place.data}-old`);
    await place.write(2);
    place.putBack(old);
    await expect(place.open()).rejects.toEqual(rolledBack);
    await expect(place.open()).rejects.toThrow(/Expected version \d+ or later of tree \d+ anchored at 20/);
    await expect(place.open({ create: false })).rejects.toEqual(rolledBack);
  });

  test('before its last table was made is refused', async () => {
    const place = new Place();
    await place.write(1, ['one']);
    const old = place.copyData(`${place.data}-old`);
    await place.write(1, ['two']);
    place.putBack(old);
    await expect(place.open()).rejects.toEqual(rolledBack);
  });

  test('in one tree alone is refused', async () => {
    const place = new Place();
    await place.write(1);
    const old = place.copyData(`${place.data}-old`);
    await place.write(2);
    const newer = openDatabase(join(place.data, 'store.sqlite'));
    newer.exec(`ATTACH '${join(old, 'store.sqlite')}' AS old`);
    newer.exec('DELETE FROM head WHERE tree = 2; INSERT INTO head SELECT * FROM old.head WHERE tree = 2');
    const pages = 'page WHERE place >= 2 * 4294967296 AND place < 3 * 4294967296';
    newer.exec(`DELETE FROM ${pages}; INSERT INTO page SELECT * FROM old.${pages}`);
    newer.close();
    await expect(place.open()).rejects.toThrow(/of tree 2 /);
    // Nothing else would have told: the old tree is whole.
    const unanchored = await place.open({ anchor: 'off' });
    expect([await contentsOf(unanchored, 'one'), await contentsOf(unanchored, 'two')]).toEqual([
      new Set(['1']),
      new Set(['2']),
    ]);
    expect((await unanchored.verify()).faults).toEqual([]);
  });

  test('is taken on demand, which is told once, and is then the anchored one', async () => {
    const place = new Place();
    await place.write(1);
    const old = place.copyData(`${place.data}-old`);
    await place.write(2);
    place.putBack(old);
    const warnings: string[] = [];
    const log: Log = { info() {}, error() {}, warn: (_, sentence) => void warnings.push(sentence) };
    const accepting = await place.open({ acceptRollback: true, log });
    expect(await contentsOf(accepting, 'one')).toEqual(new Set(['1']));
    await accepting.close();
    expect(warnings).toEqual([expect.stringContaining('put back')]);
    const again = await place.open({ log });
    expect(await contentsOf(again, 'two')).toEqual(new Set(['1']));
    expect(warnings).toHaveLength(1);
  });
});

test('a store that died before its last commits were anchored opens with all of them', async () => {
  const place = new Place();
  await place.write(1);
  const database = await place.open();
  await inProcessCall(database)('PutItem', { TableName: 'one', Item: item('0', '2.0.20') });
  // As a crash leaves it: the commit is in the log, and no timer of the anchor has come.
  const crashed = new Place();
  cpSync(place.data, crashed.data, { recursive: true });
  cpSync(place.kms, crashed.kms, { recursive: true });
  const reopened = await crashed.open();
  expect(await contentsOf(reopened, 'one')).toEqual(new Set(['1', '2']));
});

test('a server that is killed again and again is never refused its own store, nor loses a write', async () => {
  const place = new Place();
  const folders = ['--data', place.data, '--kms', place.kms, '--root-key', rootKey.file];
  const written = new Map<string, string>();
  for (let round = 0; round < 6; round++) {
    const server = await serveProcess(folders);
    const call = jsonCall(server.endpoint);
    if (round === 0) await call('CreateTable', createTableInput('one'));
    const found = await readItems(call, 'one');
    for (const [id, content] of written) expect(found.get(id), `${id} in round ${round}`).toBe(content);
    for (let id = 0; id < 1 + 7 * round; id++) {
      const content = `${round}.${id}.20`;
      await call('PutItem', { TableName: 'one', Item: item(String(id), content) });
      written.set(`one/${id}`, content);
    }
    await server.kill();
  }
  expect((await examine(place.data, { rootKey, keyDirectory: place.kms })).findings).toEqual([]);
});

describe('of two copies of a store', () => {
  test('under one key service the one that stayed behind is refused', async () => {
    const place = new Place();
    await place.write(1);
    const copy = place.copyData(`${place.data}-copy`);
    await place.write(2);
    place.putBack(copy);
    await expect(place.open()).rejects.toEqual(rolledBack);
  });

  test('under one key service the one that went its own way as far is refused', async () => {
    const place = new Place();
    await place.write(1);
    const copy = place.copyData(`${place.data}-copy`);
    await place.write(2);
    const own = place.copyData(`${place.data}-own`);
    place.putBack(copy);
    await place.write(3, ['one', 'two'], { acceptRollback: true });
    place.putBack(own);
    await expect(place.open()).rejects.toThrow(/went its own way/);
  });

  test('R-NON-2b: each with a key service of its own, no nonce is the other’s', async () => {
    const place = new Place();
    await place.write(1, ['one']);
    const twin = new Place();
    cpSync(place.data, twin.data, { recursive: true });
    cpSync(place.kms, twin.kms, { recursive: true });
    const [first, second] = [await noncesOf(place), await noncesOf(twin)];
    expect(first.seals).toBeGreaterThanOrEqual(1000);
    expect([first.nonces.size, second.nonces.size]).toEqual([first.seals, second.seals]);
    expect([...first.nonces].filter((nonce) => second.nonces.has(nonce))).toEqual([]);
    expect([...first.batches].filter((batch) => second.batches.has(batch))).toEqual([]);
  });
});

/** Writes the same page a thousand times, and gathers the nonce of each body it had. */
async function noncesOf(place: Place) {
  const database = await place.open();
  const call = inProcessCall(database);
  const reader = openDatabase(join(place.data, 'store.sqlite'), { readOnly: true });
  const bodies = reader.prepare('SELECT body FROM page WHERE place >= 2 * 4294967296');
  const nonces = new Set<string>();
  const batches = new Set<string>();
  let seals = 0;
  for (let round = 0; round < 1000; round++) {
    await call('PutItem', { TableName: 'one', Item: item('0', `${round}.0.20`) });
    const [row] = bodies.all() as { body: Uint8Array }[];
    const nonce = Buffer.from(row?.body.subarray(8, 32) ?? []).toString('hex');
    nonces.add(nonce);
    batches.add(nonce.slice(0, 24));
    seals++;
  }
  reader.close();
  await database.close();
  return { nonces, batches, seals };
}
