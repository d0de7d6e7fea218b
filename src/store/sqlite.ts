/** The embedded page store: one SQLite file with one owner; reads here and now, commits in a thread. */
import { join } from 'node:path';
import { Outage } from '../base/errors.ts';
import type { PageRowReading } from '../crypto/page-rows.ts';
import { CommitThread } from './commit-thread.ts';
import { acquireOwnerLock, type OwnerLock, ownerLockFile } from './owner-lock.ts';
import type { PageStore, StoredHead, StoredPage } from './page-store.ts';
import { makePrivate, mustBeWritable } from './private-files.ts';
import { ReadSnapshot } from './read-snapshot.ts';
import type { Database, DriverName } from './sqlite-driver.ts';
import { connect, identify, makeFolder, openingFault, pageFile, prepareFile } from './sqlite-file.ts';
import { type RowPlace, readFault, readStoreId, SqliteRows } from './sqlite-rows.ts';
import { overtaken, SqliteSnapshot, snapshotLogBytesMax } from './sqlite-snapshot.ts';
import { isLogTooLong } from './write-ahead-log.ts';

export interface SqliteStoreOptions {
  readonly folder: string;
  /** Make the store where there is none; else a missing one is Outage 'StoreMissing'. */
  readonly create: boolean;
  /** Bound of the file's content; a commit that would go beyond is Outage StoreFull. */
  readonly bytesMax?: number | undefined;
  /** Other processes may open it too, if they also say so. */
  readonly isShared?: boolean;
  /** The shorter way for reads of pages, where there is one. */
  readonly rows?: PageRowReading | undefined;
  /** For tests. */
  readonly snapshotLogBytesMax?: number | undefined;
  /** For tests; the best there is by default. */
  readonly driver?: DriverName | undefined;
}

/** Reads answer at once. */
export interface SqliteStore extends PageStore {
  readonly storeId: Uint8Array;
  readonly path: string;
  readHeads(trees: readonly number[]): readonly (StoredHead | undefined)[];
  readPages(tree: number, ids: readonly number[], atOnce?: boolean): readonly (StoredPage | undefined)[];
  listPages(tree: number, after: number, limit: number): readonly number[];
  listTrees(after: number, limit: number): readonly number[];
  snapshot(): SqliteSnapshot;
}

export const storeFile = 'store.sqlite';

/**
 * Opens the store of a folder and locks it. Throws Outages: StoreLocked, StoreMissing, StoreForeign, StoreUnsafe,
 * StoreUnavailable; and IntegrityFault where the file is damaged.
 */
export function openSqliteStore(options: SqliteStoreOptions): SqliteStore {
  const { folder, create, isShared = false, driver } = options;
  if (create) makeOwnFolder(folder);
  const files = [storeFile, `${storeFile}-wal`, `${storeFile}-shm`, ownerLockFile];
  makePrivate({ folder, files });
  mustBeWritable({ folder, files });
  const path = join(folder, storeFile);
  if (!create) prepareFile(path, pageFile, false, driver);
  const lock = acquireOwnerLock(folder, { isShared });
  let reader: Database | undefined;
  try {
    prepareFile(path, pageFile, create, driver);
    reader = connect(path, { readOnly: false, driver, mayExtend: options.rows !== undefined });
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
  readonly #rows: SqliteRows;
  readonly commitMark?: () => number;
  readonly #driver: DriverName | undefined;
  readonly #snapshotLogBytesMax: number;
  readonly #snapshots = new Set<SqliteSnapshot>();
  #closing: Promise<void> | undefined;

  constructor({
    path,
    reader,
    lock,
    storeId,
    rows,
    driver,
    bytesMax,
    isShared = false,
    ...bounds
  }: SqliteParts) {
    this.path = path;
    this.#driver = driver;
    this.#snapshotLogBytesMax = bounds.snapshotLogBytesMax ?? snapshotLogBytesMax;
    this.storeId = storeId;
    this.#reader = reader;
    this.#lock = lock;
    this.#commits = new CommitThread({ path, identity: identify(path), driver, bytesMax });
    this.#snapshot = new ReadSnapshot(reader);
    this.#rows = new SqliteRows(reader, rows);
    if (isShared) this.commitMark = oncePerTurn(() => this.#dataVersion());
  }

  readHeads(trees: readonly number[]): (StoredHead | undefined)[] {
    return this.#read({ tree: trees[0] ?? 0 }, trees.length, () =>
      trees.map((tree) => this.#rows.head(tree)),
    );
  }

  readPages(tree: number, ids: readonly number[], atOnce = false): (StoredPage | undefined)[] {
    return this.#read({ tree, page: ids[0] ?? 0 }, ids.length, () => this.#rows.pages(tree, ids, atOnce));
  }

  listPages(tree: number, after: number, limit: number): number[] {
    return this.#read({ tree }, 1, () => this.#rows.listPages(tree, after, limit));
  }

  listTrees(after: number, limit: number): number[] {
    return this.#read({}, limit, () => this.#rows.listTrees(after, limit));
  }

  readTogether<T>(work: () => T): T {
    return this.#snapshot.together(work);
  }

  commit(change: Parameters<PageStore['commit']>[0]): Promise<void> {
    if (this.#closing !== undefined) return Promise.reject(new Outage('Closed'));
    return this.#snapshot.outside(() => this.#commits.commit(change, this.#logBytesMax()));
  }

  /** Not held up by commits, nor holding them up; see snapshotLogBytesMax for when it ends. */
  snapshot(): SqliteSnapshot {
    if (this.#closing !== undefined) throw new Outage('Closed');
    const onClosed = (closed: SqliteSnapshot) => this.#snapshots.delete(closed);
    const made = new SqliteSnapshot({ path: this.path, driver: this.#driver, onClosed });
    this.#snapshots.add(made);
    return made;
  }

  /** What the next commit may find; undefined, which is less, where nobody reads an older state. */
  #logBytesMax(): number | undefined {
    if (this.#snapshots.size === 0) return undefined;
    if (!isLogTooLong(this.path, this.#snapshotLogBytesMax)) return 2 * this.#snapshotLogBytesMax;
    for (const each of [...this.#snapshots]) each.end(overtaken());
    return undefined;
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#snapshot.end();
    for (const each of [...this.#snapshots]) each.end(new Outage('Closed'));
    try {
      await this.#commits.close();
    } finally {
      this.#rows.close();
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

  #read<T>(place: RowPlace, rows: number, read: () => T): T {
    if (this.#closing !== undefined) throw new Outage('Closed');
    try {
      return this.#snapshot.read(rows, read);
    } catch (fault) {
      this.#snapshot.end();
      throw readFault(fault, place);
    }
  }
}

/** Asks anew in each turn of the event loop: others' commits may wait that long, and reads cost less than asking. */
export function oncePerTurn(ask: () => number): () => number {
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
