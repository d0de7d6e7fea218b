import { existsSync, readdirSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { Outage } from '../../src/base/errors.ts';
import { ownerLockFile } from '../../src/store/owner-lock.ts';
import type { StoreChange } from '../../src/store/page-store.ts';
import { packChange } from '../../src/store/sqlite-change.ts';
import { type CommitterOptions, createCommitter } from '../../src/store/sqlite-commit.ts';
import { type Database, type DriverName, usableDrivers } from '../../src/store/sqlite-driver.ts';
import { connect, identify, pageFile, prepareFile } from '../../src/store/sqlite-file.ts';
import { change, head, outcomeOf, put, temporaryFolder } from './support.ts';

/** What the connections that are opened next suffer from. */
const disk = vi.hoisted(() => ({ pagesMax: 0, failing: '', busyMs: 0, opened: 0, meanwhile: () => {} }));

vi.mock(import('../../src/store/sqlite-driver.ts'), async (original) => {
  const driver = await original();
  return {
    ...driver,
    openDatabase(...[path, options, name]: Parameters<typeof driver.openDatabase>) {
      const database = driver.openDatabase(path, options, name);
      if (disk.busyMs > 0) database.exec(`PRAGMA busy_timeout=${disk.busyMs}`);
      disk.opened++;
      if (disk.pagesMax > 0) database.exec(`PRAGMA max_page_count=${disk.pagesMax}`);
      return { ...faceOf(database), prepare: (sql: string) => failingOn(disk.failing, database, sql) };
    },
  };
});

function faceOf(database: Database): Database {
  return {
    exec: (sql) => database.exec(sql),
    prepare: (sql) => database.prepare(sql),
    loadExtension: (path) => database.loadExtension(path),
    close: () => database.close(),
  };
}

/** A statement whose run fails as if the disk did, while `disk.failing` says so; or in which something else happens. */
function failingOn(words: string, database: Database, sql: string) {
  const statement = database.prepare(sql);
  if (sql.startsWith('REPLACE INTO page')) {
    const { meanwhile } = disk;
    const run = statement.run.bind(statement);
    statement.run = (...values) => {
      meanwhile();
      return run(...values);
    };
  }
  if (words === '' || !sql.startsWith(words)) return statement;
  const fail = () => {
    throw Object.assign(new Error('disk I/O error'), { code: 'SQLITE_IOERR_FSYNC', errcode: 1034 });
  };
  return { ...statement, run: fail, get: fail };
}

afterEach(() => {
  Object.assign(disk, { pagesMax: 0, failing: '', busyMs: 0, opened: 0, meanwhile: () => {} });
});

function newStore(driver: DriverName, limits: Pick<CommitterOptions, 'bytesMax' | 'logBytesMax'> = {}) {
  const path = join(temporaryFolder(), 'file.sqlite');
  prepareFile(path, pageFile, true, driver);
  writeFileSync(join(path, '..', ownerLockFile), '');
  const reader = connect(path, { readOnly: false, driver });
  onTestFinished(() => reader.close());
  reader.prepare('SELECT * FROM head').all();
  const committer = createCommitter({ path, identity: identify(path), driver, ...limits });
  onTestFinished(() => committer.close());
  const rows = (table: string) => reader.prepare(`SELECT * FROM ${table}`).all().length;
  const commit = (parts: Partial<StoreChange>) =>
    outcomeOf(() => committer.commit(packChange(change(parts), undefined)));
  return { path, committer, reader, rows, commit };
}

const manyPuts = Array.from({ length: 100 }, (_, id) => put(1, id, 1, 8000));

for (const driver of usableDrivers()) {
  describe(`one connection that commits, by ${driver}`, () => {
    test('makes a change whole, on a connection that it opens when it is needed', async () => {
      const { commit, rows } = newStore(driver);
      const before = disk.opened;
      expect(await commit({ puts: [put(1, 1), put(1, 2)], heads: [head(1, 0)] })).toBe('answered');
      expect(await commit({ puts: [put(1, 3)], heads: [head(1, 1)] })).toBe('answered');
      expect([disk.opened - before, rows('page'), rows('head')]).toEqual([1, 3, 1]);
    });

    test('keeps its connection over a conflict', async () => {
      const { commit, rows } = newStore(driver);
      await commit({ heads: [head(1, 0)] });
      const before = disk.opened;
      expect(await commit({ puts: [put(1, 1)], heads: [head(1, 5)] })).toBe('StoreConflict');
      expect(await commit({ puts: [put(1, 1)], heads: [head(1, 1)] })).toBe('answered');
      expect([disk.opened - before, rows('page')]).toEqual([0, 1]);
    });

    test('a full disk is an outage that says so; nothing is half written, and it goes on once there is room', async () => {
      const { committer, commit, rows } = newStore(driver);
      disk.pagesMax = 20;
      let fault: unknown;
      try {
        committer.commit(packChange(change({ puts: manyPuts, heads: [head(1, 0)] }), undefined));
      } catch (thrown) {
        fault = thrown;
      }
      expect(fault).toBeInstanceOf(Outage);
      expect(fault).toMatchObject({ code: 'StoreUnavailable', message: /disk is full: make room/ });
      expect([rows('page'), rows('head')]).toEqual([0, 0]);
      expect(await commit({ puts: manyPuts, heads: [head(1, 0)] })).toBe('StoreUnavailable');
      disk.pagesMax = 0;
      expect(await commit({ puts: manyPuts, heads: [head(1, 0)] })).toBe('answered');
      expect([rows('page'), rows('head')]).toEqual([100, 1]);
    });

    for (const words of ['BEGIN', 'REPLACE INTO page', 'REPLACE INTO head', 'COMMIT']) {
      test(`a disk that fails at ${words} is an outage, and the next commit opens another connection`, async () => {
        const { commit, rows } = newStore(driver);
        disk.failing = words;
        expect(await commit({ puts: [put(1, 1)], heads: [head(1, 0)] })).toBe('StoreUnavailable');
        expect([rows('page'), rows('head')]).toEqual([0, 0]);
        disk.failing = '';
        const before = disk.opened;
        expect(await commit({ puts: [put(1, 1)], heads: [head(1, 0)] })).toBe('answered');
        expect([disk.opened - before, rows('page'), rows('head')]).toEqual([1, 1, 1]);
      });
    }

    test('R-PROC-3: acknowledges nothing for a file that was replaced, and goes on when it is back', async () => {
      const { path, commit, rows } = newStore(driver);
      expect(await commit({ heads: [head(1, 0)] })).toBe('answered');
      renameSync(path, `${path}.away`);
      expect(await commit({ heads: [head(1, 1)] })).toBe('StoreReplaced');
      expect(readdirSync(join(path, '..'))).not.toContain('file.sqlite');
      renameSync(`${path}.away`, path);
      expect(rows('head')).toBe(1);
      expect(await commit({ heads: [head(1, 1)] })).toBe('answered');
    });

    test('R-PROC-3: makes no file where the one it knows has gone before the first commit', async () => {
      const { path, commit } = newStore(driver);
      renameSync(path, `${path}.away`);
      expect(await commit({ heads: [head(1, 0)] })).toBe('StoreReplaced');
      expect(existsSync(path)).toBe(false);
    });

    test('R-PROC-3: acknowledges nothing for a file that is taken away in the middle of a commit', async () => {
      const { path, commit, rows } = newStore(driver);
      disk.meanwhile = () => renameSync(path, `${path}.away`);
      expect(await commit({ puts: [put(1, 1)] })).toBe('StoreReplaced');
      renameSync(`${path}.away`, path);
      expect(rows('page')).toBe(0);
    });

    test('a store that has reached its limit refuses what needs room, and nothing else', async () => {
      const bytesMax = 60 * 8192;
      const { commit, rows, path } = newStore(driver, { bytesMax });
      const fill = (ids: readonly number[]) => commit({ puts: ids.map((id) => put(1, id, 1, 8000)) });
      let id = 0;
      while ((await fill([id])) === 'answered') id++;
      expect(id).toBeGreaterThan(40);
      expect(await fill([id])).toBe('StoreFull');
      expect(rows('page')).toBe(id);
      expect(await commit({ puts: [put(1, 3, 2, 8000)] }), 'in place of another').toBe('answered');
      expect(await commit({ deletes: [{ tree: 1, id: 5 }] })).toBe('answered');
      expect(await fill([id]), 'in the room of what was deleted').toBe('answered');
      expect(await fill([id + 1])).toBe('StoreFull');
      expect(statSync(path).size).toBeLessThanOrEqual(bytesMax);
    });

    test('a store that is over its limit lets go of what it holds', async () => {
      const filled = newStore(driver);
      await filled.commit({ puts: manyPuts });
      const identity = identify(filled.path);
      const committer = createCommitter({ path: filled.path, identity, driver, bytesMax: 8192 });
      onTestFinished(() => committer.close());
      const commit = (parts: Partial<StoreChange>) =>
        outcomeOf(() => committer.commit(packChange(change(parts), undefined)));
      expect(await commit({ puts: [put(2, 1, 1, 8000)] })).toBe('StoreFull');
      expect(await commit({ deletes: manyPuts.slice(0, 50) })).toBe('answered');
      expect(filled.rows('page')).toBe(50);
    });

    test('what a process before it left in the log is in the file before anything is acknowledged', async () => {
      const { path, committer, commit } = newStore(driver);
      await commit({ puts: manyPuts });
      const logBytes = statSync(`${path}-wal`).size;
      const next = createCommitter({ path, identity: identify(path), driver });
      onTestFinished(() => next.close());
      next.commit(packChange(change({ puts: [put(2, 1)] }), undefined));
      expect(logBytes).toBeGreaterThan(100 * 8192);
      expect(statSync(`${path}-wal`).size).toBeLessThan(10 * 8192);
      expect(statSync(path).size).toBeGreaterThan(100 * 8192);
      committer.close();
    });

    test('after a disk that failed, the log is brought into the file before anything is acknowledged (F5)', async () => {
      const { commit, rows } = newStore(driver);
      disk.failing = 'COMMIT';
      expect(await commit({ puts: [put(1, 1)] })).toBe('StoreUnavailable');
      disk.failing = 'PRAGMA wal_checkpoint';
      expect(await commit({ puts: [put(1, 1)] })).toBe('StoreUnavailable');
      expect(rows('page')).toBe(0);
      disk.failing = '';
      expect(await commit({ puts: [put(1, 1)] })).toBe('answered');
    });

    test('a log that a reader from outside holds is told when it has grown to its limit, and cut once he is gone (F11)', async () => {
      disk.busyMs = 1;
      const { path, reader, commit } = newStore(driver, { logBytesMax: 150 * 8192 });
      expect(await commit({ heads: [head(1, 0)] })).toBe('answered');
      reader.exec('BEGIN');
      reader.prepare('SELECT * FROM head').all();
      expect(await commit({ puts: manyPuts })).toBe('answered');
      expect(await commit({ puts: manyPuts })).toBe('answered');
      expect(await commit({ puts: manyPuts })).toBe('StoreUnavailable');
      reader.exec('COMMIT');
      expect(await commit({ puts: manyPuts })).toBe('answered');
      expect(statSync(`${path}-wal`).size).toBeLessThan(150 * 8192);
    });

    test('brings its log into the file when it closes, and may close unused', async () => {
      const { path, committer, commit } = newStore(driver);
      committer.close();
      await commit({ puts: manyPuts });
      expect(statSync(`${path}-wal`).size).toBeGreaterThan(100 * 8192);
      committer.close();
      expect(statSync(`${path}-wal`).size).toBe(0);
      expect(statSync(path).size).toBeGreaterThan(100 * 8192);
    });
  });
}
