/** What all clauses of a statement are made of: paths and literals, gathered while the statement is parsed. */
import type { Path } from '../expression/path.ts';
import { refuse } from '../expression/refusal.ts';
import { type Literal, LiteralParser } from './literal.ts';
import type { StatementCursor } from './statement-cursor.ts';

const pathLevelsMax = 32;
const listIndexMax = 2 ** 31 - 1;

export class StatementParts {
  readonly cursor: StatementCursor;
  readonly literals: LiteralParser;
  readonly values: Literal[] = [];
  /** By the name, what stands for it. */
  readonly #names = new Map<string, string>();

  constructor(cursor: StatementCursor) {
    this.cursor = cursor;
    this.literals = new LiteralParser(cursor);
  }

  /** What `#0`, `#1` and so on stand for. */
  get names(): readonly string[] {
    return [...this.#names.keys()];
  }

  /** A literal as expressions name values: `:0`, `:1` and so on. */
  value(literal: Literal): { readonly kind: 'value'; readonly ref: string } {
    this.values.push(literal);
    return { kind: 'value', ref: `:${this.values.length - 1}` };
  }

  /** Names and indexes from the top of the item down; refuses more of them than an item can nest. */
  path(): Path {
    const path: (string | number)[] = [this.#name()];
    for (;;) {
      if (this.cursor.takeSymbol('.')) path.push(this.#name());
      else if (this.cursor.takeSymbol('[')) path.push(this.#index());
      else break;
    }
    if (path.length > pathLevelsMax) {
      refuse(`The document path has too many nesting levels; nesting levels: ${path.length}`);
    }
    return path;
  }

  /** A real name that begins like a placeholder has to be given as one. */
  #name(): string {
    const name = this.cursor.name();
    if (!name.startsWith('#')) return name;
    const ref = this.#names.get(name) ?? `#${this.#names.size}`;
    this.#names.set(name, ref);
    return ref;
  }

  #index(): number {
    const { kind, text } = this.cursor.peek();
    const index = Number(text);
    if (kind !== 'number' || String(index) !== text) this.cursor.fault();
    this.cursor.next();
    this.cursor.expectSymbol(']');
    if (index > listIndexMax) refuse(`List index is not within the allowable range; index: [${text}]`);
    return index;
  }
}
