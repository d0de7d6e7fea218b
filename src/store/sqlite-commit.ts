/** One connection that commits: a packed change becomes one SQLite transaction, or nothing. */
import { Outage } from '../base/errors.ts';
import { pageIdsMax } from './page-store.ts';
import { dropStride, headStride, type PackedChange, putStride, tablesOf } from './sqlite-change.ts';
import { type Database, type DriverName, type Statement, sqliteCode } from './sqlite-driver.ts';
import { connect, type FileIdentity, filePageBytes, mustBeSame } from './sqlite-file.ts';
import { emptyLog, isLogTooLong } from './write-ahead-log.ts';

interface Connection {
  readonly database: Database;
  readonly begin: Statement;
  readonly commit: Statement;
  readonly headVersion: Statement;
  readonly putHead: Statement;
  readonly dropHead: Statement;
  readonly putPage: Statement;
  readonly deletePage: Statement;
  readonly dropPages: Statement;
  readonly pageCount: Statement;
  readonly freeCount: Statement;
}

export interface CommitterOptions {
  readonly path: string;
  readonly identity: FileIdentity;
  readonly driver?: DriverName | undefined;
  /** Bound of the file, without its log; a commit that would go beyond is Outage StoreFull. */
  readonly bytesMax?: number | undefined;
  /** For tests. */
  readonly logBytesMax?: number;
}

export interface SqliteCommitter {
  /**
   * Durable when it returns. Throws Outages; then nothing was acknowledged. `logBytesMax`: the log may be so long, since
   * readers of ours stand in the way.
   */
  commit(change: PackedChange, logBytesMax?: number): void;
  /** Brings the log into the file and closes. */
  close(): void;
}

/** What a process before this one, or a connection that failed, left in the log may not be on the disk: see emptyLog. */
function open({ path, driver }: CommitterOptions): Connection {
  const database = connect(path, { readOnly: false, driver });
  try {
    emptyLog(database);
    return connectionOf(database);
  } catch (fault) {
    database.close();
    throw fault;
  }
}

function connectionOf(database: Database): Connection {
  return {
    database,
    begin: database.prepare('BEGIN IMMEDIATE'),
    commit: database.prepare('COMMIT'),
    headVersion: database.prepare('SELECT version FROM head WHERE tree = ?'),
    putHead: database.prepare('REPLACE INTO head(tree, version, body) VALUES (?, ?, ?)'),
    dropHead: database.prepare('DELETE FROM head WHERE tree = ?'),
    putPage: database.prepare('REPLACE INTO page(place, version, body) VALUES (?, ?, ?)'),
    deletePage: database.prepare('DELETE FROM page WHERE place = ?'),
    dropPages: database.prepare('DELETE FROM page WHERE place >= ? AND place < ?'),
    pageCount: database.prepare('PRAGMA page_count'),
    freeCount: database.prepare('PRAGMA freelist_count'),
  };
}

function expectHead(connection: Connection, tree: number, expected: number): void {
  const row = connection.headVersion.get(tree) as { version: number } | undefined;
  if ((row?.version ?? 0) !== expected) throw new Outage('StoreConflict');
}

function apply(connection: Connection, packed: PackedChange): void {
  const { arena } = packed;
  const { puts, heads, deletes, drops } = tablesOf(packed);
  const at = (numbers: Float64Array, index: number) => numbers[index] as number;
  for (let i = 0; i < heads.length; i += headStride) expectHead(connection, at(heads, i), at(heads, i + 1));
  for (let i = 0; i < drops.length; i += dropStride) expectHead(connection, at(drops, i), at(drops, i + 1));
  for (let i = 0; i < deletes.length; i++) connection.deletePage.run(at(deletes, i));
  for (let i = 0; i < puts.length; i += putStride) {
    const body = new Uint8Array(arena, at(puts, i + 2), at(puts, i + 3));
    connection.putPage.run(at(puts, i), at(puts, i + 1), body);
  }
  for (let i = 0; i < heads.length; i += headStride) {
    const body = new Uint8Array(arena, at(heads, i + 3), at(heads, i + 4));
    connection.putHead.run(at(heads, i), at(heads, i + 2), body);
  }
  for (let i = 0; i < drops.length; i += dropStride) {
    const tree = at(drops, i);
    connection.dropHead.run(tree);
    connection.dropPages.run(tree * pageIdsMax, (tree + 1) * pageIdsMax);
  }
}

/** Bytes of the file that hold something. */
function usedBytes({ pageCount, freeCount }: Connection): number {
  const { page_count: pages } = pageCount.get() as { page_count: number };
  const { freelist_count: free } = freeCount.get() as { freelist_count: number };
  return (pages - free) * filePageBytes;
}

/** What takes no more room than before is let through at any size: deletes must be able to make room. */
function applyWithin(connection: Connection, packed: PackedChange, bytesMax: number): void {
  const before = usedBytes(connection);
  apply(connection, packed);
  const after = usedBytes(connection);
  if (after > before && after > bytesMax) throw new Outage('StoreFull');
}

const fullHint = 'The disk is full: make room, then try again.';

function commitFault(fault: unknown): Outage {
  if (fault instanceof Outage) return fault;
  const hint = sqliteCode(fault) === 'full' ? { hint: fullHint } : {};
  return new Outage('StoreUnavailable', { cause: fault, ...hint });
}

export function createCommitter(options: CommitterOptions): SqliteCommitter {
  const { path, identity, bytesMax } = options;
  let connection: Connection | undefined;

  /** After an I/O error a connection's view of the file is not to be trusted: the next commit opens another. */
  function abandon(): void {
    try {
      connection?.database.close();
    } catch {
      // It could not roll back either; the next connection recovers from the log.
    }
    connection = undefined;
  }

  return {
    commit(change, logBytesMax = options.logBytesMax) {
      try {
        mustBeSame(identity);
        connection ??= open(options);
        if (isLogTooLong(path, logBytesMax)) emptyLog(connection.database);
        connection.begin.run();
        if (bytesMax === undefined) apply(connection, change);
        else applyWithin(connection, change, bytesMax);
        // Again, as late as can be: what is written to a file that was taken away is lost.
        mustBeSame(identity);
        connection.commit.run();
      } catch (fault) {
        if (fault instanceof Outage && connection !== undefined) rollBack(connection, abandon);
        else abandon();
        throw commitFault(fault);
      }
    },
    close() {
      if (connection === undefined) return;
      try {
        connection.database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
      } finally {
        abandon();
      }
    },
  };
}

function rollBack(connection: Connection, abandon: () => void): void {
  try {
    connection.database.exec('ROLLBACK');
  } catch {
    // There was no transaction, or it cannot be ended on this connection.
    abandon();
  }
}
