/** Walks the tokens of one statement, and refuses what is not well formed. */
import { refuse } from '../expression/refusal.ts';
import { type StatementToken, statementTokens } from './statement-token.ts';

/** Words that name nothing unless they are quoted. */
const keywords: ReadonlySet<string> = new Set(
  (
    'SELECT FROM WHERE ORDER BY INSERT INTO UPDATE SET REMOVE DELETE RETURNING ' +
    'AND OR NOT IN BETWEEN IS NULL MISSING TRUE FALSE'
  ).split(' '),
);

/** Parentheses and literals inside one another: more than any legal statement has, less than the stack bears. */
const nestingMax = 320;

const end: StatementToken = { kind: 'end', text: '' };

export class StatementCursor {
  private readonly tokens: readonly StatementToken[];
  private at = 0;
  private nesting = 0;
  /** How often a token was looked at: the measure of a parser's work. */
  steps = 0;

  constructor(source: string) {
    this.tokens = statementTokens(source);
  }

  /** The token `ahead` of the next; the closing one stays for ever. */
  peek(ahead = 0): StatementToken {
    this.steps++;
    return this.tokens[this.at + ahead] ?? end;
  }

  next(): StatementToken {
    const token = this.peek();
    this.at++;
    return token;
  }

  isSymbol(text: string, ahead = 0): boolean {
    const token = this.peek(ahead);
    return token.kind === 'symbol' && token.text === text;
  }

  takeSymbol(text: string): boolean {
    if (!this.isSymbol(text)) return false;
    this.at++;
    return true;
  }

  expectSymbol(text: string): void {
    if (!this.takeSymbol(text)) this.fault();
  }

  /** The next token in capitals if it is a bare word: keywords and functions come in any case. */
  peekWord(): string | undefined {
    const { kind, text } = this.peek();
    return kind === 'word' ? text.toUpperCase() : undefined;
  }

  takeWord(word: string): boolean {
    if (this.peekWord() !== word) return false;
    this.at++;
    return true;
  }

  expectWord(word: string): void {
    if (!this.takeWord(word)) this.fault();
  }

  /** A bare word that is no keyword, or anything between double quotes. */
  name(): string {
    const { kind, text } = this.peek();
    if (kind !== 'quoted' && kind !== 'word') this.fault();
    if (kind === 'word' && keywords.has(text.toUpperCase())) this.fault();
    if (text === '') this.fault();
    this.at++;
    return text;
  }

  /** Parts with commas between them, one at least. */
  list<T>(part: () => T): T[] {
    const parts = [part()];
    while (this.takeSymbol(',')) parts.push(part());
    return parts;
  }

  /** Parses what stands one level further inside; refuses one that no statement needs. */
  deeper<T>(parse: () => T): T {
    this.nesting++;
    if (this.nesting > nestingMax) refuseMalformed('The statement is nested too deeply');
    const parsed = parse();
    this.nesting--;
    return parsed;
  }

  /** The end, with or without a semicolon. */
  expectEnd(): void {
    this.takeSymbol(';');
    if (this.peek().kind !== 'end') refuseMalformed('Unexpected token after expression');
  }

  /** Refuses the next token. */
  fault(): never {
    const { kind, text } = this.peek();
    if (kind === 'end') refuseMalformed('Unexpected end of statement');
    if (kind === 'unclosed') refuseMalformed('Unclosed quote');
    if (kind === 'word' && keywords.has(text.toUpperCase())) refuseMalformed('Unexpected keyword');
    refuseMalformed('Unexpected token');
  }
}

function refuseMalformed(detail: string): never {
  refuse(`Statement wasn't well formed, can't be processed: ${detail}`);
}
