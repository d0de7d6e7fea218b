import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { IntegrityFault, Outage } from '../../src/base/errors.ts';
import { storeFile } from '../../src/store/sqlite.ts';
import { placeOf } from '../../src/store/sqlite-change.ts';
import { type Database, openDatabase } from '../../src/store/sqlite-driver.ts';
import { readFault, readStoreId, SqliteRows } from '../../src/store/sqlite-rows.ts';
import { body, change, head, openStore, put, temporaryFolder } from './support.ts';

let database: Database;
let storeId: Uint8Array;

beforeEach(async () => {
  const folder = temporaryFolder();
  const store = openStore({ folder });
  storeId = store.storeId;
  const puts = [put(2, 1), put(2, 7), put(4, 3)];
  await store.commit(change({ puts, heads: [head(2, 0), head(5, 0)] }));
  await store.close();
  database = openDatabase(join(folder, storeFile));
});

/** The tables of a store, but for the types that SQLite would hold them to: a damaged schema lets anything in. */
function looseDatabase(): Database {
  const loose = openDatabase(join(temporaryFolder(), 'loose.sqlite'));
  loose.exec('CREATE TABLE store(id)');
  loose.exec('CREATE TABLE head(tree INTEGER PRIMARY KEY, version, body)');
  loose.exec('CREATE TABLE page(place INTEGER PRIMARY KEY, version, body)');
  return loose;
}

describe('the rows of a store', () => {
  test('are its heads and pages, and undefined where there is none', () => {
    const rows = new SqliteRows(database);
    expect(rows.head(2)).toEqual({ tree: 2, version: 1, body: expect.any(Uint8Array) });
    expect(rows.pages(2, [7])[0]?.version).toBe(1);
    expect([rows.head(3), ...rows.pages(2, [2]), ...rows.pages(3, [1])]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  test('are listed in order, with trees that have only a page, or only a head', () => {
    const rows = new SqliteRows(database);
    expect(rows.listPages(2, 0, 9)).toEqual([1, 7]);
    expect(rows.listPages(2, 1, 9)).toEqual([7]);
    expect(rows.listTrees(-1, 9)).toEqual([2, 4, 5]);
    expect(rows.listTrees(2, 1)).toEqual([4]);
    expect(rows.listTrees(5, 9)).toEqual([]);
  });

  test('of other types than were written are tampering', () => {
    const damaged = looseDatabase();
    damaged.prepare('INSERT INTO page VALUES (?, 1, ?)').run(placeOf(2, 1), 'text');
    damaged.prepare('INSERT INTO page VALUES (?, 1, ?)').run(placeOf(2, 7), body(1));
    damaged.prepare('INSERT INTO head VALUES (2, ?, ?)').run('one', body(1));
    const rows = new SqliteRows(damaged);
    expect(() => rows.pages(2, [1])).toThrow(IntegrityFault);
    expect(() => rows.head(2)).toThrow(IntegrityFault);
    expect(rows.pages(2, [7])[0]?.version).toBe(1);
  });
});

describe('the id of a store', () => {
  test('is what it was made with', () => {
    expect(readStoreId(database)).toEqual(storeId);
  });

  for (const [title, ids] of [
    ['a text of its length', ['x'.repeat(16)]],
    ['a shorter one', [body(1, 15)]],
    ['one of two', [body(1, 16), body(2, 16)]],
    ['none', []],
  ] as const) {
    test(`that is ${title} is tampering`, () => {
      const damaged = looseDatabase();
      for (const id of ids) damaged.prepare('INSERT INTO store VALUES (?)').run(id);
      expect(() => readStoreId(damaged)).toThrow(IntegrityFault);
    });
  }
});

test('a read that failed is tampering where SQLite finds damage, and else an outage', () => {
  const coded = (code: string) => Object.assign(new Error(code), { code });
  expect(readFault(coded('SQLITE_CORRUPT'), { tree: 2 })).toEqual(new IntegrityFault({ tree: 2 }));
  expect(readFault(coded('SQLITE_NOTADB'), {})).toBeInstanceOf(IntegrityFault);
  expect(readFault(coded('SQLITE_IOERR'), {})).toMatchObject({ code: 'StoreUnavailable' });
  const known = [new IntegrityFault(), new Outage('Closed')];
  for (const fault of known) expect(readFault(fault, { tree: 2 })).toBe(fault);
});
