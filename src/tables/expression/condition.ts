/** Condition, filter and key condition expressions: their grammar (spec 1.2), parsed by recursive descent. */
import { operatorsMax, ParseFaults } from './parse-faults.ts';
import { type Path, parsePath } from './path.ts';
import { refuseExpression } from './refusal.ts';
import type { TokenCursor } from './tokens.ts';

export type Comparator = '=' | '<>' | '<' | '<=' | '>' | '>=';

export interface FunctionNode {
  readonly kind: 'function';
  readonly name: string;
  readonly operands: readonly Operand[];
}
export type Operand =
  | { readonly kind: 'path'; readonly path: Path }
  /** `ref` is a value placeholder, `:v`. */
  | { readonly kind: 'value'; readonly ref: string }
  | FunctionNode;

export type ConditionNode =
  | { readonly kind: 'compare'; readonly op: Comparator; readonly operands: readonly [Operand, Operand] }
  | { readonly kind: 'between'; readonly operands: readonly [Operand, Operand, Operand] }
  /** The operand sought, then the list. */
  | { readonly kind: 'in'; readonly operands: readonly Operand[] }
  | { readonly kind: 'and' | 'or'; readonly parts: readonly ConditionNode[] }
  | { readonly kind: 'not'; readonly part: ConditionNode }
  | FunctionNode;

/** How many operands each function takes. */
export const functionOperands: Readonly<Record<string, number>> = {
  attribute_exists: 1,
  attribute_not_exists: 1,
  attribute_type: 2,
  begins_with: 2,
  contains: 2,
  size: 1,
};
/** Known, but for SET alone. */
const updateFunctions: readonly string[] = ['if_not_exists', 'list_append'];

const comparators: readonly string[] = ['=', '<>', '<', '<=', '>', '>='];
const keywords: readonly string[] = ['AND', 'OR', 'NOT', 'BETWEEN', 'IN'];
const listOperandsMax = 100;
/** Nesting that is not redundant costs an operator a level, so nothing legal is deeper; the stack bears more. */
const nestingMax = operatorsMax + 20;

const isComparator = (text: string): text is Comparator => comparators.includes(text);

/** What stands at one place: an operand, a condition, or a function, which the place makes one or the other. */
type Term = { readonly node: Operand | ConditionNode; readonly parentheses: boolean };

/** Refuses syntax errors, then what ParseFaults has noted; placeholders and operand types are the next step's. */
export function parseCondition(cursor: TokenCursor): ConditionNode {
  const parser = new ConditionParser(cursor);
  const node = parser.whole();
  const fault = parser.faults.first();
  if (fault !== undefined) refuseExpression(cursor.name, fault);
  return node;
}

class ConditionParser {
  readonly faults = new ParseFaults('condition');
  private readonly cursor: TokenCursor;
  private nesting = 0;

  constructor(cursor: TokenCursor) {
    this.cursor = cursor;
  }

  whole(): ConditionNode {
    const node = this.asCondition(this.or());
    this.cursor.expectEnd();
    return node;
  }

  private or(): Term {
    return this.chain('or', 'OR', () => this.and());
  }

  private and(): Term {
    return this.chain('and', 'AND', () => this.not());
  }

  /** One term, or several joined by a keyword into one node. A lone term passes through: it may be an operand. */
  private chain(kind: 'and' | 'or', keyword: string, part: () => Term): Term {
    const first = part();
    if (this.cursor.peekKeyword() !== keyword) return first;
    const parts = [this.asCondition(first)];
    while (this.cursor.takeKeyword(keyword)) {
      this.faults.countOperator();
      parts.push(this.asCondition(part()));
    }
    return { node: { kind, parts }, parentheses: false };
  }

  private not(): Term {
    let count = 0;
    for (; this.cursor.takeKeyword('NOT'); count++) this.faults.countOperator();
    if (count === 0) return this.comparison();
    // However many there are, one or two mean the same and cost no stack.
    const once = { kind: 'not', part: this.asCondition(this.comparison()) } as const;
    return { node: count % 2 === 1 ? once : { kind: 'not', part: once }, parentheses: false };
  }

  private comparison(): Term {
    const left = this.primary();
    const { kind, text } = this.cursor.peek();
    const keyword = this.cursor.peekKeyword();
    if (kind === 'symbol' && isComparator(text)) {
      const first = this.asOperand(left);
      this.cursor.next();
      this.faults.countOperator();
      return { node: { kind: 'compare', op: text, operands: [first, this.operand()] }, parentheses: false };
    }
    if (keyword === 'BETWEEN') return this.between(this.asOperand(left));
    if (keyword === 'IN') return this.inList(this.asOperand(left));
    return left;
  }

  private between(tested: Operand): Term {
    this.cursor.next();
    this.faults.countOperator();
    const low = this.operand();
    if (!this.cursor.takeKeyword('AND')) this.cursor.syntaxFault();
    return { node: { kind: 'between', operands: [tested, low, this.operand()] }, parentheses: false };
  }

  private inList(sought: Operand): Term {
    this.cursor.next();
    this.faults.countOperator();
    this.cursor.expectSymbol('(');
    const list = this.operands();
    if (list.length > listOperandsMax) {
      const sentence = 'The IN operator is provided with too many operands; number of operands:';
      this.faults.note('limit', `${sentence} ${list.length}`);
    }
    return { node: { kind: 'in', operands: [sought, ...list] }, parentheses: false };
  }

  /** At least one operand and the closing parenthesis. */
  private operands(): Operand[] {
    const operands = [this.operand()];
    while (this.cursor.takeSymbol(',')) operands.push(this.operand());
    this.cursor.expectSymbol(')');
    return operands;
  }

  private operand(): Operand {
    return this.asOperand(this.primary());
  }

  private primary(): Term {
    const { kind, text } = this.cursor.peek();
    if (kind === 'valueRef') {
      this.cursor.next();
      return { node: { kind: 'value', ref: text }, parentheses: false };
    }
    if (kind === 'symbol' && text === '(') return this.parenthesised();
    if (kind === 'word' && keywords.includes(text.toUpperCase())) this.cursor.syntaxFault();
    const after = kind === 'word' ? this.cursor.peek(1) : undefined;
    if (after?.kind === 'symbol' && after.text === '(') return this.functionCall();
    return { node: { kind: 'path', path: parsePath(this.cursor, this.faults) }, parentheses: false };
  }

  private deeper<T>(parse: () => T): T {
    this.nesting++;
    if (this.nesting > nestingMax) {
      refuseExpression(this.cursor.name, 'The expression has redundant parentheses;');
    }
    const parsed = parse();
    this.nesting--;
    return parsed;
  }

  private parenthesised(): Term {
    this.cursor.next();
    const inner = this.deeper(() => this.or());
    this.cursor.expectSymbol(')');
    if (inner.parentheses) this.faults.note('parentheses', 'The expression has redundant parentheses;');
    return { node: inner.node, parentheses: true };
  }

  private functionCall(): Term {
    const { text: name } = this.cursor.next();
    this.cursor.next();
    this.faults.countOperator();
    const operands = this.deeper(() => this.operands());
    if (updateFunctions.includes(name)) this.noteMisused(name);
    else if (!Object.hasOwn(functionOperands, name)) {
      this.faults.note('unknownFunction', `Invalid function name; function: ${name}`);
    }
    return { node: { kind: 'function', name, operands }, parentheses: false };
  }

  private noteMisused(name: string): void {
    this.faults.note(
      'misusedFunction',
      `The function is not allowed to be used this way in an expression; function: ${name}`,
    );
  }

  /** The term where a condition must stand: a bare path or value makes what follows it a syntax error. */
  private asCondition({ node }: Term): ConditionNode {
    if (node.kind === 'path' || node.kind === 'value') this.cursor.syntaxFault();
    if (node.kind === 'function' && node.name === 'size') this.noteMisused(node.name);
    return node;
  }

  /** The term where an operand must stand: of the functions only size has a value. */
  private asOperand({ node }: Term): Operand {
    if (node.kind === 'path' || node.kind === 'value') return node;
    if (node.kind !== 'function') this.cursor.syntaxFault();
    if (node.name !== 'size' && Object.hasOwn(functionOperands, node.name)) this.noteMisused(node.name);
    return node;
  }
}
