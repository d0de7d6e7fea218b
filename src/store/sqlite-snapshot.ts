/** A SQLite store as it was at one moment: a connection of its own, in one read transaction from beginning to end. */
import { Outage } from '../base/errors.ts';
import type { NumberedPage, PageSnapshot, StoredHead, StoredPage } from './page-store.ts';
import type { Database, DriverName } from './sqlite-driver.ts';
import { connect } from './sqlite-file.ts';
import { type RowPlace, readFault, SqliteRows } from './sqlite-rows.ts';

/**
 * While a snapshot is open the log cannot be begun anew, and grows with each commit. So long a log ends every snapshot:
 * what commits never wait for must not fill the disk either.
 */
export const snapshotLogBytesMax = 2 ** 30;

export interface SnapshotOptions {
  readonly path: string;
  readonly driver: DriverName | undefined;
  readonly onClosed: (snapshot: SqliteSnapshot) => void;
}

export class SqliteSnapshot implements PageSnapshot {
  readonly #database: Database;
  readonly #rows: SqliteRows;
  readonly #onClosed: (snapshot: SqliteSnapshot) => void;
  #whyClosed: Outage | undefined;

  /** Throws Outage StoreUnavailable, and IntegrityFault for a damaged file. */
  constructor({ path, driver, onClosed }: SnapshotOptions) {
    this.#onClosed = onClosed;
    let database: Database | undefined;
    try {
      database = connect(path, { readOnly: true, driver });
      database.exec('BEGIN');
      // SQLite takes its snapshot with the first read.
      database.prepare('SELECT count(*) AS stores FROM store').get();
      this.#rows = new SqliteRows(database);
      this.#database = database;
    } catch (fault) {
      database?.close();
      throw readFault(fault, {});
    }
  }

  readHeads(trees: readonly number[]): (StoredHead | undefined)[] {
    return this.#read({ tree: trees[0] ?? 0 }, () => trees.map((tree) => this.#rows.head(tree)));
  }

  readPages(tree: number, ids: readonly number[]): (StoredPage | undefined)[] {
    return this.#read({ tree, page: ids[0] ?? 0 }, () => this.#rows.pages(tree, ids));
  }

  readStretch(tree: number, after: number, limit: number): NumberedPage[] {
    return this.#read({ tree }, () => this.#rows.stretch(tree, after, limit));
  }

  listPages(tree: number, after: number, limit: number): number[] {
    return this.#read({ tree }, () => this.#rows.listPages(tree, after, limit));
  }

  listTrees(after: number, limit: number): number[] {
    return this.#read({}, () => this.#rows.listTrees(after, limit));
  }

  async close(): Promise<void> {
    this.end(new Outage('Closed'));
  }

  /** From now on every read fails with `why`. A second call does nothing. */
  end(why: Outage): void {
    if (this.#whyClosed !== undefined) return;
    this.#whyClosed = why;
    this.#onClosed(this);
    this.#database.close();
  }

  #read<T>(place: RowPlace, read: () => T): T {
    if (this.#whyClosed !== undefined) throw this.#whyClosed;
    try {
      return read();
    } catch (fault) {
      throw readFault(fault, place);
    }
  }
}

/** What is read of a snapshot that the store had to end. */
export function overtaken(): Outage {
  return new Outage('StoreUnavailable', {
    hint: 'More was written than may be kept beside what is being copied: copy it while less is written.',
  });
}
