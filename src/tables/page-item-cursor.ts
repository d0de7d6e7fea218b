/** Walks the items of a tree, each decoded once somebody looks into it. */
import type { Entry, TreeCursor } from '../pages/tree-cursor.ts';
import type { MaybePromise } from '../store/page-store.ts';
import { bufferOver } from './byte-reader.ts';
import { EncodedItem } from './encoded-item.ts';
import type { ItemCursor, StoredItem } from './table.ts';

export class PageItemCursor implements ItemCursor {
  readonly #entries: TreeCursor;
  /** The memory that the last entry lay in, and the same as a Buffer: many entries lie in one leaf. */
  #memory: Uint8Array = new Uint8Array();
  #buffer = bufferOver(this.#memory);

  constructor(entries: TreeCursor) {
    this.#entries = entries;
  }

  next(): MaybePromise<StoredItem | undefined> {
    const entry = this.#entries.next();
    return entry instanceof Promise ? entry.then((found) => this.#itemOf(found)) : this.#itemOf(entry);
  }

  #itemOf(entry: Entry | undefined): StoredItem | undefined {
    if (entry === undefined) return undefined;
    const { bytes, from, to } = entry;
    if (bytes !== this.#memory) {
      this.#memory = bytes;
      this.#buffer = bufferOver(bytes);
    }
    return new EncodedItem(this.#buffer, from, to);
  }
}
