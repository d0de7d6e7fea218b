import { writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { IntegrityFault } from '../../src/base/errors.ts';
import { pageRowReading } from '../../src/crypto/page-rows.ts';
import { NativeRows } from '../../src/store/native-rows.ts';
import { openSqliteStore, storeFile } from '../../src/store/sqlite.ts';
import { type Database, openDatabase, sqliteCode, usableDrivers } from '../../src/store/sqlite-driver.ts';
import { addonSkipped, testedAddon } from '../support/usable-cores.ts';
import { body, change, put, temporaryFolder } from './support.ts';

const bodies = (pages: readonly ({ body: Uint8Array } | undefined)[] | undefined) =>
  pages?.map((page) => page && [...page.body]);

for (const driver of usableDrivers()) {
  describe.skipIf(addonSkipped)(`pages read by the addon through ${driver}`, () => {
    /** Of a store with pages 1 to 70 of tree 2, and another connection to it. */
    async function openRows() {
      const folder = temporaryFolder();
      const store = openSqliteStore({ folder, create: true, driver });
      const puts = Array.from({ length: 70 }, (_, index) => put(2, index + 1, 1, 8142 - index * 100));
      await store.commit(change({ puts }));
      await store.close();
      const path = join(folder, storeFile);
      const open = () => openDatabase(path, { mayExtend: true }, driver);
      const connections = [open(), open()] as const;
      return { path, rows: rowsOf(connections[0]), database: connections[0], other: connections[1] };
    }

    function rowsOf(database: Database): NativeRows {
      const reading = pageRowReading(testedAddon);
      if (reading === undefined) throw new Error('the addon comes from a file');
      return new NativeRows(database, reading);
    }

    test('are what was written, in the order asked, with gaps where nothing is', async () => {
      const { rows } = await openRows();
      const read = rows.pages(2, [7, 200, 1, 7]);
      expect(bodies(read)).toEqual(
        [put(2, 7, 1, 7542), undefined, put(2, 1, 1, 8142), put(2, 7, 1, 7542)].map(
          (page) => page && [...page.body],
        ),
      );
      expect(read?.map((page) => page?.version)).toEqual([1, undefined, 1, 1]);
      expect(rows.pages(3, [7])).toEqual([undefined]);
      expect(rows.pages(2, [])).toEqual([]);
    });

    test('lie in memory that the next call writes over', async () => {
      const { rows } = await openRows();
      const [first] = rows.pages(2, [1]) ?? [];
      rows.pages(2, [2]);
      expect([...(first?.body.subarray(0, 8042) ?? [])]).toEqual([...put(2, 2, 1, 8042).body]);
      const [again] = rows.pages(2, [1]) ?? [];
      expect(again?.body.buffer).toBe(first?.body.buffer);
    });

    test('are left to the driver where there are too many at once, or one is too long', async () => {
      const { rows, database } = await openRows();
      const ids = Array.from({ length: 65 }, (_, index) => index + 1);
      expect(rows.pages(2, ids)).toBeUndefined();
      expect(rows.pages(2, ids.slice(1))).toHaveLength(64);
      database.prepare('INSERT INTO page VALUES (?, 1, ?)').run(1, body(1, 8193));
      expect(rows.pages(0, [1])).toBeUndefined();
    });

    test('are what another connection has committed, and in a transaction what there was before', async () => {
      const { rows, database, other } = await openRows();
      const replace = other.prepare('REPLACE INTO page VALUES (?, 2, ?)');
      const place = 2 * 2 ** 32 + 1;
      database.exec('BEGIN');
      expect(rows.pages(2, [1])?.[0]?.version).toBe(1);
      replace.run(place, body(9));
      expect(rows.pages(2, [1])?.[0]?.version).toBe(1);
      database.exec('COMMIT');
      expect(rows.pages(2, [1])?.[0]).toEqual({ version: 2, body: body(9) });
    });

    test('of a table that was changed are read as it is now, or told as SQLite tells it', async () => {
      const { rows, other } = await openRows();
      other.exec('ALTER TABLE page ADD COLUMN more BLOB');
      expect(rows.pages(2, [1])?.[0]?.version).toBe(1);
      other.exec('DROP TABLE page');
      expect(() => rows.pages(2, [1])).toThrow('SQLite answered 1.');
    });

    test('that are damaged are SQLite’s to find, by its own code', async () => {
      const { path, rows, database, other } = await openRows();
      rows.close();
      database.close();
      other.close();
      const file = await readFile(path);
      // Behind the header, the schema and the map of pages, so that the connection still opens.
      file.fill(0, 8192 * 4);
      writeFileSync(path, file);
      const damaged = rowsOf(openDatabase(path, { mayExtend: true }, driver));
      let code: string | undefined;
      try {
        damaged.pages(2, [30]);
      } catch (fault) {
        code = sqliteCode(fault);
      }
      expect(code).toBe('corrupt');
    });

    test('of other types than were written are tampering', () => {
      const loose = openDatabase(join(temporaryFolder(), 'loose.sqlite'), { mayExtend: true }, driver);
      loose.exec('CREATE TABLE page(place INTEGER PRIMARY KEY, version, body)');
      const rows = rowsOf(loose);
      for (const [place, version, bytes] of [
        [1, '1', "'text'"],
        [2, "'1'", "x'01'"],
        [3, '1', 'NULL'],
        [4, '1.5', "x'01'"],
        [5, '9007199254740993', "x'01'"],
        [6, '-9007199254740993', "x'01'"],
        [7, '1', '7'],
      ] as const) {
        loose.exec(`INSERT INTO page VALUES (${place}, ${version}, ${bytes})`);
        expect(() => rows.pages(0, [place]), `row ${place}`).toThrow(IntegrityFault);
      }
    });

    test('hold their connection open until they are closed, and then no more', async () => {
      const { rows, database, other } = await openRows();
      const only = () => other.exec('PRAGMA journal_mode=DELETE');
      rows.pages(2, [1]);
      expect(only).toThrow(/locked/);
      rows.close();
      rows.close();
      database.close();
      expect(only).not.toThrow();
      expect(() => rows.pages(2, [1])).toThrow(expect.objectContaining({ code: 'ERR_ROWS_CLOSED' }));
    });

    test('need a connection that has pages', () => {
      const empty = openDatabase(join(temporaryFolder(), 'empty.sqlite'), { mayExtend: true }, driver);
      expect(() => rowsOf(empty)).toThrow();
    });
  });
}
