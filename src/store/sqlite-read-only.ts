/** Stores opened to be looked at and left as they are: no row is changed, and no log is brought into its file. */
import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { equalBytes, utf8 } from '../base/bytes.ts';
import { IntegrityFault, Outage } from '../base/errors.ts';
import { acquireOwnerLock, type OwnerLock } from './owner-lock.ts';
import { type PageStore, pageIdsMax, type StoredHead, type StoredPage } from './page-store.ts';
import type { StoredRecord } from './record-storage.ts';
import { placeOf } from './sqlite-change.ts';
import { type Database, sqliteCode } from './sqlite-driver.ts';
import { connect, type FileKind, inspect, openingFault, pageFile, recordFile } from './sqlite-file.ts';

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
    const rows = database.prepare('SELECT id FROM store').all() as { id: unknown }[];
    const id = rows[0]?.id;
    if (!(id instanceof Uint8Array) || id.length !== 16) throw new IntegrityFault({ record: 'store id' });
    return pagesOf(database, lock, new Uint8Array(id));
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
  const head = database.prepare('SELECT version, body FROM head WHERE tree = ?');
  const page = database.prepare('SELECT version, body FROM page WHERE place = ?');
  const pages = database.prepare(
    'SELECT place FROM page WHERE place > ? AND place < ? ORDER BY place LIMIT ?',
  );
  const nextHead = database.prepare('SELECT tree FROM head WHERE tree > ? ORDER BY tree LIMIT 1');
  const nextPage = database.prepare('SELECT place FROM page WHERE place >= ? ORDER BY place LIMIT 1');

  function nextTree(after: number): number {
    const byHead = (nextHead.get(after) as { tree: number } | undefined)?.tree ?? Infinity;
    const place = (nextPage.get((after + 1) * pageIdsMax) as { place: number } | undefined)?.place;
    return Math.min(byHead, place === undefined ? Infinity : Math.floor(place / pageIdsMax));
  }

  return {
    storeId,
    readHeads: (trees) =>
      read({ tree: trees[0] ?? 0 }, () =>
        trees.map((tree): StoredHead | undefined => {
          const found = storedPage(head.get(tree), { tree });
          return found === undefined ? undefined : { tree, ...found };
        }),
      ),
    readPages: (tree, ids) =>
      read({ tree, page: ids[0] ?? 0 }, () =>
        ids.map((id) => storedPage(page.get(placeOf(tree, id)), { tree, page: id })),
      ),
    listPages: (tree, after, limit) =>
      read({ tree }, () => {
        const first = placeOf(tree, 0);
        const rows = pages.all(first + after, first + pageIdsMax, limit) as { place: number }[];
        return rows.map(({ place }) => place % pageIdsMax);
      }),
    listTrees: (after, limit) =>
      read({}, () => {
        const trees: number[] = [];
        for (let next = nextTree(after); trees.length < limit && next !== Infinity; next = nextTree(next)) {
          trees.push(next);
        }
        return trees;
      }),
    commit: () => Promise.reject(new Outage('StoreUnavailable', { hint: 'It is opened to be read only.' })),
    async close() {
      database.close();
      lock.release();
    },
  };
}

function read<T>(place: { tree?: number; page?: number }, work: () => T): T {
  try {
    return work();
  } catch (fault) {
    const code = sqliteCode(fault);
    if (code === 'corrupt' || code === 'notADatabase') throw new IntegrityFault(place);
    if (fault instanceof IntegrityFault) throw fault;
    throw new Outage('StoreUnavailable', { cause: fault });
  }
}

/** A damaged row may hold any type: SQLite checks what is written, not what is read. */
function storedPage(row: unknown, place: { tree: number; page?: number }): StoredPage | undefined {
  if (row === undefined) return undefined;
  const { version, body } = row as { version: unknown; body: unknown };
  if (!Number.isSafeInteger(version) || !(body instanceof Uint8Array)) throw new IntegrityFault(place);
  return row as StoredPage;
}

function storedRecord(row: unknown): StoredRecord {
  const { id, body } = row as { id: unknown; body: unknown };
  if (typeof id !== 'string' || !(body instanceof Uint8Array)) throw new IntegrityFault({ record: 'file' });
  return { id, body: new Uint8Array(body) };
}
