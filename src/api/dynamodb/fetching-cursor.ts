/** Walks the entries of a local index, and reads each item whole from the table. */
import type { MaybePromise } from '../../store/page-store.ts';
import { readUnits } from '../../tables/capacity.ts';
import type { ItemCursor, OpenTable, StoredItem } from '../../tables/table.ts';
import { encodeKey } from '../../tables/tree-key.ts';
import { when } from './maybe-promise.ts';

export class FetchingCursor implements ItemCursor {
  readonly #entries: ItemCursor;
  readonly #table: Pick<OpenTable, 'get' | 'keySchema'>;
  readonly #isConsistent: boolean;
  #units = 0;

  constructor(
    entries: ItemCursor,
    table: Pick<OpenTable, 'get' | 'keySchema'>,
    { isConsistent }: { readonly isConsistent: boolean },
  ) {
    this.#entries = entries;
    this.#table = table;
    this.#isConsistent = isConsistent;
  }

  /** What the table was charged for so far. */
  get units(): number {
    return this.#units;
  }

  /** Items with the size of their entries, which is what a page counts. */
  next(): MaybePromise<StoredItem | undefined> {
    return when(this.#entries.next(), (entry) => {
      if (entry === undefined) return undefined;
      const key = encodeKey(this.#table.keySchema, entry.item);
      return when(this.#table.get(key), (stored) => this.#whole(entry, stored));
    });
  }

  #whole(entry: StoredItem, stored: StoredItem | undefined): StoredItem {
    // Deleted since its entry was read: what the entry has of it is what there was.
    if (stored === undefined) return entry;
    this.#units += readUnits(stored.itemBytes, this.#isConsistent);
    return { item: stored.item, itemBytes: entry.itemBytes };
  }
}
