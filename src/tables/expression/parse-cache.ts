/** Parsed expressions of one kind. */
import { TextCache } from '../text-cache.ts';
import type { ExpressionName } from './refusal.ts';
import { TokenCursor } from './tokens.ts';

export class ParseCache<Parsed> {
  readonly #parseNew: (cursor: TokenCursor) => Parsed;
  readonly #kept = new TextCache<Parsed>();

  constructor(parse: (cursor: TokenCursor) => Parsed) {
    this.#parseNew = parse;
  }

  /** Parsed anew or as before, whatever name it came by then: a refusal tells the name, and is not kept. */
  parse(name: ExpressionName, text: string): Parsed {
    return this.#kept.get(text, () => this.#parseNew(new TokenCursor(name, text)));
  }
}
