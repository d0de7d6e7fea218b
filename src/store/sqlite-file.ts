/** The SQLite file: making it, knowing it for ours, the settings of each connection, and whether it is still there. */
import { randomBytes } from 'node:crypto';
import { chmodSync, closeSync, mkdirSync, openSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { IntegrityFault, Outage } from '../base/errors.ts';
import { ownerLockFile } from './owner-lock.ts';
import { type Database, type DriverName, openDatabase, sqliteCode } from './sqlite-driver.ts';

/** What a file holds: its mark in SQLite's header, and its tables. */
export interface FileKind {
  readonly applicationId: number;
  readonly tables: readonly string[];
}

/*
 * `page`: rowid = tree × 2^32 + page id, so that version and a body of up to 8,142 bytes stay within one SQLite page of
 * 8,192. `store` has one row: the store's id, which every sealed page vouches for.
 */
export const pageFile: FileKind = {
  applicationId: 0x43725970,
  tables: [
    'CREATE TABLE store(id BLOB NOT NULL) STRICT',
    'CREATE TABLE head(tree INTEGER PRIMARY KEY, version INTEGER NOT NULL, body BLOB NOT NULL) STRICT',
    'CREATE TABLE page(place INTEGER PRIMARY KEY, version INTEGER NOT NULL, body BLOB NOT NULL) STRICT',
  ],
};

export const recordFile: FileKind = {
  applicationId: 0x43725972,
  tables: ['CREATE TABLE record(id TEXT PRIMARY KEY, body BLOB NOT NULL) STRICT, WITHOUT ROWID'],
};

export interface ConnectionOptions {
  readonly readOnly: boolean;
  readonly driver?: DriverName | undefined;
  /** To load an extension. */
  readonly mayExtend?: boolean;
}

/** Of SQLite's own pages, one of which takes one of ours. */
export const filePageBytes = 8192;

const busyMs = 5_000;
const walPagesBeforeCheckpoint = 4_000;
/** Of each connection, in KiB: inner pages of a file of ten gigabytes stay in it, whatever is read past them. */
const fileCacheKib = 16_384;

/** A connection with the settings that all need. `synchronous` comes after WAL, which would reset it. */
export function connect(path: string, { driver, ...options }: ConnectionOptions): Database {
  const database = openDatabase(path, { ...options, busyMs }, driver);
  try {
    database.exec('PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON; PRAGMA mmap_size=0');
    database.exec(`PRAGMA cache_size=-${fileCacheKib}`);
    if (!options.readOnly) {
      database.exec('PRAGMA journal_mode=WAL');
      database.exec('PRAGMA synchronous=FULL; PRAGMA fullfsync=ON; PRAGMA checkpoint_fullfsync=ON');
      database.exec(`PRAGMA wal_autocheckpoint=${walPagesBeforeCheckpoint}; PRAGMA secure_delete=OFF`);
    }
    return database;
  } catch (fault) {
    database.close();
    throw fault;
  }
}

/** Makes a folder that only its owner can enter. */
export function makeFolder(folder: string): void {
  if (mkdirSync(folder, { recursive: true, mode: 0o700 }) !== undefined) chmodSync(folder, 0o700);
}

/**
 * Sees to it that the file at `path` is there and ours. Throws Outage 'StoreMissing' where it is not there, or empty, and `create`
 * is not set; 'StoreForeign' where it is something else; IntegrityFault where it is ours and damaged.
 */
export function prepareFile(path: string, kind: FileKind, create: boolean, driver?: DriverName): void {
  const bytes = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (bytes === 0) {
    if (!create) throw new Outage('StoreMissing');
    makeFolder(dirname(path));
    makeFile(path, kind, driver);
    return;
  }
  inspect(path, kind, driver);
}

/** Whole or not at all: a process that dies meanwhile must not leave a file that nobody knows. */
function makeFile(path: string, kind: FileKind, driver: DriverName | undefined): void {
  const unfinished = `${path}.new`;
  for (const left of [unfinished, `${unfinished}-journal`]) rmSync(left, { force: true });
  closeSync(openSync(unfinished, 'wx', 0o600));
  const database = openDatabase(unfinished, { busyMs }, driver);
  try {
    database.exec(`PRAGMA page_size=${filePageBytes}; PRAGMA auto_vacuum=INCREMENTAL`);
    database.exec('PRAGMA synchronous=FULL; PRAGMA fullfsync=ON');
    database.exec('BEGIN IMMEDIATE');
    for (const table of kind.tables) database.exec(table);
    if (kind === pageFile)
      database.prepare('INSERT INTO store(id) VALUES (?)').run(new Uint8Array(randomBytes(16)));
    database.exec(`PRAGMA application_id=${kind.applicationId}`);
    database.exec('COMMIT');
  } finally {
    database.close();
  }
  renameSync(unfinished, path);
}

/** `readOnly`: also where a log lies beside the file, nothing of it is brought into the file. */
export function inspect(
  path: string,
  kind: FileKind,
  driver: DriverName | undefined,
  readOnly = false,
): void {
  let database: Database | undefined;
  try {
    database = openDatabase(path, { busyMs, readOnly }, driver);
    const mark = database.prepare('PRAGMA application_id').get() as { application_id: number };
    if (mark.application_id !== kind.applicationId) throw new Outage('StoreForeign');
    const rows = database.prepare('SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY sql').all();
    const tables = rows.map((row) => (row as { sql: string }).sql);
    // A schema of ours that was changed could run what its author likes.
    if (tables.join('\n') !== [...kind.tables].sort().join('\n'))
      throw new IntegrityFault({ record: 'schema' });
  } catch (fault) {
    throw openingFault(fault);
  } finally {
    database?.close();
  }
}

/** What a failure to open means. */
export function openingFault(fault: unknown): unknown {
  if (fault instanceof Outage || fault instanceof IntegrityFault) return fault;
  const code = sqliteCode(fault);
  if (code === 'notADatabase') return new Outage('StoreForeign', { cause: fault });
  if (code === 'corrupt') return new IntegrityFault({ record: 'file' });
  return new Outage('StoreUnavailable', { cause: fault });
}

/** Which files a connection has open, and which lock makes us their owner: the paths must go on leading to them. */
export type FileIdentity = readonly { readonly path: string; readonly identity: string | undefined }[];

function identityOf(path: string): string | undefined {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat === undefined ? undefined : `${stat.dev}:${stat.ino}`;
}

/** Call it when a connection has read or written once: then its log is there too. */
export function identify(path: string): FileIdentity {
  const files = [path, `${path}-wal`, join(dirname(path), ownerLockFile)];
  return files.map((file) => ({ path: file, identity: identityOf(file) }));
}

/**
 * Throws Outage 'StoreReplaced' where the file or its log is gone or another, since what is written would be lost; or where
 * the lock is, since another owner may have come.
 */
export function mustBeSame(files: FileIdentity): void {
  for (const { path, identity } of files) {
    if (identity === undefined || identityOf(path) !== identity) throw new Outage('StoreReplaced');
  }
}
