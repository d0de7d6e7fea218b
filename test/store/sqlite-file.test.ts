import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ownerLockFile } from '../../src/store/owner-lock.ts';
import { type Database, openDatabase, usableDrivers } from '../../src/store/sqlite-driver.ts';
import {
  connect,
  identify,
  makeFolder,
  mustBeSame,
  pageFile,
  prepareFile,
  recordFile,
} from '../../src/store/sqlite-file.ts';
import { outcomeOf, temporaryFolder } from './support.ts';

function pragma(database: Database, name: string): unknown {
  return Object.values(database.prepare(`PRAGMA ${name}`).get() ?? {})[0];
}

describe('a folder of ours', () => {
  test('R-FS-1: is open to its owner alone, as are the folders made on the way', () => {
    const folder = join(temporaryFolder(), 'a', 'b');
    makeFolder(folder);
    for (const made of [folder, join(folder, '..')]) expect(statSync(made).mode & 0o777).toBe(0o700);
  });

  test('that was there keeps the mode its owner gave it', () => {
    const folder = temporaryFolder();
    chmodSync(folder, 0o750);
    makeFolder(folder);
    expect(statSync(folder).mode & 0o777).toBe(0o750);
  });
});

for (const driver of usableDrivers()) {
  const made = (kind = pageFile) => {
    const path = join(temporaryFolder(), 'file.sqlite');
    prepareFile(path, kind, true, driver);
    return path;
  };

  describe(`a file of ours, made by ${driver}`, () => {
    test('R-FS-1: can be read by its owner alone, with its log and its index', () => {
      const path = made();
      const database = connect(path, { readOnly: false, driver });
      database.exec('BEGIN IMMEDIATE; DELETE FROM head; COMMIT');
      database.prepare('INSERT INTO head VALUES (1, 1, ?)').run(Uint8Array.of(1));
      const files = readdirSync(join(path, '..')).sort();
      expect(files).toEqual(['file.sqlite', 'file.sqlite-shm', 'file.sqlite-wal']);
      for (const file of files) expect(statSync(join(path, '..', file)).mode & 0o777).toBe(0o600);
      database.close();
    });

    test('is known for ours when it is opened again, with or without create', async () => {
      const path = made();
      for (const create of [true, false]) {
        expect(await outcomeOf(() => prepareFile(path, pageFile, create, driver))).toBe('answered');
      }
    });

    test('has an id that no other has', () => {
      const ids = [made(), made()].map((path) => {
        const database = openDatabase(path, {}, driver);
        const [id] = Object.values(database.prepare('SELECT hex(id) FROM store').get() ?? {});
        database.close();
        return id;
      });
      expect(ids[0]).toMatch(/^[0-9A-F]{32}$/);
      expect(ids[0]).not.toBe(ids[1]);
    });

    test('is whole or not there: what a dead process left of one is made anew', async () => {
      const path = join(temporaryFolder(), 'file.sqlite');
      writeFileSync(`${path}.new`, 'half a header');
      writeFileSync(`${path}.new-journal`, 'half a journal');
      expect(await outcomeOf(() => prepareFile(path, pageFile, false, driver))).toBe('StoreMissing');
      prepareFile(path, pageFile, true, driver);
      expect(readdirSync(join(path, '..'))).toEqual(['file.sqlite']);
      expect(await outcomeOf(() => prepareFile(path, pageFile, false, driver))).toBe('answered');
    });

    test('R-INT-5: is not made where it is missing or empty, unless that is asked for', async () => {
      const path = join(temporaryFolder(), 'file.sqlite');
      expect(await outcomeOf(() => prepareFile(path, pageFile, false, driver))).toBe('StoreMissing');
      expect(existsSync(path)).toBe(false);
      writeFileSync(path, '');
      expect(await outcomeOf(() => prepareFile(path, pageFile, false, driver))).toBe('StoreMissing');
      expect(statSync(path).size).toBe(0);
      expect(await outcomeOf(() => prepareFile(path, pageFile, true, driver))).toBe('answered');
    });

    const foreign: Readonly<Record<string, (path: string) => void>> = {
      'a line of text': (path) => writeFileSync(path, 'hello\n'),
      'a page of text': (path) => writeFileSync(path, 'hello\n'.repeat(2000)),
      'a database of someone else': (path) => {
        const database = openDatabase(path, {}, driver);
        database.exec('CREATE TABLE page(place INTEGER PRIMARY KEY); INSERT INTO page VALUES (1)');
        database.close();
      },
      'the file of the other kind': (path) => prepareFile(path, recordFile, true, driver),
    };
    for (const [name, make] of Object.entries(foreign)) {
      test(`is told from ${name}, which stays as it is`, async () => {
        const path = join(temporaryFolder(), 'file.sqlite');
        make(path);
        const before = readFileSync(path);
        for (const create of [true, false]) {
          expect(await outcomeOf(() => prepareFile(path, pageFile, create, driver))).toBe('StoreForeign');
        }
        expect(readFileSync(path).equals(before)).toBe(true);
      });
    }

    for (const sql of [
      'CREATE TRIGGER t AFTER INSERT ON page BEGIN DELETE FROM head; END',
      'CREATE VIEW v AS SELECT 1',
      'CREATE INDEX i ON page(version)',
      'DROP TABLE head',
      'ALTER TABLE page ADD COLUMN more INTEGER DEFAULT 1',
    ]) {
      test(`is damaged where its schema is not ours: ${sql}`, async () => {
        const path = made();
        const database = openDatabase(path, {}, driver);
        database.exec(sql);
        database.close();
        expect(await outcomeOf(() => prepareFile(path, pageFile, false, driver))).toBe('IntegrityFault');
      });
    }

    test('is unavailable where a folder lies in its place', async () => {
      const path = join(temporaryFolder(), 'file.sqlite');
      mkdirSync(path);
      expect(await outcomeOf(() => prepareFile(path, pageFile, true, driver))).toBe('StoreUnavailable');
    });
  });

  describe(`a connection by ${driver}`, () => {
    test('waits for the disk at each commit: synchronous is FULL although the log would lower it', () => {
      const path = made();
      // The first turns the file to a log, the second finds it there.
      for (let opened = 0; opened < 2; opened++) {
        const database = connect(path, { readOnly: false, driver });
        expect(pragma(database, 'journal_mode')).toBe('wal');
        expect(pragma(database, 'synchronous')).toBe(2);
        expect(pragma(database, 'cache_size')).toBe(-16_384);
        expect([pragma(database, 'fullfsync'), pragma(database, 'checkpoint_fullfsync')]).toEqual([1, 1]);
        database.close();
      }
    });

    test('trusts nothing that the file says, and keeps its log short', () => {
      const database = connect(made(), { readOnly: false, driver });
      const settings = ['page_size', 'trusted_schema', 'cell_size_check', 'mmap_size', 'wal_autocheckpoint'];
      // Where memory maps are not compiled in, there is no size to tell.
      expect(settings.map((name) => pragma(database, name) ?? 0)).toEqual([8192, 0, 1, 0, 4000]);
      database.close();
    });

    test('refuses to open what is no database', () => {
      const path = join(temporaryFolder(), 'file.sqlite');
      writeFileSync(path, 'hello\n'.repeat(2000));
      expect(() => connect(path, { readOnly: false, driver })).toThrow();
    });
  });

  describe(`the identity of a file in use, by ${driver}`, () => {
    const inUse = () => {
      const path = made();
      const lock = join(path, '..', ownerLockFile);
      writeFileSync(lock, '');
      const database = connect(path, { readOnly: false, driver });
      database.prepare('SELECT * FROM head').all();
      return { path, lock, database, identity: identify(path) };
    };

    test('is the same while nothing happens to it', async () => {
      const { database, identity } = inUse();
      database.prepare('INSERT INTO head VALUES (1, 1, ?)').run(Uint8Array.of(1));
      expect(await outcomeOf(() => mustBeSame(identity))).toBe('answered');
      database.close();
    });

    for (const part of ['', '-wal', 'lock'] as const) {
      const fileOf = ({ path, lock }: { path: string; lock: string }) =>
        part === 'lock' ? lock : path + part;
      const noun = part === 'lock' ? 'its lock' : part === '' ? 'the file' : 'its log';

      test(`R-PROC-3: is another when ${noun} is gone, or another file has its name`, async () => {
        const used = inUse();
        const file = fileOf(used);
        renameSync(file, `${file}.away`);
        expect(await outcomeOf(() => mustBeSame(used.identity))).toBe('StoreReplaced');
        writeFileSync(file, readFileSync(`${file}.away`));
        expect(await outcomeOf(() => mustBeSame(used.identity))).toBe('StoreReplaced');
        rmSync(file);
        renameSync(`${file}.away`, file);
        expect(await outcomeOf(() => mustBeSame(used.identity))).toBe('answered');
        used.database.close();
      });
    }
  });
}
