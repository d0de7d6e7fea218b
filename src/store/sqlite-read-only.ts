/** Stores opened to be looked at and left as they are: no row is changed, and no log is brought into its file. */
import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { equalBytes, utf8 } from '../base/bytes.ts';
import { IntegrityFault, Outage } from '../base/errors.ts';
import { acquireOwnerLock, type OwnerLock } from './owner-lock.ts';
import type { PageStore } from './page-store.ts';
import type { StoredRecord } from './record-storage.ts';
import type { Database } from './sqlite-driver.ts';
import { connect, type FileKind, inspect, openingFault, pageFile, recordFile } from './sqlite-file.ts';
import { type RowPlace, readFault, readStoreId, SqliteRows } from './sqlite-rows.ts';

const opening = utf8('SQLite format 3\0');

export interface ReadOnlyPages extends PageStore {
  readonly storeId: Uint8Array;
}

/**
 * Opens a page store, which stays locked until it is closed. Throws Outages StoreMissing, StoreLocked, StoreForeign and
 * StoreUnavailable, and IntegrityFault where the file is damaged. Commits are refused with StoreUnavailable.
 */
export function openPagesReadOnly(folder: string, file: string): ReadOnlyPages {
  const { database, lock } = openReadOnly(folder, file, pageFile);
  try {
    return pagesOf(database, lock, readStoreId(database));
  } catch (fault) {
    database.close();
    lock.release();
    throw openingFault(fault);
  }
}

/** All records of a record store. Throws as openPagesReadOnly does. */
export function readRecords(folder: string, file: string): readonly StoredRecord[] {
  const { database, lock } = openReadOnly(folder, file, recordFile);
  try {
    return database.prepare('SELECT id, body FROM record ORDER BY id').all().map(storedRecord);
  } catch (fault) {
    throw openingFault(fault);
  } finally {
    database.close();
    lock.release();
  }
}

/** True where the file is shorter than it says itself, and no log could hold the rest. */
export function isTruncated(path: string): boolean {
  if ((statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0) return false;
  const header = Buffer.alloc(32);
  const file = openSync(path, 'r');
  try {
    const { size } = fstatSync(file);
    const read = readSync(file, header, 0, header.length, 0);
    const mark = header.subarray(0, Math.min(read, opening.length));
    // What is no SQLite file has not lost its end.
    if (read === 0 || !equalBytes(mark, opening.subarray(0, mark.length))) return false;
    if (read < header.length) return true;
    // SQLite's file format, section 1.3: the size of a page at 16, the number of pages at 28.
    return size < header.readUInt16BE(16) * header.readUInt32BE(28);
  } finally {
    closeSync(file);
  }
}

function openReadOnly(
  folder: string,
  file: string,
  kind: FileKind,
): { readonly database: Database; readonly lock: OwnerLock } {
  const path = join(folder, file);
  if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) === 0) throw new Outage('StoreMissing');
  const lock = acquireOwnerLock(folder);
  try {
    inspect(path, kind, undefined, true);
    return { database: connect(path, { readOnly: true }), lock };
  } catch (fault) {
    lock.release();
    throw openingFault(fault);
  }
}

function pagesOf(database: Database, lock: OwnerLock, storeId: Uint8Array): ReadOnlyPages {
  const rows = new SqliteRows(database);
  return {
    storeId,
    readHeads: (trees) => read({ tree: trees[0] ?? 0 }, () => trees.map((tree) => rows.head(tree))),
    readPages: (tree, ids) => read({ tree, page: ids[0] ?? 0 }, () => rows.pages(tree, ids)),
    listPages: (tree, after, limit) => read({ tree }, () => rows.listPages(tree, after, limit)),
    listTrees: (after, limit) => read({}, () => rows.listTrees(after, limit)),
    commit: () => Promise.reject(new Outage('StoreUnavailable', { hint: 'It is opened to be read only.' })),
    async close() {
      database.close();
      lock.release();
    },
  };
}

function read<T>(place: RowPlace, work: () => T): T {
  try {
    return work();
  } catch (fault) {
    throw readFault(fault, place);
  }
}

function storedRecord(row: unknown): StoredRecord {
  const { id, body } = row as { id: unknown; body: unknown };
  if (typeof id !== 'string' || !(body instanceof Uint8Array)) throw new IntegrityFault({ record: 'file' });
  return { id, body: new Uint8Array(body) };
}
