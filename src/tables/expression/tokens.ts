/** Expression text as tokens, and the cursor the parsers walk them with. */
import { type ExpressionName, refuseExpression } from './refusal.ts';

export type TokenKind =
  | 'word'
  /** `#name` */
  | 'nameRef'
  /** `:value` */
  | 'valueRef'
  | 'digits'
  | 'symbol'
  | 'end';

export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
  readonly start: number;
}

const expressionBytesMax = 4096;

const isDigit = (code: number) => code >= 48 && code <= 57;
const isLetter = (code: number) => (code >= 97 && code <= 122) || (code >= 65 && code <= 90);
const isWordPart = (code: number) => isLetter(code) || isDigit(code) || code === 95;
const isSpace = (code: number) => code === 32 || code === 9 || code === 10 || code === 13;

function endWhile(text: string, start: number, belongs: (code: number) => boolean): number {
  let end = start;
  while (end < text.length && belongs(text.charCodeAt(end))) end++;
  return end;
}

/** The token at `start`, which is no space. A character that belongs nowhere is a symbol: no grammar takes it. */
function tokenAt(text: string, start: number): Token {
  const code = text.charCodeAt(start);
  const token = (kind: TokenKind, end: number): Token => ({ kind, text: text.slice(start, end), start });
  if (isLetter(code)) return token('word', endWhile(text, start, isWordPart));
  if (isDigit(code)) return token('digits', endWhile(text, start, isDigit));
  if (code === 35 || code === 58) {
    const end = endWhile(text, start + 1, isWordPart);
    if (end > start + 1) return token(code === 35 ? 'nameRef' : 'valueRef', end);
  }
  const pair = text.slice(start, start + 2);
  if (pair === '<=' || pair === '>=' || pair === '<>') return token('symbol', start + 2);
  return token('symbol', start + String.fromCodePoint(text.codePointAt(start) ?? 0).length);
}

/** All tokens, closed by one of kind `end`. Looks at each character once. */
export function tokensOf(text: string): readonly Token[] {
  const tokens: Token[] = [];
  let at = endWhile(text, 0, isSpace);
  while (at < text.length) {
    const token = tokenAt(text, at);
    tokens.push(token);
    at = endWhile(text, at + token.text.length, isSpace);
  }
  tokens.push({ kind: 'end', text: '<EOF>', start: text.length });
  return tokens;
}

/** Walks the tokens of one expression; refuses an empty and a too long one at once. */
export class TokenCursor {
  readonly name: ExpressionName;
  private readonly source: string;
  private readonly tokens: readonly Token[];
  private at = 0;
  /** How often a token was looked at: the measure of a parser's work. */
  steps = 0;

  constructor(name: ExpressionName, source: string) {
    if (source === '') refuseExpression(name, 'The expression can not be empty;');
    const bytes = Buffer.byteLength(source);
    if (bytes > expressionBytesMax) {
      refuseExpression(
        name,
        `Expression size has exceeded the maximum allowed size; expression size: ${bytes}`,
      );
    }
    this.name = name;
    this.source = source;
    this.tokens = tokensOf(source);
  }

  /** The token `ahead` of the next; the closing one stays for ever. */
  peek(ahead = 0): Token {
    this.steps++;
    return this.tokens[Math.min(this.at + ahead, this.tokens.length - 1)] as Token;
  }

  next(): Token {
    const token = this.peek();
    this.at++;
    return token;
  }

  /** Takes the next token if it is this symbol. */
  takeSymbol(text: string): boolean {
    const token = this.peek();
    if (token.kind !== 'symbol' || token.text !== text) return false;
    this.at++;
    return true;
  }

  expectSymbol(text: string): void {
    if (!this.takeSymbol(text)) this.syntaxFault();
  }

  /** The next token in capitals if it is a word, for keywords in any case. */
  peekKeyword(): string | undefined {
    const token = this.peek();
    return token.kind === 'word' ? token.text.toUpperCase() : undefined;
  }

  takeKeyword(keyword: string): boolean {
    if (this.peekKeyword() !== keyword) return false;
    this.at++;
    return true;
  }

  expectEnd(): void {
    if (this.peek().kind !== 'end') this.syntaxFault();
  }

  /** Refuses the next token, shown between the one before and the one after, spaced as written. */
  syntaxFault(): never {
    const index = Math.min(this.at, this.tokens.length - 1);
    const token = this.tokens[index] as Token;
    const from = this.tokens[Math.max(0, index - 1)] as Token;
    const after = this.tokens[index + 1];
    const to = after === undefined || after.kind === 'end' ? token : after;
    const near = this.source.slice(from.start, to.start + (to.kind === 'end' ? 0 : to.text.length));
    refuseExpression(this.name, `Syntax error; token: "${token.text}", near: "${near.trimEnd()}"`);
  }
}
