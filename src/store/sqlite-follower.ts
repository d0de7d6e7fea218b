/** The page store as a process beside its owner's reads it: what the owner has committed, and nothing of its own. */
import { join } from 'node:path';
import { equalBytes } from '../base/bytes.ts';
import { IntegrityFault, Outage } from '../base/errors.ts';
import type { PageRowReading } from '../crypto/page-rows.ts';
import type { PageStore } from './page-store.ts';
import { ReadSnapshot } from './read-snapshot.ts';
import { oncePerTurn, storeFile } from './sqlite.ts';
import { connect, inspect, openingFault, pageFile } from './sqlite-file.ts';
import { type RowPlace, readFault, readStoreId, SqliteRows } from './sqlite-rows.ts';

export interface FollowerOptions {
  readonly folder: string;
  /** The owner's: another store in the same place is not followed. */
  readonly storeId: Uint8Array;
  /** The shorter way for reads of pages, where there is one. */
  readonly rows?: PageRowReading | undefined;
}

/**
 * Takes no lock: whoever opens this is a child of the owner and ends with it. Each turn of the event loop reads one
 * snapshot, which holds all that was durable when the turn's first read began; `commitMark` tells when there is more. Throws
 * Outages StoreMissing, StoreForeign, StoreReplaced and StoreUnavailable, and IntegrityFault where the file is damaged. Commits are
 * refused with StoreUnavailable.
 */
export function followSqliteStore({ folder, storeId, rows: reading }: FollowerOptions): PageStore {
  const path = join(folder, storeFile);
  inspect(path, pageFile, undefined, true);
  const database = connect(path, { readOnly: true, mayExtend: reading !== undefined });
  let rows: SqliteRows;
  try {
    if (!equalBytes(readStoreId(database), storeId)) throw new Outage('StoreReplaced');
    rows = new SqliteRows(database, reading);
  } catch (fault) {
    database.close();
    throw openingFault(fault);
  }
  const snapshot = new ReadSnapshot(database);
  const dataVersion = database.prepare('PRAGMA data_version');
  let isClosed = false;
  const read = <T>(place: RowPlace, count: number, work: () => T): T => {
    if (isClosed) throw new Outage('Closed');
    try {
      return snapshot.read(count, work);
    } catch (fault) {
      snapshot.end();
      throw readFault(fault, place);
    }
  };
  return {
    readHeads: (trees) =>
      read({ tree: trees[0] ?? 0 }, trees.length, () => trees.map((tree) => rows.head(tree))),
    readPages: (tree, ids, atOnce = false) =>
      read({ tree, page: ids[0] ?? 0 }, ids.length, () => rows.pages(tree, ids, atOnce)),
    listPages: (tree, after, limit) => read({ tree }, 1, () => rows.listPages(tree, after, limit)),
    listTrees: (after, limit) => read({}, limit, () => rows.listTrees(after, limit)),
    commitMark: oncePerTurn(() => read({}, 1, () => versionOf(dataVersion.get()))),
    commit: () => Promise.reject(new Outage('StoreUnavailable', { hint: 'It is opened to be read only.' })),
    async close() {
      if (isClosed) return;
      isClosed = true;
      snapshot.end();
      rows.close();
      database.close();
    },
  };
}

function versionOf(row: unknown): number {
  const { data_version: version } = row as { data_version: unknown };
  if (typeof version !== 'number') throw new IntegrityFault({ record: 'file' });
  return version;
}
