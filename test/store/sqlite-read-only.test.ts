import { mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { IntegrityFault } from '../../src/base/errors.ts';
import { openRecordStorage } from '../../src/store/record-storage.ts';
import { openSqliteStore, storeFile } from '../../src/store/sqlite.ts';
import { openDatabase } from '../../src/store/sqlite-driver.ts';
import { isTruncated, openPagesReadOnly, readRecords } from '../../src/store/sqlite-read-only.ts';

const folder = mkdtempSync(join(tmpdir(), 'cryptable-read-only-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let count = 0;
const body = (content: number) => new Uint8Array(4000).fill(content);
const outage = (code: string) => expect.objectContaining({ code });

/** Two trees with a head each, the first with 40 pages. */
async function made(): Promise<string> {
  const dir = join(folder, `store-${count++}`);
  const store = openSqliteStore({ folder: dir, create: true });
  const puts = Array.from({ length: 40 }, (_, id) => ({ tree: 2, id: id + 1, version: 1, body: body(id) }));
  const heads = [2, 5].map((tree) => ({ tree, expected: 0, version: 1, body: body(tree) }));
  await store.commit({ puts, deletes: [], heads, drops: [] });
  await store.close();
  return dir;
}

describe('a page store opened to be read only', () => {
  test('reads and lists as one that is opened to be changed', async () => {
    const dir = await made();
    const whole = openSqliteStore({ folder: dir, create: false });
    const expected = [
      whole.readHeads([2, 3, 5]),
      whole.readPages(2, [1, 40, 41]),
      [whole.listPages(2, 3, 5), whole.listPages(2, -1, 99), whole.listPages(3, -1, 9)],
      [whole.listTrees(-1, 9), whole.listTrees(2, 9), whole.listTrees(-1, 1)],
      whole.storeId,
    ];
    await whole.close();
    const store = openPagesReadOnly(dir, storeFile);
    expect([
      await store.readHeads([2, 3, 5]),
      await store.readPages(2, [1, 40, 41]),
      [await store.listPages(2, 3, 5), await store.listPages(2, -1, 99), await store.listPages(3, -1, 9)],
      [await store.listTrees(-1, 9), await store.listTrees(2, 9), await store.listTrees(-1, 1)],
      store.storeId,
    ]).toEqual(expected);
    await store.close();
  });

  test('refuses a commit, and its file stays as it was', async () => {
    const dir = await made();
    const before = readFileSync(join(dir, storeFile));
    const store = openPagesReadOnly(dir, storeFile);
    const change = { puts: [], deletes: [], heads: [], drops: [{ tree: 2, expected: 1 }] };
    await expect(store.commit(change)).rejects.toEqual(outage('StoreUnavailable'));
    await store.close();
    expect(readFileSync(join(dir, storeFile))).toEqual(before);
  });

  test('is locked until it is closed', async () => {
    const dir = await made();
    const store = openPagesReadOnly(dir, storeFile);
    expect(() => openPagesReadOnly(dir, storeFile)).toThrow(outage('StoreLocked'));
    await store.close();
    await openPagesReadOnly(dir, storeFile).close();
  });

  test('is missing where there is no file or an empty one', async () => {
    const dir = await made();
    truncateSync(join(dir, storeFile));
    expect(() => openPagesReadOnly(dir, storeFile)).toThrow(outage('StoreMissing'));
    rmSync(join(dir, storeFile));
    expect(() => openPagesReadOnly(dir, storeFile)).toThrow(outage('StoreMissing'));
  });

  test('is foreign where the file is another', async () => {
    const dir = await made();
    writeFileSync(join(dir, storeFile), 'no store at all'.repeat(1000));
    expect(() => openPagesReadOnly(dir, storeFile)).toThrow(outage('StoreForeign'));
  });

  test('of no id, or of two, is damaged', async () => {
    const dir = await made();
    const database = openDatabase(join(dir, storeFile));
    database.exec('DELETE FROM store');
    database.close();
    expect(() => openPagesReadOnly(dir, storeFile)).toThrow(IntegrityFault);
  });
});

describe('records that are read', () => {
  test('are those that were written, and the store is free again', async () => {
    const dir = join(folder, 'records');
    const storage = openRecordStorage({ folder: dir, file: 'r.sqlite', create: true });
    await storage.commit({ puts: [{ id: 'a', body: body(1) }], deletes: [] });
    expect(() => readRecords(dir, 'r.sqlite')).toThrow(outage('StoreLocked'));
    await storage.close();
    expect(readRecords(dir, 'r.sqlite')).toEqual([{ id: 'a', body: body(1) }]);
    expect(readRecords(dir, 'r.sqlite')).toHaveLength(1);
  });

  test('are not there where there is no file', () => {
    expect(() => readRecords(folder, 'none.sqlite')).toThrow(outage('StoreMissing'));
  });
});

describe('a file is truncated', () => {
  test('where one of its pages is gone, or all but its beginning', async () => {
    const path = join(await made(), storeFile);
    const { size } = statSync(path);
    expect(isTruncated(path)).toBe(false);
    truncateSync(path, size - 8192);
    expect(isTruncated(path)).toBe(true);
    truncateSync(path, 20);
    expect(isTruncated(path)).toBe(true);
  });

  test('not where it is empty, something else, or has a log that holds the rest', async () => {
    const path = join(await made(), storeFile);
    truncateSync(path, statSync(path).size - 8192);
    writeFileSync(`${path}-wal`, 'a log');
    expect(isTruncated(path)).toBe(false);
    rmSync(`${path}-wal`);
    writeFileSync(path, 'a diary, and nothing that has pages');
    expect(isTruncated(path)).toBe(false);
    truncateSync(path);
    expect(isTruncated(path)).toBe(false);
  });
});
