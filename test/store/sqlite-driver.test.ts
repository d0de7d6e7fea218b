import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { describe, expect, test } from 'vitest';
import {
  type DriverName,
  openDatabase,
  type SqliteCode,
  sqliteCode,
  usableDrivers,
} from '../../src/store/sqlite-driver.ts';
import { temporaryFolder } from './support.ts';

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
const hasItsOwn = major > 22 || (major === 22 && minor >= 13);

test('this runtime has a driver, and its own comes first where it is new enough', () => {
  expect(usableDrivers()).not.toHaveLength(0);
  expect(usableDrivers()[0]).toBe(hasItsOwn ? 'node:sqlite' : 'better-sqlite3');
});

test('an integer that is no number of ours is damage, as node:sqlite tells it', () => {
  const fault = Object.assign(new RangeError('too large'), { code: 'ERR_OUT_OF_RANGE' });
  expect(sqliteCode(fault)).toBe('corrupt');
});

/** The code of what `sql` on a second connection ends in, while `held` has run on a first. */
function codeOf(driver: DriverName, { held, sql }: { held: string; sql: string }): SqliteCode | 'answered' {
  const path = join(temporaryFolder(), 'a');
  const [first, second] = [openDatabase(path, {}, driver), openDatabase(path, {}, driver)];
  try {
    first.exec(held);
    second.exec(sql);
    return 'answered';
  } catch (fault) {
    return sqliteCode(fault);
  } finally {
    first.close();
    second.close();
  }
}

for (const driver of usableDrivers()) {
  describe(`the driver ${driver}`, () => {
    test('gives back what was written, bytes as bytes and numbers as numbers', () => {
      const database = openDatabase(join(temporaryFolder(), 'a'), {}, driver);
      database.exec('CREATE TABLE t(n INTEGER PRIMARY KEY, b BLOB, s TEXT) STRICT');
      const write = database.prepare('INSERT INTO t VALUES (?, ?, ?)');
      for (const n of [0, 2 ** 31, 2 ** 32 + 1, Number.MAX_SAFE_INTEGER]) {
        write.run(n, Uint8Array.of(1, 2, 255), 'ä');
      }
      const rows = database.prepare('SELECT n, b, s FROM t ORDER BY n').all();
      expect(rows.map((row) => Object.values(row ?? {})[0])).toEqual([
        0,
        2 ** 31,
        2 ** 32 + 1,
        Number.MAX_SAFE_INTEGER,
      ]);
      const [, bytes, text] = Object.values(rows[0] ?? {});
      expect(bytes).toBeInstanceOf(Uint8Array);
      expect([...bytes]).toEqual([1, 2, 255]);
      expect(text).toBe('ä');
      expect(database.prepare('SELECT n FROM t WHERE n = ?').get(5)).toBeUndefined();
      database.close();
    });

    test('says which connection is in the way, at once', () => {
      expect(codeOf(driver, { held: 'BEGIN EXCLUSIVE', sql: 'BEGIN EXCLUSIVE' })).toBe('busy');
      expect(codeOf(driver, { held: 'BEGIN', sql: 'BEGIN EXCLUSIVE' })).toBe('answered');
    });

    test('says that the file is full', () => {
      const held = 'CREATE TABLE t(b)';
      const sql = 'PRAGMA max_page_count=2; INSERT INTO t VALUES (zeroblob(100000))';
      expect(codeOf(driver, { held, sql })).toBe('full');
    });

    test('says that a file is no database, is damaged, or cannot be opened', () => {
      const folder = temporaryFolder();
      const read = (path: string) => {
        try {
          const database = openDatabase(path, {}, driver);
          try {
            database.prepare('SELECT * FROM sqlite_schema').all();
          } finally {
            database.close();
          }
          return 'answered';
        } catch (fault) {
          return sqliteCode(fault);
        }
      };
      const text = join(folder, 'text');
      writeFileSync(text, 'not a database, but long enough to be taken for one'.repeat(100));
      expect(read(text)).toBe('notADatabase');
      const damaged = join(folder, 'damaged');
      const database = openDatabase(damaged, {}, driver);
      database.exec('PRAGMA page_size=512; CREATE TABLE t(b)');
      database.close();
      writeFileSync(damaged, Buffer.alloc(412, 255), { flag: 'r+' });
      expect(read(damaged)).toBe('notADatabase');
      expect(read(join(folder, 'no', 'such', 'folder'))).not.toBe('answered');
    });

    test('writes nothing where it was opened to read', () => {
      const path = join(temporaryFolder(), 'a');
      const writer = openDatabase(path, {}, driver);
      writer.exec('CREATE TABLE t(b)');
      writer.close();
      const reader = openDatabase(path, { readOnly: true }, driver);
      expect(reader.prepare('SELECT count(*) AS n FROM t').get()).toEqual({ n: 0 });
      expect(() => reader.exec('INSERT INTO t VALUES (1)')).toThrow();
      reader.close();
    });
  });
}

describe('the code of a fault', () => {
  for (const [code, fault] of [
    ['busy', { errcode: 5 }],
    ['busy', { errcode: 5 | (2 << 8) }],
    ['busy', { errcode: 6 }],
    ['corrupt', { errcode: 11 }],
    ['full', { errcode: 13 }],
    ['cantOpen', { errcode: 14 }],
    ['notADatabase', { errcode: 26 }],
    ['other', { errcode: 10 }],
    ['busy', { code: 'SQLITE_BUSY_SNAPSHOT' }],
    ['busy', { code: 'SQLITE_LOCKED' }],
    ['corrupt', { code: 'SQLITE_CORRUPT_VTAB' }],
    ['full', { code: 'SQLITE_FULL' }],
    ['cantOpen', { code: 'SQLITE_CANTOPEN_ISDIR' }],
    ['notADatabase', { code: 'SQLITE_NOTADB' }],
    ['other', { code: 'SQLITE_IOERR_SHORT_READ' }],
    ['other', {}],
  ] as const) {
    test(`${JSON.stringify(fault)} is ${code}`, () => {
      expect(sqliteCode(Object.assign(new Error('sqlite'), fault))).toBe(code);
    });
  }

  test('of something that is no error is none of ours', () => {
    expect(sqliteCode({ errcode: 11 })).toBe('other');
    expect(sqliteCode(undefined)).toBe('other');
  });
});
