import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFileSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { describe, expect, test } from 'vitest';
import { pageIdsMax, treesMax } from '../../src/store/page-store.ts';
import { openSqliteStore, type SqliteStore, storeFile } from '../../src/store/sqlite.ts';
import { type DriverName, openDatabase, usableDrivers } from '../../src/store/sqlite-driver.ts';
import { pageFile } from '../../src/store/sqlite-file.ts';
import { body, change, generator, head, openStore, outcomeOf, put, temporaryFolder } from './support.ts';
import { type WayToRead, waysToRead } from './ways-to-read.ts';

const compiled = new URL('../../dist/store/sqlite.js', import.meta.url);
const sqlitePageBytes = 8192;

/** Opens, looks at everything, and closes: how a verification meets a store. */
async function readAll(folder: string, { driver, rows }: WayToRead): Promise<string> {
  let store: SqliteStore | undefined;
  const outcome = await outcomeOf(() => {
    store = openSqliteStore({ folder, create: false, driver, rows });
    for (const tree of store.listTrees(-1, 1000)) {
      const ids = store.listPages(tree, -1, 1000);
      const found = [...store.readHeads([tree]), ...store.readPages(tree, ids, rows !== undefined)];
      for (const stored of found) {
        if (stored === undefined) continue;
        expect(Number.isSafeInteger(stored.version)).toBe(true);
        expect(stored.body).toBeInstanceOf(Uint8Array);
      }
    }
  });
  await store?.close();
  return outcome;
}

/** A store that was closed: everything is in its one file. */
async function filledFolder(driver: DriverName): Promise<string> {
  const folder = temporaryFolder();
  const store = openSqliteStore({ folder, create: true, driver });
  const puts = Array.from({ length: 40 }, (_, id) => put(1 + (id % 3), id, 1, 100 + id * 200));
  await store.commit(change({ puts, heads: [head(1, 0), head(2, 0)] }));
  await store.close();
  return folder;
}

for (const driver of usableDrivers()) {
  describe(`a SQLite store by ${driver}`, () => {
    test('keeps its id and all it holds over a restart', async () => {
      const folder = temporaryFolder();
      const first = openStore({ folder, driver });
      await first.commit(change({ puts: [put(1, 1)], heads: [head(1, 0)] }));
      await first.close();
      const second = openStore({ folder, create: false, driver });
      expect([...second.storeId]).toEqual([...first.storeId]);
      expect(second.storeId).toHaveLength(16);
      expect([...(second.readPages(1, [1])[0]?.body ?? [])]).toEqual([...put(1, 1).body]);
      await second.commit(change({ heads: [head(1, 1)] }));
      expect(second.path).toBe(join(folder, storeFile));
    });

    test('R-FS-1: lies in a folder and in files that its owner alone can enter and read', async () => {
      const folder = join(temporaryFolder(), 'data');
      const store = openStore({ folder, driver });
      await store.commit(change({ heads: [head(1, 0)] }));
      expect(statSync(folder).mode & 0o777).toBe(0o700);
      for (const suffix of ['', '-wal', '-shm']) {
        expect(statSync(`${store.path}${suffix}`).mode & 0o777).toBe(0o600);
      }
    });

    for (const [length, fits] of [
      [8142, true],
      [8200, false],
    ] as const) {
      test(`${fits ? 'keeps' : 'cannot keep'} a page of ${length} bytes in one of SQLite's, whatever its numbers`, async () => {
        const folder = temporaryFolder();
        const store = openStore({ folder, driver });
        await store.commit(change({ puts: [put(1, 1)] }));
        await store.close();
        const before = statSync(store.path).size;
        const again = openStore({ folder, driver });
        const puts = Array.from({ length: 200 }, (_, index) => {
          const page = { tree: treesMax - 1, id: pageIdsMax - 1 - index, body: body(index, length) };
          return { ...page, version: Number.MAX_SAFE_INTEGER };
        });
        await again.commit(change({ puts }));
        await again.close();
        const grown = (statSync(again.path).size - before) / sqlitePageBytes;
        expect(grown).toBeGreaterThanOrEqual(200);
        // A few more hold the tree above them.
        expect(grown <= 204).toBe(fits);
      });
    }

    test('keeps its log short, however much is committed, and leaves none behind', async () => {
      const folder = temporaryFolder();
      const store = openStore({ folder, driver });
      const commitPages = 400;
      const page = put(1, 0, 1, 8142);
      let longest = 0;
      for (let round = 0; round < 30; round++) {
        const puts = Array.from({ length: commitPages }, (_, id) => ({ ...page, id, version: round + 1 }));
        await store.commit(change({ puts }));
        longest = Math.max(longest, statSync(`${store.path}-wal`).size);
      }
      expect(longest).toBeLessThan((4000 + 2 * commitPages) * (sqlitePageBytes + 24));
      await store.close();
      expect(statSync(`${store.path}-wal`, { throwIfNoEntry: false })).toBeUndefined();
    });
  });

  describe(`an open SQLite store by ${driver}`, () => {
    test('R-PROC-3: is refused at once to a second owner in this process', async () => {
      const folder = temporaryFolder();
      const store = openStore({ folder, driver });
      for (const create of [true, false]) {
        const startedMs = performance.now();
        expect(await outcomeOf(() => openSqliteStore({ folder, create, driver }))).toBe('StoreLocked');
        expect(performance.now() - startedMs).toBeLessThan(100);
      }
      await store.commit(change({ heads: [head(1, 0)] }));
    });

    test('R-PROC-3: is refused to another process, and opens when that was killed in a commit', async () => {
      const folder = temporaryFolder();
      const script = `
        import { openSqliteStore } from ${JSON.stringify(compiled.href)};
        const store = openSqliteStore({ folder: process.argv[1], create: true, driver: process.argv[2] });
        const body = new Uint8Array(8000);
        for (let version = 1; ; version++) {
          const puts = Array.from({ length: 50 }, (_, id) => ({ tree: 1, id, version, body }));
          const heads = [{ tree: 1, expected: version - 1, version, body }];
          await store.commit({ puts, deletes: [], heads, drops: [] });
          process.stdout.write(version + '\\n');
        }`;
      const child = spawn(process.execPath, ['--input-type=module', '-e', script, folder, driver], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      let said = '';
      child.stdout.on('data', (text) => {
        said += text;
      });
      while (said.split('\n').length < 5) await once(child.stdout, 'data');
      expect(await outcomeOf(() => openSqliteStore({ folder, create: false, driver }))).toBe('StoreLocked');
      child.kill('SIGKILL');
      await once(child, 'close');
      const acknowledged = Number(said.split('\n').at(-2));
      const store = openStore({ folder, create: false, driver });
      const version = store.readHeads([1])[0]?.version ?? 0;
      // What was acknowledged is there; of the one under way at most all.
      expect([acknowledged, acknowledged + 1]).toContain(version);
      const pages = store.readPages(1, store.listPages(1, -1, 100));
      expect(pages.map((page) => page?.version)).toEqual(Array(50).fill(version));
    });

    for (const [name, remove] of [
      ['unlinked', (path: string) => rmSync(path)],
      ['renamed away', (path: string) => renameSync(path, `${path}.away`)],
      [
        'replaced by a copy',
        (path: string) => {
          copyFileSync(path, `${path}.copy`);
          renameSync(`${path}.copy`, path);
        },
      ],
    ] as const) {
      test(`R-PROC-3: acknowledges nothing more when its file was ${name}`, async () => {
        const store = openStore({ folder: temporaryFolder(), driver });
        await store.commit(change({ heads: [head(1, 0)] }));
        remove(store.path);
        for (let attempt = 0; attempt < 2; attempt++) {
          expect(await outcomeOf(() => store.commit(change({ heads: [head(1, 1)] })))).toBe('StoreReplaced');
        }
        await store.close();
      });
    }

    test('R-PROC-3: acknowledges nothing more when its lock was taken away', async () => {
      const folder = temporaryFolder();
      const store = openStore({ folder, driver });
      await store.commit(change({ heads: [head(1, 0)] }));
      rmSync(join(folder, 'owner.lock'));
      expect(await outcomeOf(() => store.commit(change({ heads: [head(1, 1)] })))).toBe('StoreReplaced');
    });
  });

  describe(`what is no store of ours, by ${driver}`, () => {
    test('R-INT-5: a missing or empty one is not made unless that is asked for', async () => {
      const folder = join(temporaryFolder(), 'data');
      const open = (create: boolean) => openSqliteStore({ folder, create, driver });
      expect(await outcomeOf(() => open(false))).toBe('StoreMissing');
      expect(statSync(folder, { throwIfNoEntry: false })).toBeUndefined();
      mkdirSync(folder);
      writeFileSync(join(folder, storeFile), '');
      expect(await outcomeOf(() => open(false))).toBe('StoreMissing');
      const store = openStore({ folder, driver });
      await store.commit(change({ heads: [head(1, 0)] }));
    });

    test('is refused as foreign, and the folder is free afterwards', async () => {
      const folder = temporaryFolder();
      writeFileSync(join(folder, storeFile), 'hello\n'.repeat(2000));
      for (const create of [true, false, true]) {
        expect(await outcomeOf(() => openSqliteStore({ folder, create, driver }))).toBe('StoreForeign');
      }
      rmSync(join(folder, storeFile));
      openStore({ folder, driver });
    });

    test('is refused where the folder cannot be made', async () => {
      const file = join(temporaryFolder(), 'file');
      writeFileSync(file, '');
      const open = () => openSqliteStore({ folder: join(file, 'data'), create: true, driver });
      expect(await outcomeOf(open)).toBe('StoreUnavailable');
    });
  });
}

for (const way of waysToRead) {
  const { driver, rows } = way;
  describe(`a damaged SQLite store by ${way.name}`, () => {
    const seed = Math.floor(Math.random() * 2 ** 31);

    test(`R-PROC-1: is a fault of ours or reads as it is, whatever was flipped (seed ${seed})`, async () => {
      const random = generator(seed);
      const folder = await filledFolder(driver);
      const path = join(folder, storeFile);
      const whole = readFileSync(path);
      const outcomes = new Set<string>();
      for (let round = 0; round < 200; round++) {
        const bytes = Buffer.from(whole);
        // The first bytes of a page say what follows: half of the damage goes there.
        const pageStart = Math.floor((random() * whole.length) / sqlitePageBytes) * sqlitePageBytes;
        const at = pageStart + Math.floor(random() * (round % 2 === 0 ? 64 : sqlitePageBytes));
        bytes.writeUInt8(bytes.readUInt8(at) ^ (1 << Math.floor(random() * 8)), at);
        writeFileSync(path, bytes);
        outcomes.add(await readAll(folder, way));
      }
      // Which of these a store notices is SQLite's; that nothing else happens is ours.
      expect(
        [...outcomes].filter(
          (outcome) => !['answered', 'IntegrityFault', 'StoreForeign', 'StoreUnavailable'].includes(outcome),
        ),
      ).toEqual([]);
      expect(outcomes).toContain('IntegrityFault');
    });

    const mutilations: Readonly<Record<string, (path: string, pages: number) => void>> = {
      'truncated to half': (path, pages) => truncateSync(path, Math.floor(pages / 2) * sqlitePageBytes),
      'truncated in the middle of a page': (path) => truncateSync(path, 3 * sqlitePageBytes + 100),
      'truncated to its header': (path) => truncateSync(path, 100),
      'zeroed but for its first page': (path, pages) =>
        writeAt(path, sqlitePageBytes, Buffer.alloc((pages - 1) * sqlitePageBytes)),
      'random but for its first page': (path, pages) =>
        writeAt(path, sqlitePageBytes, Buffer.alloc((pages - 1) * sqlitePageBytes, 0xa7)),
    };
    for (const [name, mutilate] of Object.entries(mutilations)) {
      test(`R-PROC-1: ${name}, does not open or does not read, and says so`, async () => {
        const folder = await filledFolder(driver);
        const path = join(folder, storeFile);
        mutilate(path, statSync(path).size / sqlitePageBytes);
        const outcome = await readAll(folder, way);
        expect(['IntegrityFault', 'StoreForeign', 'StoreUnavailable']).toContain(outcome);
      });
    }

    test('R-PROC-1: each page zeroed in turn, is a fault of ours or reads as it is', async () => {
      const folder = await filledFolder(driver);
      const path = join(folder, storeFile);
      const whole = readFileSync(path);
      const outcomes: string[] = [];
      for (let page = 0; page < whole.length / sqlitePageBytes; page++) {
        writeFileSync(path, whole);
        writeAt(path, page * sqlitePageBytes, Buffer.alloc(sqlitePageBytes));
        outcomes.push(await readAll(folder, way));
      }
      expect(outcomes[0]).toBe('StoreForeign');
      expect(outcomes.filter((outcome) => outcome === 'IntegrityFault').length).toBeGreaterThan(10);
    });

    test('R-PROC-1: commits to it fail as outages and leave the process alive', async () => {
      const folder = await filledFolder(driver);
      const path = join(folder, storeFile);
      writeAt(path, 3 * sqlitePageBytes, Buffer.alloc(statSync(path).size - 3 * sqlitePageBytes, 0xa7));
      const outcomes = new Set<string>();
      const store = openStore({ folder, create: false, driver });
      for (let id = 0; id < 40; id += 4) {
        outcomes.add(await outcomeOf(() => store.commit(change({ puts: [put(1 + (id % 3), id, 2, 8000)] }))));
      }
      expect([...outcomes]).toEqual(['StoreUnavailable']);
    });

    for (const column of ['version', 'body']) {
      for (const value of ["'text'", 'NULL', '1.5', "x'00'", '9007199254740993']) {
        if (column === 'body' && value.startsWith('x')) continue;
        test(`R-PROC-1: ${value} where a row has its ${column} is damage, not a value`, async () => {
          const folder = folderOfOddRow(driver, { version: '1', body: "x'01'", [column]: value });
          const store = openStore({ folder, create: false, driver, rows });
          const atOnce = rows !== undefined;
          expect(await outcomeOf(() => store.readPages(2, [1], atOnce))).toBe('IntegrityFault');
          expect(await outcomeOf(() => store.readHeads([2]))).toBe('IntegrityFault');
          expect(await outcomeOf(() => [store.readPages(1, [1], atOnce), store.readHeads([1])])).toBe(
            'answered',
          );
        });
      }
    }
  });
}

function writeAt(path: string, offset: number, bytes: Uint8Array): void {
  const whole = readFileSync(path);
  whole.set(bytes, offset);
  writeFileSync(path, whole);
}

/**
 * A store with a sound row in tree 1 and an odd one in tree 2: what a flipped type of a record makes, and tables with our
 * declarations would not take. They are made without those, which are then written over comments of the same length.
 */
function folderOfOddRow(driver: DriverName, odd: { version: string; body: string }): string {
  const folder = temporaryFolder();
  const path = join(folder, storeFile);
  const database = openDatabase(path, {}, driver);
  database.exec(`PRAGMA page_size=${sqlitePageBytes}`);
  for (const table of pageFile.tables) database.exec(loose(table));
  database.exec("INSERT INTO store VALUES (x'00112233445566778899aabbccddeeff')");
  for (const [tree, { version, body: bytes }] of [
    [1, { version: '1', body: "x'01'" }],
    [2, odd],
  ] as const) {
    database.exec(`INSERT INTO head VALUES (${tree}, ${version}, ${bytes})`);
    database.exec(`INSERT INTO page VALUES (${tree * pageIdsMax + 1}, ${version}, ${bytes})`);
  }
  database.exec(`PRAGMA application_id=${pageFile.applicationId}`);
  database.close();
  let file = readFileSync(path).toString('latin1');
  for (const table of pageFile.tables) file = file.replace(loose(table), table);
  writeFileSync(path, file, 'latin1');
  return folder;
}

function loose(table: string): string {
  return table.replaceAll(' NOT NULL', '/*12345*/').replace(') STRICT', '/*123*/)');
}
