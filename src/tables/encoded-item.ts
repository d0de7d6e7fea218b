/** A stored item that is decoded once somebody looks into it, and not before. */
import type { Item } from './attribute.ts';
import { decodeItem, encodedItemBytes } from './item.ts';
import type { StoredItem } from './table.ts';

/** Takes bytes that nobody changes any more. */
export class EncodedItem implements StoredItem {
  readonly itemBytes: number;
  readonly #bytes: Uint8Array;
  #item: Item | undefined;

  /** Throws an IntegrityFault where the bytes are no item; what follows their header is judged when it is decoded. */
  constructor(bytes: Uint8Array) {
    this.itemBytes = encodedItemBytes(bytes);
    this.#bytes = bytes;
  }

  get item(): Item {
    this.#item ??= decodeItem(this.#bytes);
    return this.#item;
  }
}
