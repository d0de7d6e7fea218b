/**
 * Pages of a connection that the addon reads into memory which is used each time. A driver makes a buffer for every page,
 * which costs as much as reading it, and the garbage of a put load stops the event loop.
 */
import { IntegrityFault } from '../base/errors.ts';
import type { PageRowReading, PageRows } from '../crypto/page-rows.ts';
import type { StoredPage } from './page-store.ts';
import { placeOf } from './sqlite-change.ts';
import type { Database } from './sqlite-driver.ts';
import { filePageBytes } from './sqlite-file.ts';

/** What is read ahead at once, and more. */
const slots = 64;
const unsound = -2;

/** Belongs to one connection, in one thread. */
export class NativeRows {
  readonly #rows: PageRows;
  readonly #memory = new Uint8Array(slots * filePageBytes);
  readonly #places = new Float64Array(slots);
  readonly #found = new Float64Array(2 * slots);
  /** Of the memory's slots, as long as the bodies that lay there last. */
  readonly #bodies: Uint8Array[] = [];

  /** Throws what the driver throws where the connection cannot load the addon. */
  constructor(database: Database, reading: PageRowReading) {
    database.loadExtension(reading.extension);
    this.#rows = reading.take();
  }

  /**
   * The bodies are good until the next call. Undefined where there are more than fit. Throws IntegrityFault for a row of
   * other types than were written, and SQLite's result code as the `errcode` of an Error.
   */
  pages(tree: number, ids: readonly number[]): (StoredPage | undefined)[] | undefined {
    if (ids.length > slots) return undefined;
    for (let i = 0; i < ids.length; i++) this.#places[i] = placeOf(tree, ids[i] as number);
    const code = this.#rows.read(this.#places, ids.length, this.#memory, filePageBytes, this.#found);
    if (code !== 0) throw Object.assign(new Error(`SQLite answered ${code}.`), { errcode: code });
    const pages: (StoredPage | undefined)[] = [];
    for (let i = 0; i < ids.length; i++) {
      const version = this.#found[2 * i] as number;
      const bytes = this.#found[2 * i + 1] as number;
      if (bytes > filePageBytes) return undefined;
      if (bytes === unsound || !Number.isSafeInteger(version)) {
        throw new IntegrityFault({ tree, page: ids[i] as number });
      }
      pages.push(bytes < 0 ? undefined : { version, body: this.#body(i, bytes) });
    }
    return pages;
  }

  /** A second call does nothing. */
  close(): void {
    this.#rows.close();
  }

  #body(slot: number, bytes: number): Uint8Array {
    const known = this.#bodies[slot];
    if (known?.length === bytes) return known;
    const body = this.#memory.subarray(slot * filePageBytes, slot * filePageBytes + bytes);
    this.#bodies[slot] = body;
    return body;
  }
}
