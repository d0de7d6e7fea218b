/** A stored item that is decoded once somebody looks into it, and not before. */
import type { Item } from './attribute.ts';
import { decodeItem, encodedItemBytes } from './item.ts';
import type { StoredItem } from './table.ts';

/** Takes bytes that nobody changes any more. */
export class EncodedItem implements StoredItem {
  readonly itemBytes: number;
  readonly #bytes: Uint8Array;
  readonly #from: number;
  readonly #to: number;
  #item: Item | undefined;

  /** Throws an IntegrityFault where the bytes are no item; what follows their header is judged when it is decoded. */
  constructor(bytes: Uint8Array, from = 0, to = bytes.length) {
    this.itemBytes = encodedItemBytes(bytes, from, to);
    this.#bytes = bytes;
    this.#from = from;
    this.#to = to;
  }

  /** The item as it is stored, which nobody may change. */
  get bytes(): Uint8Array {
    return this.#bytes.subarray(this.#from, this.#to);
  }

  get item(): Item {
    this.#item ??= decodeItem(this.#bytes, this.#from, this.#to);
    return this.#item;
  }
}
