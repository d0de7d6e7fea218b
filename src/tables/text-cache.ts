/** What was parsed, by its text: a request that comes again costs no parsing. */

/** What is kept is bounded by its text; what is made of it is some thirty times as large. */
const cachedCharactersMax = 256 * 1024;

/** Keeps what was used last. A text that is refused is not kept. */
export class TextCache<Parsed> {
  /** In the order of last use. */
  readonly #kept = new Map<string, Parsed>();
  #characters = 0;

  get size(): number {
    return this.#kept.size;
  }

  /** Made anew by `parse`, or as it was before; nobody may change it. */
  get(text: string, parse: (text: string) => Parsed): Parsed {
    const known = this.#kept.get(text);
    if (known !== undefined) {
      this.#kept.delete(text);
      this.#kept.set(text, known);
      return known;
    }
    const parsed = parse(text);
    this.#kept.set(text, parsed);
    this.#characters += text.length;
    for (const oldest of this.#kept.keys()) {
      if (this.#characters <= cachedCharactersMax) break;
      this.#kept.delete(oldest);
      this.#characters -= oldest.length;
    }
    return parsed;
  }
}
