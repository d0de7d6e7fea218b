/** A text of a policy, in which variables stand for what is known of the request. */
import { isConditionKey } from './condition-key.ts';
import type { RequestFacts } from './request-facts.ts';
import { literalPattern, type Pattern, patternOf } from './wildcard.ts';

/** What the text is made of, in order. */
type Piece =
  | { readonly text: string }
  | { readonly literal: string }
  | { readonly key: string; readonly otherwise: string | undefined };

export interface PolicyText {
  readonly text: string;
  readonly pieces: readonly Piece[];
  /** Where the same for each request. */
  readonly pattern: Pattern | undefined;
}

const keyForm = /^\s*([^\s,']+)\s*(?:,\s*'([^']*)'\s*)?$/;
/** `${*}` is a star that stands for itself. */
const escapes = ['*', '?', '$'];

/** Undefined for what has a variable that is none. Without `variables`, all is meant as it is written. */
export function policyText(text: string, { variables }: { variables: boolean }): PolicyText | undefined {
  if (!variables || !text.includes('${')) return { text, pieces: [{ text }], pattern: patternOf(text) };
  const pieces: Piece[] = [];
  let from = 0;
  for (let at = text.indexOf('${'); at >= 0; at = text.indexOf('${', from)) {
    const end = text.indexOf('}', at);
    const piece = end < 0 ? undefined : variableOf(text.slice(at + 2, end));
    if (piece === undefined) return undefined;
    pieces.push({ text: text.slice(from, at) }, piece);
    from = end + 1;
  }
  pieces.push({ text: text.slice(from) });
  return { text, pieces, pattern: undefined };
}

/** Undefined where a variable stands for nothing in this request: such a text matches nothing. */
export function patternFor({ pieces, pattern }: PolicyText, facts: RequestFacts): Pattern | undefined {
  if (pattern !== undefined) return pattern;
  const parts: Pattern[] = [];
  for (const piece of pieces) {
    if ('text' in piece) parts.push(patternOf(piece.text));
    else {
      const value = valueIn(piece, facts);
      if (value === undefined) return undefined;
      parts.push(literalPattern(value));
    }
  }
  return parts.flat();
}

/** The text that is meant where wildcards are characters like others; undefined as for patternFor. */
export function textFor({ text, pieces, pattern }: PolicyText, facts: RequestFacts): string | undefined {
  if (pattern !== undefined) return text;
  let whole = '';
  for (const piece of pieces) {
    const value = 'text' in piece ? piece.text : valueIn(piece, facts);
    if (value === undefined) return undefined;
    whole += value;
  }
  return whole;
}

function variableOf(inner: string): Piece | undefined {
  if (escapes.includes(inner)) return { literal: inner };
  const [, key, otherwise] = keyForm.exec(inner) ?? [];
  return key === undefined || !isConditionKey(key) ? undefined : { key: key.toLowerCase(), otherwise };
}

function valueIn(piece: Exclude<Piece, { text: string }>, facts: RequestFacts): string | undefined {
  if ('literal' in piece) return piece.literal;
  const values = facts.get(piece.key) ?? [];
  // Of several values nobody could say which is meant.
  return values.length === 1 ? values[0] : piece.otherwise;
}
