/** A PartiQL statement as tokens. */

export type StatementTokenKind =
  | 'word'
  /** `"name"`; its text is the name. */
  | 'quoted'
  /** `'text'`; its text is what stands between the quotes. */
  | 'string'
  | 'number'
  | 'symbol'
  /** A quote that is never closed. */
  | 'unclosed'
  | 'end';

export interface StatementToken {
  readonly kind: StatementTokenKind;
  readonly text: string;
}

/** Longest first. Two hyphens would begin a comment, which DynamoDB does not know: no grammar takes them. */
const pairs: readonly string[] = ['<<', '>>', '<=', '>=', '<>', '!=', '--'];

const isDigit = (code: number) => code >= 48 && code <= 57;
const isLetter = (code: number) => (code >= 97 && code <= 122) || (code >= 65 && code <= 90);
const isWordStart = (code: number) => isLetter(code) || code === 95 || code === 36;
const isWordPart = (code: number) => isWordStart(code) || isDigit(code);
const isSpace = (code: number) => code === 32 || (code >= 9 && code <= 13);

function endWhile(text: string, start: number, belongs: (code: number) => boolean): number {
  let end = start;
  while (end < text.length && belongs(text.charCodeAt(end))) end++;
  return end;
}

interface Lexed {
  readonly token: StatementToken;
  readonly end: number;
}

/** All tokens, closed by one of kind `end`. Looks at each character a few times at most. */
export function statementTokens(source: string): readonly StatementToken[] {
  const tokens: StatementToken[] = [];
  let at = endWhile(source, 0, isSpace);
  while (at < source.length) {
    const { token, end } = lexed(source, at);
    tokens.push(token);
    at = endWhile(source, end, isSpace);
  }
  tokens.push({ kind: 'end', text: '' });
  return tokens;
}

function lexed(source: string, start: number): Lexed {
  const code = source.charCodeAt(start);
  if (isWordStart(code)) return slice('word', source, start, endWhile(source, start, isWordPart));
  if (isDigit(code)) return slice('number', source, start, numberEnd(source, start));
  if (code === 39) return quoted('string', source, start);
  if (code === 34) return quoted('quoted', source, start);
  if (pairs.includes(source.slice(start, start + 2))) return slice('symbol', source, start, start + 2);
  return slice('symbol', source, start, start + 1);
}

function slice(kind: StatementTokenKind, source: string, start: number, end: number): Lexed {
  return { token: { kind, text: source.slice(start, end) }, end };
}

/** Digits, a fraction, an exponent; what only looks like one of them is left for the next token. */
function numberEnd(source: string, start: number): number {
  let end = endWhile(source, start, isDigit);
  if (source[end] === '.' && isDigit(source.charCodeAt(end + 1))) end = endWhile(source, end + 1, isDigit);
  if (source[end] !== 'e' && source[end] !== 'E') return end;
  const signed = source[end + 1] === '+' || source[end + 1] === '-';
  const digits = end + (signed ? 2 : 1);
  return isDigit(source.charCodeAt(digits)) ? endWhile(source, digits, isDigit) : end;
}

/** Up to the closing quote; two quotes in a row stand for one. */
function quoted(kind: 'string' | 'quoted', source: string, start: number): Lexed {
  const quote = source.charAt(start);
  let text = '';
  let from = start + 1;
  for (;;) {
    const close = source.indexOf(quote, from);
    if (close < 0) return { token: { kind: 'unclosed', text: source.slice(start) }, end: source.length };
    text += source.slice(from, close);
    if (source[close + 1] !== quote) return { token: { kind, text }, end: close + 1 };
    text += quote;
    from = close + 2;
  }
}
