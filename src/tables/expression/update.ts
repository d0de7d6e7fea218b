/** Update expressions: their grammar (spec 2.1), parsed by recursive descent. */
import { operatorsMax, ParseFaults } from './parse-faults.ts';
import { type Path, parsePath } from './path.ts';
import { refuseExpression } from './refusal.ts';
import type { TokenCursor } from './tokens.ts';

export type SetOperand =
  | { readonly kind: 'path'; readonly path: Path }
  | { readonly kind: 'value'; readonly ref: string }
  | { readonly kind: 'function'; readonly name: string; readonly operands: readonly SetOperand[] };
export type SetValue =
  | SetOperand
  | { readonly kind: 'sum'; readonly op: '+' | '-'; readonly operands: readonly [SetOperand, SetOperand] };

export type UpdateAction =
  | { readonly kind: 'SET'; readonly path: Path; readonly value: SetValue }
  | { readonly kind: 'REMOVE'; readonly path: Path }
  /** `ref` is a value placeholder, `:v`. */
  | { readonly kind: 'ADD' | 'DELETE'; readonly path: Path; readonly ref: string };

const sections = ['SET', 'REMOVE', 'ADD', 'DELETE'] as const;
type Section = (typeof sections)[number];

const setFunctions: readonly string[] = ['if_not_exists', 'list_append'];
const conditionFunctions: readonly string[] = [
  'attribute_exists',
  'attribute_not_exists',
  'attribute_type',
  'begins_with',
  'contains',
  'size',
];
/** Nothing within the limit on operators needs more; the stack bears more. */
const nestingMax = operatorsMax + 20;

/** The actions in the order of the text. Refuses syntax errors, then what ParseFaults has noted. */
export function parseUpdate(cursor: TokenCursor): readonly UpdateAction[] {
  const parser = new UpdateParser(cursor);
  const actions = parser.whole();
  const fault = parser.faults.first();
  if (fault !== undefined) refuseExpression(cursor.name, fault);
  return actions;
}

class UpdateParser {
  readonly faults = new ParseFaults('update');
  private readonly cursor: TokenCursor;
  private readonly seen = new Set<Section>();
  private nesting = 0;

  constructor(cursor: TokenCursor) {
    this.cursor = cursor;
  }

  whole(): readonly UpdateAction[] {
    const actions: UpdateAction[] = [];
    do {
      const section = this.section();
      do actions.push(this.action(section));
      while (this.cursor.takeSymbol(','));
    } while (this.cursor.peek().kind !== 'end');
    return actions;
  }

  private section(): Section {
    const section = sections.find((each) => this.cursor.takeKeyword(each));
    if (section === undefined) this.cursor.syntaxFault();
    if (this.seen.has(section)) {
      this.faults.note('section', `The "${section}" section can only be used once in an update expression;`);
    }
    this.seen.add(section);
    return section;
  }

  private action(section: Section): UpdateAction {
    const path = parsePath(this.cursor, this.faults);
    if (section === 'REMOVE') return { kind: section, path };
    if (section === 'SET') {
      this.cursor.expectSymbol('=');
      return { kind: section, path, value: this.setValue() };
    }
    const { kind, text } = this.cursor.peek();
    if (kind !== 'valueRef') this.cursor.syntaxFault();
    this.cursor.next();
    return { kind: section, path, ref: text };
  }

  /** An operand, or two with one sign between them, as a whole perhaps in parentheses. */
  private setValue(): SetValue {
    const left = this.cursor.takeSymbol('(')
      ? this.parenthesised(() => this.setValue())
      : this.operand(false);
    const { kind, text } = this.cursor.peek();
    if (kind !== 'symbol' || (text !== '+' && text !== '-')) return left;
    if (left.kind === 'sum') this.cursor.syntaxFault();
    this.cursor.next();
    this.faults.countOperator();
    return { kind: 'sum', op: text, operands: [left, this.operand(false)] };
  }

  private parenthesised<T>(parse: () => T): T {
    const inner = this.deeper(parse);
    this.cursor.expectSymbol(')');
    return inner;
  }

  private deeper<T>(parse: () => T): T {
    this.nesting++;
    if (this.nesting > nestingMax) this.cursor.syntaxFault();
    const parsed = parse();
    this.nesting--;
    return parsed;
  }

  private operand(insideAppend: boolean): SetOperand {
    if (this.cursor.takeSymbol('(')) return this.parenthesised(() => this.operand(insideAppend));
    const { kind, text } = this.cursor.peek();
    if (kind === 'valueRef') {
      this.cursor.next();
      return { kind: 'value', ref: text };
    }
    const after = kind === 'word' ? this.cursor.peek(1) : undefined;
    if (after?.kind === 'symbol' && after.text === '(') return this.functionCall(insideAppend);
    return { kind: 'path', path: parsePath(this.cursor, this.faults) };
  }

  private functionCall(insideAppend: boolean): SetOperand {
    const { text: name } = this.cursor.next();
    this.cursor.next();
    this.faults.countOperator();
    const appends = name === 'list_append';
    if (conditionFunctions.includes(name) || (appends && insideAppend)) {
      const sentence = 'The function is not allowed to be used this way in an expression; function:';
      this.faults.note('misusedFunction', `${sentence} ${name}`);
    } else if (!setFunctions.includes(name)) {
      this.faults.note('unknownFunction', `Invalid function name; function: ${name}`);
    }
    const operands = this.deeper(() => {
      const list = [this.operand(appends)];
      while (this.cursor.takeSymbol(',')) list.push(this.operand(appends));
      return list;
    });
    this.cursor.expectSymbol(')');
    return { kind: 'function', name, operands };
  }
}
