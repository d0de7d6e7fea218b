/** Where the pages of one tree lie in a file, by ascending ids: twelve bytes each, since a tree may have many. */

export interface Stretch {
  readonly from: number;
  readonly to: number;
}

const roomAtFirst = 1024;

export class PageOffsets {
  #ids = new Uint32Array(roomAtFirst);
  #froms = new Float64Array(roomAtFirst);
  #count = 0;
  #end = 0;

  get count(): number {
    return this.#count;
  }

  /** A page that begins where the one before it ended. Its id is above all that were added. */
  add(id: number, from: number): void {
    if (this.#count === this.#ids.length) this.#grow();
    this.#ids[this.#count] = id;
    this.#froms[this.#count] = from;
    this.#count++;
  }

  /** Where the last one ended. */
  end(at: number): void {
    this.#end = at;
  }

  find(id: number): Stretch | undefined {
    const index = this.#lowerBound(id);
    const from = this.#froms[index];
    if (index === this.#count || this.#ids[index] !== id || from === undefined) return undefined;
    const next = index + 1 < this.#count ? this.#froms[index + 1] : undefined;
    return { from, to: next ?? this.#end };
  }

  /** Ids above `after`, at most `limit`. */
  after(after: number, limit: number): readonly number[] {
    const first = this.#lowerBound(after + 1);
    return [...this.#ids.subarray(first, Math.min(first + limit, this.#count))];
  }

  #lowerBound(id: number): number {
    let low = 0;
    let high = this.#count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#ids[middle] ?? 0) < id) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #grow(): void {
    const ids = new Uint32Array(2 * this.#ids.length);
    ids.set(this.#ids);
    const froms = new Float64Array(ids.length);
    froms.set(this.#froms);
    this.#ids = ids;
    this.#froms = froms;
  }
}
