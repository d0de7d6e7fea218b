/** A set of page ids of one tree, a bit each: a tree may have more pages than a Set has room for. */
import { assert } from '../base/errors.ts';
import { pageIdsMax } from '../store/page-store.ts';

export class PageSet {
  readonly #idsMax: number;
  readonly #bits: Uint8Array;

  /** For ids below `idsMax`. */
  constructor(idsMax: number) {
    assert(idsMax <= pageIdsMax, 'a tree has fewer pages than ids');
    this.#idsMax = idsMax;
    this.#bits = new Uint8Array(Math.ceil(idsMax / 8));
  }

  has(id: number): boolean {
    return id < this.#idsMax && ((this.#bits[Math.floor(id / 8)] ?? 0) & (1 << (id % 8))) !== 0;
  }

  /** False where the set had it already. */
  add(id: number): boolean {
    assert(id < this.#idsMax, 'only an id within bounds is added');
    if (this.has(id)) return false;
    const at = Math.floor(id / 8);
    this.#bits[at] = (this.#bits[at] ?? 0) | (1 << (id % 8));
    return true;
  }
}
