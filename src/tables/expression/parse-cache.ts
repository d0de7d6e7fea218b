/** Parsed expressions by their text: a request that comes again costs no parsing. */
import type { ExpressionName } from './refusal.ts';
import { TokenCursor } from './tokens.ts';

/** What is kept is bounded by its text; a parsed expression is some thirty times as large. */
const cachedCharactersMax = 256 * 1024;

/** Keeps what was used last. A refused expression is not kept. */
export class ParseCache<Parsed> {
  private readonly parseNew: (cursor: TokenCursor) => Parsed;
  /** In the order of last use. */
  private readonly kept = new Map<string, Parsed>();
  private characters = 0;

  constructor(parse: (cursor: TokenCursor) => Parsed) {
    this.parseNew = parse;
  }

  get size(): number {
    return this.kept.size;
  }

  /** Parsed anew or as before; nobody may change it. */
  parse(name: ExpressionName, text: string): Parsed {
    // The text alone: what is parsed is the same for every name, and only what parses is kept.
    const known = this.kept.get(text);
    if (known !== undefined) {
      this.kept.delete(text);
      this.kept.set(text, known);
      return known;
    }
    const parsed = this.parseNew(new TokenCursor(name, text));
    this.kept.set(text, parsed);
    this.characters += text.length;
    for (const oldest of this.kept.keys()) {
      if (this.characters <= cachedCharactersMax) break;
      this.kept.delete(oldest);
      this.characters -= oldest.length;
    }
    return parsed;
  }
}
