/** A few records in a file of their own, each change durable and whole: what the embedded key service keeps its keys in. */
import { join } from 'node:path';
import { IntegrityFault, Outage } from '../base/errors.ts';
import { acquireOwnerLock, ownerLockFile } from './owner-lock.ts';
import { makePrivate, mustBeWritable } from './private-files.ts';
import type { Database, DriverName } from './sqlite-driver.ts';
import {
  connect,
  type FileIdentity,
  identify,
  makeFolder,
  mustBeSame,
  openingFault,
  prepareFile,
  recordFile,
} from './sqlite-file.ts';
import { emptyLog } from './write-ahead-log.ts';

export interface StoredRecord {
  readonly id: string;
  readonly body: Uint8Array;
}

export interface RecordChange {
  readonly puts: readonly StoredRecord[];
  readonly deletes: readonly string[];
  /** What this replaces or deletes must not be found in the file or its log afterwards. */
  readonly erases?: boolean;
}

/** Changes are rare and small, so they are made in the calling thread. */
export interface SqliteRecords {
  load(): Promise<StoredRecord[]>;
  /** Resolves once durable; rejects with an Outage, and then nothing was changed. */
  commit(change: RecordChange): Promise<void>;
  close(): Promise<void>;
}

export interface RecordStorageOptions {
  readonly folder: string;
  readonly file: string;
  readonly create: boolean;
  readonly driver?: DriverName;
}

/** Opens and locks like openSqliteStore. The folder has one record file. */
export function openRecordStorage({ folder, file, create, driver }: RecordStorageOptions): SqliteRecords {
  const path = join(folder, file);
  let database: Database | undefined;
  let lock: { release(): void } | undefined;
  try {
    if (create) makeFolder(folder);
    const files = [file, `${file}-wal`, `${file}-shm`, ownerLockFile];
    makePrivate({ folder, files, isFolderPrivate: true });
    mustBeWritable({ folder, files });
    if (!create) prepareFile(path, recordFile, false, driver);
    lock = acquireOwnerLock(folder);
    prepareFile(path, recordFile, create, driver);
    database = connect(path, { readOnly: false, driver });
    // Zeros over what a change leaves behind in the file: a key that was deleted is gone for good.
    database.exec('PRAGMA secure_delete=ON');
    // A first read makes the log, so that it is known from now on.
    database.prepare('SELECT count(*) AS count FROM record').get();
    return recordsOf(database, lock, identify(path));
  } catch (fault) {
    database?.close();
    lock?.release();
    throw openingFault(fault);
  }
}

/** A damaged row may hold any type: SQLite checks what is written, not what is read. */
function storedRecord(row: unknown): StoredRecord {
  const { id, body } = row as { id: unknown; body: unknown };
  if (typeof id !== 'string' || !(body instanceof Uint8Array)) throw new IntegrityFault({ record: 'file' });
  return { id, body: new Uint8Array(body) };
}

function recordsOf(database: Database, lock: { release(): void }, identity: FileIdentity): SqliteRecords {
  const all = database.prepare('SELECT id, body FROM record ORDER BY id');
  const put = database.prepare('REPLACE INTO record(id, body) VALUES (?, ?)');
  const remove = database.prepare('DELETE FROM record WHERE id = ?');
  let isOpen = true;
  /** What the log holds may not be on the disk: see emptyLog. The connection stays: closing the last one reads it again. */
  let isDoubtful = true;

  function mustBeOpen(): void {
    if (!isOpen) throw new Outage('Closed');
  }

  function write({ puts, deletes }: RecordChange): void {
    mustBeSame(identity);
    if (isDoubtful) emptyLog(database);
    isDoubtful = true;
    database.exec('BEGIN IMMEDIATE');
    try {
      for (const id of deletes) remove.run(id);
      for (const { id, body } of puts) put.run(id, body);
      mustBeSame(identity);
      database.exec('COMMIT');
      isDoubtful = false;
    } catch (fault) {
      try {
        database.exec('ROLLBACK');
      } catch {
        // SQLite has rolled back by itself.
      }
      throw fault;
    }
  }

  /** The log holds what lay in the file before. Where a reader is in the way, the next change tries again first. */
  function erase(): void {
    isDoubtful = true;
    try {
      emptyLog(database);
      isDoubtful = false;
    } catch {
      // The change itself is durable: it must not look undone.
    }
  }

  return {
    async load() {
      mustBeOpen();
      try {
        return all.all().map(storedRecord);
      } catch (fault) {
        throw openingFault(fault);
      }
    },
    async commit(change) {
      mustBeOpen();
      try {
        write(change);
      } catch (fault) {
        throw fault instanceof Outage ? fault : new Outage('StoreUnavailable', { cause: fault });
      }
      if (change.erases === true) erase();
    },
    async close() {
      if (!isOpen) return;
      isOpen = false;
      try {
        database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
      } finally {
        database.close();
        lock.release();
      }
    },
  };
}
