/** WHERE: its grammar (spec 6.1), parsed by recursive descent into the conditions that expressions have. */
import type { AttributeType } from '../attribute.ts';
import {
  type Comparator,
  type ConditionNode,
  type FunctionNode,
  functionOperands,
  type Operand,
} from '../expression/condition.ts';
import { ParseFaults } from '../expression/parse-faults.ts';
import { type ExpressionName, refuseExpression } from '../expression/refusal.ts';
import type { StatementCursor } from './statement-cursor.ts';
import type { StatementParts } from './statement-parts.ts';

const comparators: ReadonlyMap<string, Comparator> = new Map([
  ['=', '='],
  ['<>', '<>'],
  ['!=', '<>'],
  ['<', '<'],
  ['<=', '<='],
  ['>', '>'],
  ['>=', '>='],
]);
const functions: readonly string[] = ['attribute_type', 'begins_with', 'contains', 'size'];

/** What may follow IS, beside MISSING. */
const typeWords: ReadonlyMap<string, AttributeType> = new Map([
  ['NULL', 'NULL'],
  ['BOOL', 'BOOL'],
  ['BOOLEAN', 'BOOL'],
  ['S', 'S'],
  ['STRING', 'S'],
  ['N', 'N'],
  ['NUMBER', 'N'],
  ['B', 'B'],
  ['BINARY', 'B'],
  ['L', 'L'],
  ['LIST', 'L'],
  ['M', 'M'],
  ['MAP', 'M'],
  ['SS', 'SS'],
  ['NS', 'NS'],
  ['BS', 'BS'],
]);

/** What may follow a NOT that stands behind an operand. */
const negatable: readonly string[] = ['IN', 'BETWEEN'];

const listOperandsMax = 100;

/** `expression`: what a native call would have it in. Refuses syntax errors, then unknown and misused functions, then what is too much. */
export function parseWhere(parts: StatementParts, expression: ExpressionName): ConditionNode {
  const parser = new WhereParser(parts);
  const node = parser.whole();
  const fault = parser.faults.first();
  if (fault !== undefined) refuseExpression(expression, fault);
  return node;
}

/** What stands at one place: an operand, a condition, or a function, which the place makes one or the other. */
type Term = Operand | ConditionNode;

class WhereParser {
  readonly faults = new ParseFaults('condition');
  readonly #parts: StatementParts;
  readonly #cursor: StatementCursor;

  constructor(parts: StatementParts) {
    this.#parts = parts;
    this.#cursor = parts.cursor;
  }

  whole(): ConditionNode {
    return this.#asCondition(this.#or());
  }

  #or(): Term {
    return this.#chain('or', 'OR', () => this.#and());
  }

  #and(): Term {
    return this.#chain('and', 'AND', () => this.#not());
  }

  #chain(kind: 'and' | 'or', keyword: string, part: () => Term): Term {
    const first = part();
    if (this.#cursor.peekWord() !== keyword) return first;
    const parts = [this.#asCondition(first)];
    while (this.#cursor.takeWord(keyword)) {
      this.faults.countOperator();
      parts.push(this.#asCondition(part()));
    }
    return { kind, parts };
  }

  #not(): Term {
    let count = 0;
    for (; this.#cursor.takeWord('NOT'); count++) this.faults.countOperator();
    if (count === 0) return this.#comparison();
    // However many there are, one or two mean the same and cost no stack.
    const once = { kind: 'not', part: this.#asCondition(this.#comparison()) } as const;
    return count % 2 === 1 ? once : { kind: 'not', part: once };
  }

  #comparison(): Term {
    const left = this.#primary();
    const { kind, text } = this.#cursor.peek();
    const op = kind === 'symbol' ? comparators.get(text) : undefined;
    if (op !== undefined) {
      const first = this.#asOperand(left);
      this.#cursor.next();
      this.faults.countOperator();
      return { kind: 'compare', op, operands: [first, this.#operand()] };
    }
    return this.#keywordCondition(left) ?? this.#negatedCondition(left) ?? left;
  }

  #keywordCondition(left: Term): ConditionNode | undefined {
    switch (this.#cursor.peekWord()) {
      case 'BETWEEN':
        return this.#between(this.#asOperand(left));
      case 'IN':
        return this.#inList(this.#asOperand(left));
      case 'IS':
        return this.#is(this.#asOperand(left));
      default:
        return undefined;
    }
  }

  /** NOT IN and NOT BETWEEN: the operators stand between their operands, and so the NOT with them. */
  #negatedCondition(left: Term): ConditionNode | undefined {
    const { kind, text } = this.#cursor.peek(1);
    if (kind !== 'word' || !negatable.includes(text.toUpperCase())) return undefined;
    if (!this.#cursor.takeWord('NOT')) return undefined;
    this.faults.countOperator();
    const part = this.#keywordCondition(left);
    return part && { kind: 'not', part };
  }

  #between(tested: Operand): ConditionNode {
    this.#cursor.next();
    this.faults.countOperator();
    const low = this.#operand();
    this.#cursor.expectWord('AND');
    return { kind: 'between', operands: [tested, low, this.#operand()] };
  }

  #inList(sought: Operand): ConditionNode {
    this.#cursor.next();
    this.faults.countOperator();
    const close = this.#cursor.takeSymbol('[') ? ']' : ')';
    if (close === ')') this.#cursor.expectSymbol('(');
    const list = this.#cursor.list(() => this.#operand());
    this.#cursor.expectSymbol(close);
    if (list.length > listOperandsMax) {
      const sentence = 'The IN operator is provided with too many operands; number of operands:';
      this.faults.note('limit', `${sentence} ${list.length}`);
    }
    return { kind: 'in', operands: [sought, ...list] };
  }

  /** MISSING asks for presence, all else for the type: NULL is a value. */
  #is(tested: Operand): ConditionNode {
    this.#cursor.next();
    this.faults.countOperator();
    if (tested.kind !== 'path') this.#cursor.fault();
    const negated = this.#cursor.takeWord('NOT');
    if (this.#cursor.takeWord('MISSING')) {
      const name = negated ? 'attribute_exists' : 'attribute_not_exists';
      return { kind: 'function', name, operands: [tested] };
    }
    const type = typeWords.get(this.#cursor.peekWord() ?? '');
    if (type === undefined) this.#cursor.fault();
    this.#cursor.next();
    const typed: ConditionNode = {
      kind: 'function',
      name: 'attribute_type',
      operands: [tested, this.#parts.value({ kind: 'scalar', value: { S: type } })],
    };
    return negated ? { kind: 'not', part: typed } : typed;
  }

  #operand(): Operand {
    return this.#asOperand(this.#primary());
  }

  #primary(): Term {
    if (this.#parts.literals.isNext()) return this.#parts.value(this.#parts.literals.literal());
    if (this.#cursor.takeSymbol('(')) {
      const inner = this.#cursor.deeper(() => this.#or());
      this.#cursor.expectSymbol(')');
      return inner;
    }
    if (this.#cursor.peek().kind === 'word' && this.#cursor.isSymbol('(', 1)) return this.#functionCall();
    return { kind: 'path', path: this.#parts.path() };
  }

  #functionCall(): FunctionNode {
    const name = this.#cursor.name().toLowerCase();
    this.#cursor.next();
    this.faults.countOperator();
    const operands = this.#cursor.deeper(() => this.#cursor.list(() => this.#operand()));
    this.#cursor.expectSymbol(')');
    if (!functions.includes(name)) {
      this.faults.note('unknownFunction', `Invalid function name; function: ${name}`);
    }
    return { kind: 'function', name, operands };
  }

  #noteMisused(name: string): void {
    this.faults.note(
      'misusedFunction',
      `The function is not allowed to be used this way in an expression; function: ${name}`,
    );
  }

  #asCondition(node: Term): ConditionNode {
    if (node.kind === 'path' || node.kind === 'value') this.#cursor.fault();
    if (node.kind === 'function' && node.name === 'size') this.#noteMisused(node.name);
    return node;
  }

  /** Of the functions only size has a value. */
  #asOperand(node: Term): Operand {
    if (node.kind === 'path' || node.kind === 'value') return node;
    if (node.kind !== 'function') this.#cursor.fault();
    if (node.name !== 'size' && Object.hasOwn(functionOperands, node.name)) this.#noteMisused(node.name);
    return node;
  }
}
