/** The rows of a page store, as one connection reads them. */
import { IntegrityFault, Outage } from '../base/errors.ts';
import type { PageRowReading } from '../crypto/page-rows.ts';
import { NativeRows } from './native-rows.ts';
import { type NumberedPage, pageIdsMax, type StoredHead, type StoredPage } from './page-store.ts';
import { placeOf } from './sqlite-change.ts';
import { type Database, type Statement, sqliteCode } from './sqlite-driver.ts';

/** Where something was read, for the fault. */
export interface RowPlace {
  readonly tree?: number;
  readonly page?: number;
}

/** See PageStore. Throws IntegrityFault for a row of other types than were written, and else what SQLite throws. */
export class SqliteRows {
  readonly #head: Statement;
  readonly #page: Statement;
  readonly #pages: Statement;
  readonly #stretch: Statement;
  readonly #nextHead: Statement;
  readonly #nextPage: Statement;

  readonly #shorter: NativeRows | undefined;

  /** `reading`: for pages that are asked for to be used at once. */
  constructor(database: Database, reading?: PageRowReading) {
    this.#shorter = reading && new NativeRows(database, reading);
    this.#head = database.prepare('SELECT version, body FROM head WHERE tree = ?');
    this.#page = database.prepare('SELECT version, body FROM page WHERE place = ?');
    this.#pages = database.prepare(
      'SELECT place FROM page WHERE place > ? AND place < ? ORDER BY place LIMIT ?',
    );
    this.#stretch = database.prepare(
      'SELECT place, version, body FROM page WHERE place > ? AND place < ? ORDER BY place LIMIT ?',
    );
    this.#nextHead = database.prepare('SELECT tree FROM head WHERE tree > ? ORDER BY tree LIMIT 1');
    this.#nextPage = database.prepare('SELECT place FROM page WHERE place >= ? ORDER BY place LIMIT 1');
  }

  head(tree: number): StoredHead | undefined {
    const found = storedPage(this.#head.get(tree), { tree });
    return found === undefined ? undefined : { tree, ...found };
  }

  /** See PageStore.readPages. */
  pages(tree: number, ids: readonly number[], atOnce = false): (StoredPage | undefined)[] {
    const pages = atOnce ? this.#shorter?.pages(tree, ids) : undefined;
    return pages ?? ids.map((id) => this.#pageOf(tree, id));
  }

  #pageOf(tree: number, id: number): StoredPage | undefined {
    return storedPage(this.#page.get(placeOf(tree, id)), { tree, page: id });
  }

  listPages(tree: number, after: number, limit: number): number[] {
    const first = placeOf(tree, 0);
    const rows = this.#pages.all(first + after, first + pageIdsMax, limit) as { place: number }[];
    return rows.map(({ place }) => place % pageIdsMax);
  }

  stretch(tree: number, after: number, limit: number): NumberedPage[] {
    const first = placeOf(tree, 0);
    return this.#stretch.all(first + after, first + pageIdsMax, limit).map((row) => {
      const id = (row as { place: number }).place % pageIdsMax;
      return { id, ...presentPage(row, { tree, page: id }) };
    });
  }

  listTrees(after: number, limit: number): number[] {
    const trees: number[] = [];
    for (let next = this.#nextTree(after); trees.length < limit && next !== Infinity; ) {
      trees.push(next);
      next = this.#nextTree(next);
    }
    return trees;
  }

  /** Before the connection is closed. */
  close(): void {
    this.#shorter?.close();
  }

  #nextTree(after: number): number {
    const byHead = (this.#nextHead.get(after) as { tree: number } | undefined)?.tree ?? Infinity;
    const place = (this.#nextPage.get((after + 1) * pageIdsMax) as { place: number } | undefined)?.place;
    return Math.min(byHead, place === undefined ? Infinity : Math.floor(place / pageIdsMax));
  }
}

export function readStoreId(database: Database): Uint8Array {
  const rows = database.prepare('SELECT id FROM store').all() as { id: unknown }[];
  const id = rows[0]?.id;
  if (rows.length !== 1 || !(id instanceof Uint8Array) || id.length !== 16) {
    throw new IntegrityFault({ record: 'store id' });
  }
  return new Uint8Array(id);
}

/** What a read that failed means to its caller. */
export function readFault(fault: unknown, place: RowPlace): Error {
  const code = sqliteCode(fault);
  if (code === 'corrupt' || code === 'notADatabase') return new IntegrityFault(place);
  if (fault instanceof IntegrityFault || fault instanceof Outage) return fault;
  return new Outage('StoreUnavailable', { cause: fault });
}

function storedPage(row: unknown, place: RowPlace): StoredPage | undefined {
  return row === undefined ? undefined : presentPage(row, place);
}

/** A damaged row may hold any type: SQLite checks what is written, not what is read. */
function presentPage(row: unknown, place: RowPlace): StoredPage {
  const { version, body } = row as { version: unknown; body: unknown };
  if (!Number.isSafeInteger(version) || !(body instanceof Uint8Array)) throw new IntegrityFault(place);
  return row as StoredPage;
}
