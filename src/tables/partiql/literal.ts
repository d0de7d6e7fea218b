/** Literals of a statement: their grammar, and the values they stand for once the parameters are known. */
import type { AttributeValue } from '../attribute.ts';
import type { RawAttributeValue } from '../attribute-check.ts';
import { refuse } from '../expression/refusal.ts';
import type { StatementCursor } from './statement-cursor.ts';

export type Literal =
  | { readonly kind: 'scalar'; readonly value: RawAttributeValue }
  /** A question mark, counted from zero. */
  | { readonly kind: 'parameter'; readonly index: number }
  | { readonly kind: 'list' | 'set'; readonly elements: readonly Literal[] }
  | { readonly kind: 'map'; readonly members: ReadonlyMap<string, Literal> };

const openings: readonly string[] = ['?', '-', '{', '[', '<<'];
const words = new Map<string, RawAttributeValue>([
  ['TRUE', { BOOL: true }],
  ['FALSE', { BOOL: false }],
  ['NULL', { NULL: true }],
]);

/** Numbers the parameters in the order of the text. */
export class LiteralParser {
  readonly #cursor: StatementCursor;
  parameterCount = 0;

  constructor(cursor: StatementCursor) {
    this.#cursor = cursor;
  }

  /** Whether a literal is next. */
  isNext(): boolean {
    const { kind, text } = this.#cursor.peek();
    if (kind === 'word') return words.has(text.toUpperCase());
    return kind === 'string' || kind === 'number' || (kind === 'symbol' && openings.includes(text));
  }

  literal(): Literal {
    if (!this.isNext()) this.#cursor.fault();
    if (this.#cursor.isSymbol('{')) return this.map();
    const { kind, text } = this.#cursor.next();
    if (kind === 'string') return { kind: 'scalar', value: { S: text } };
    if (kind === 'number') return { kind: 'scalar', value: { N: text } };
    if (kind === 'word') return { kind: 'scalar', value: words.get(text.toUpperCase()) ?? {} };
    switch (text) {
      case '?':
        return { kind: 'parameter', index: this.parameterCount++ };
      case '-':
        return this.#negative();
      case '[':
        return { kind: 'list', elements: this.#elements(']') };
      default:
        return { kind: 'set', elements: this.#elements('>>') };
    }
  }

  /** `{'name': literal, …}`; a name comes once. */
  map(): Extract<Literal, { kind: 'map' }> {
    this.#cursor.expectSymbol('{');
    const members = new Map<string, Literal>();
    this.#cursor.deeper(() => {
      if (this.#cursor.isSymbol('}')) return;
      this.#cursor.list(() => {
        const { kind, text } = this.#cursor.peek();
        if (kind !== 'string' || members.has(text)) this.#cursor.fault();
        this.#cursor.next();
        this.#cursor.expectSymbol(':');
        members.set(text, this.literal());
      });
    });
    this.#cursor.expectSymbol('}');
    return { kind: 'map', members };
  }

  #negative(): Literal {
    if (this.#cursor.peek().kind !== 'number') this.#cursor.fault();
    return { kind: 'scalar', value: { N: `-${this.#cursor.next().text}` } };
  }

  #elements(close: ']' | '>>'): readonly Literal[] {
    if (this.#cursor.takeSymbol(close)) return [];
    const elements = this.#cursor.deeper(() => this.#cursor.list(() => this.literal()));
    this.#cursor.expectSymbol(close);
    return elements;
  }
}

/** The value as a request would have sent it, still to be checked; refuses a set of what makes none. */
export function literalValue(literal: Literal, parameters: readonly AttributeValue[]): RawAttributeValue {
  switch (literal.kind) {
    case 'scalar':
      return literal.value;
    case 'parameter':
      return parameters[literal.index] ?? {};
    case 'list':
      return { L: literal.elements.map((element) => literalValue(element, parameters)) };
    case 'set':
      return setValue(literal.elements.map((element) => literalValue(element, parameters)));
    case 'map':
      return {
        M: new Map(
          [...literal.members].map(([name, member]) => [name, literalValue(member, parameters)] as const),
        ),
      };
  }
}

function setValue(elements: readonly RawAttributeValue[]): RawAttributeValue {
  // Of an empty set nothing tells the type; the refusal is the same for all.
  const SS = elements.flatMap(({ S }) => (S === undefined ? [] : [S]));
  if (SS.length === elements.length) return { SS };
  const NS = elements.flatMap(({ N }) => (N === undefined ? [] : [N]));
  if (NS.length === elements.length) return { NS };
  const BS = elements.flatMap(({ B }) => (B === undefined ? [] : [B]));
  if (BS.length === elements.length) return { BS };
  refuse('One or more parameter values were invalid: A set holds strings, numbers or binaries, of one type');
}
