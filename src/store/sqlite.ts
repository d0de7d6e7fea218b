/** The embedded page store: one SQLite file with one owner; reads here and now, commits in a thread. */
import { join } from 'node:path';
import { IntegrityFault, Outage } from '../base/errors.ts';
import { CommitThread } from './commit-thread.ts';
import { acquireOwnerLock, type OwnerLock, ownerLockFile } from './owner-lock.ts';
import { type PageStore, pageIdsMax, type StoredHead, type StoredPage } from './page-store.ts';
import { makePrivate } from './private-files.ts';
import { ReadSnapshot } from './read-snapshot.ts';
import { placeOf } from './sqlite-change.ts';
import { type Database, type DriverName, type Statement, sqliteCode } from './sqlite-driver.ts';
import { connect, identify, makeFolder, openingFault, pageFile, prepareFile } from './sqlite-file.ts';

export interface SqliteStoreOptions {
  readonly folder: string;
  /** Make the store where there is none; else a missing one is Outage 'StoreMissing'. */
  readonly create: boolean;
  /** Bound of the file's content; a commit that would go beyond is Outage StoreFull. */
  readonly bytesMax?: number | undefined;
  /** Other processes may open it too, if they also say so. */
  readonly isShared?: boolean;
  /** For tests; the best there is by default. */
  readonly driver?: DriverName | undefined;
}

/** Reads answer at once. */
export interface SqliteStore extends PageStore {
  readonly storeId: Uint8Array;
  readonly path: string;
  readHeads(trees: readonly number[]): readonly (StoredHead | undefined)[];
  readPages(tree: number, ids: readonly number[]): readonly (StoredPage | undefined)[];
  listPages(tree: number, after: number, limit: number): readonly number[];
  listTrees(after: number, limit: number): readonly number[];
}

export const storeFile = 'store.sqlite';

/**
 * Opens the store of a folder and locks it. Throws Outages: StoreLocked, StoreMissing, StoreForeign, StoreUnsafe,
 * StoreUnavailable; and IntegrityFault where the file is damaged.
 */
export function openSqliteStore(options: SqliteStoreOptions): SqliteStore {
  const { folder, create, isShared = false, driver } = options;
  if (create) makeOwnFolder(folder);
  makePrivate({ folder, files: [storeFile, `${storeFile}-wal`, `${storeFile}-shm`, ownerLockFile] });
  const path = join(folder, storeFile);
  if (!create) prepareFile(path, pageFile, false, driver);
  const lock = acquireOwnerLock(folder, { isShared });
  let reader: Database | undefined;
  try {
    prepareFile(path, pageFile, create, driver);
    reader = connect(path, { readOnly: false, driver });
    const storeId = readStoreId(reader);
    reader.exec('PRAGMA query_only=ON');
    return new SqlitePages({ ...options, path, reader, lock, storeId });
  } catch (fault) {
    reader?.close();
    lock.release();
    throw openingFault(fault);
  }
}

function makeOwnFolder(folder: string): void {
  try {
    makeFolder(folder);
  } catch (fault) {
    throw new Outage('StoreUnavailable', { cause: fault });
  }
}

function readStoreId(reader: Database): Uint8Array {
  const rows = reader.prepare('SELECT id FROM store').all() as { id: Uint8Array }[];
  const id = rows[0]?.id;
  if (rows.length !== 1 || id?.length !== 16) throw new IntegrityFault({ record: 'store id' });
  return new Uint8Array(id);
}

interface SqliteParts extends SqliteStoreOptions {
  readonly path: string;
  readonly reader: Database;
  readonly lock: OwnerLock;
  readonly storeId: Uint8Array;
}

class SqlitePages implements SqliteStore {
  readonly path: string;
  readonly storeId: Uint8Array;
  readonly #reader: Database;
  readonly #lock: OwnerLock;
  readonly #commits: CommitThread;
  readonly #snapshot: ReadSnapshot;
  readonly #head: Statement;
  readonly #page: Statement;
  readonly commitMark?: () => number;
  #closing: Promise<void> | undefined;

  constructor({ path, reader, lock, storeId, driver, bytesMax, isShared = false }: SqliteParts) {
    this.path = path;
    this.storeId = storeId;
    this.#reader = reader;
    this.#lock = lock;
    this.#commits = new CommitThread({ path, identity: identify(path), driver, bytesMax });
    this.#snapshot = new ReadSnapshot(reader);
    this.#head = reader.prepare('SELECT version, body FROM head WHERE tree = ?');
    this.#page = reader.prepare('SELECT version, body FROM page WHERE place = ?');
    if (isShared) this.commitMark = oncePerTurn(() => this.#dataVersion());
  }

  readHeads(trees: readonly number[]): (StoredHead | undefined)[] {
    return this.#read({ tree: trees[0] ?? 0 }, trees.length, () =>
      trees.map((tree) => storedHead(this.#head.get(tree), tree)),
    );
  }

  readPages(tree: number, ids: readonly number[]): (StoredPage | undefined)[] {
    const one = (id: number) => storedPage(this.#page.get(placeOf(tree, id)), { tree, page: id });
    return this.#read({ tree, page: ids[0] ?? 0 }, ids.length, () => ids.map(one));
  }

  listPages(tree: number, after: number, limit: number): number[] {
    const sql = 'SELECT place FROM page WHERE place > ? AND place < ? ORDER BY place LIMIT ?';
    return this.#read({ tree }, 1, () => {
      const first = placeOf(tree, 0);
      const rows = this.#reader.prepare(sql).all(first + after, first + pageIdsMax, limit);
      return rows.map((row) => (row as { place: number }).place % pageIdsMax);
    });
  }

  listTrees(after: number, limit: number): number[] {
    return this.#read({}, limit, () => {
      const head = this.#reader.prepare('SELECT tree FROM head WHERE tree > ? ORDER BY tree LIMIT 1');
      const page = this.#reader.prepare('SELECT place FROM page WHERE place >= ? ORDER BY place LIMIT 1');
      const trees: number[] = [];
      for (let last = after; trees.length < limit; ) {
        const byHead = (head.get(last) as { tree: number } | undefined)?.tree;
        const place = (page.get((last + 1) * pageIdsMax) as { place: number } | undefined)?.place;
        const next = Math.min(
          byHead ?? Infinity,
          place === undefined ? Infinity : Math.floor(place / pageIdsMax),
        );
        if (next === Infinity) break;
        trees.push(next);
        last = next;
      }
      return trees;
    });
  }

  commit(change: Parameters<PageStore['commit']>[0]): Promise<void> {
    if (this.#closing !== undefined) return Promise.reject(new Outage('Closed'));
    return this.#snapshot.outside(() => this.#commits.commit(change));
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#snapshot.end();
    try {
      await this.#commits.close();
    } finally {
      this.#reader.close();
      this.#lock.release();
    }
  }

  /** SQLite's own count of what other connections have committed, among them our thread's. */
  #dataVersion(): number {
    const { data_version: version } = this.#read({}, 1, () =>
      this.#reader.prepare('PRAGMA data_version').get(),
    ) as { data_version: number };
    return version;
  }

  #read<T>(place: { tree?: number; page?: number }, rows: number, read: () => T): T {
    if (this.#closing !== undefined) throw new Outage('Closed');
    try {
      return this.#snapshot.read(rows, read);
    } catch (fault) {
      this.#snapshot.end();
      const code = sqliteCode(fault);
      if (code === 'corrupt' || code === 'notADatabase') throw new IntegrityFault(place);
      if (fault instanceof IntegrityFault || fault instanceof Outage) throw fault;
      throw new Outage('StoreUnavailable', { cause: fault });
    }
  }
}

/** Asks anew in each turn of the event loop: others' commits may wait that long, and reads cost less than asking. */
function oncePerTurn(ask: () => number): () => number {
  let answer: number | undefined;
  return () => {
    if (answer === undefined) {
      answer = ask();
      setImmediate(() => {
        answer = undefined;
      });
    }
    return answer;
  };
}

/** A damaged row may hold any type: SQLite checks what is written, not what is read. */
function storedPage(row: unknown, place: { tree: number; page?: number }): StoredPage | undefined {
  if (row === undefined) return undefined;
  const { version, body } = row as { version: unknown; body: unknown };
  if (!Number.isSafeInteger(version) || !(body instanceof Uint8Array)) throw new IntegrityFault(place);
  return row as StoredPage;
}

function storedHead(row: unknown, tree: number): StoredHead | undefined {
  const head = storedPage(row, { tree });
  return head === undefined ? undefined : { tree, ...head };
}
