/** The clauses of an UPDATE: SET and REMOVE, parsed into the actions that update expressions have. */
import { ParseFaults } from '../expression/parse-faults.ts';
import { samePath } from '../expression/path.ts';
import { refuse, refuseExpression } from '../expression/refusal.ts';
import type { SetOperand, SetValue, UpdateAction } from '../expression/update.ts';
import type { StatementCursor } from './statement-cursor.ts';
import type { StatementParts } from './statement-parts.ts';

/** Functions that change the attribute they are assigned to, and what update expressions call that. */
const setFunctions = { SET_ADD: 'ADD', SET_DELETE: 'DELETE' } as const;

/** One clause at least; each may come more than once. */
export function parseActions(parts: StatementParts): readonly UpdateAction[] {
  const parser = new ActionParser(parts);
  const actions = parser.whole();
  const fault = parser.faults.first();
  if (fault !== undefined) refuseExpression('UpdateExpression', fault);
  return actions;
}

class ActionParser {
  readonly faults = new ParseFaults('update');
  readonly #parts: StatementParts;
  readonly #cursor: StatementCursor;

  constructor(parts: StatementParts) {
    this.#parts = parts;
    this.#cursor = parts.cursor;
  }

  whole(): readonly UpdateAction[] {
    const actions: UpdateAction[] = [];
    for (;;) {
      if (this.#cursor.takeWord('SET')) actions.push(...this.#cursor.list(() => this.#set()));
      else if (this.#cursor.takeWord('REMOVE')) actions.push(...this.#cursor.list(() => this.#remove()));
      else if (actions.length === 0) this.#cursor.fault();
      else return actions;
    }
  }

  #remove(): UpdateAction {
    return { kind: 'REMOVE', path: this.#parts.path() };
  }

  #set(): UpdateAction {
    const path = this.#parts.path();
    this.#cursor.expectSymbol('=');
    const name = this.#cursor.isSymbol('(', 1) ? this.#cursor.peekWord() : undefined;
    if (name !== 'SET_ADD' && name !== 'SET_DELETE') return { kind: 'SET', path, value: this.#setValue() };
    this.#cursor.next();
    this.faults.countOperator();
    this.#cursor.expectSymbol('(');
    const changed = this.#parts.path();
    this.#cursor.expectSymbol(',');
    const { ref } = this.#parts.value(this.#parts.literals.literal());
    this.#cursor.expectSymbol(')');
    if (!samePath(changed, path)) {
      refuse(
        `The function must change the attribute that it is assigned to; function: ${name.toLowerCase()}`,
      );
    }
    return { kind: setFunctions[name], path, ref };
  }

  /** An operand, or two with one sign between them. */
  #setValue(): SetValue {
    const left = this.#operand();
    const op = this.#cursor.isSymbol('+') ? '+' : this.#cursor.isSymbol('-') ? '-' : undefined;
    if (op === undefined) return left;
    this.#cursor.next();
    this.faults.countOperator();
    return { kind: 'sum', op, operands: [left, this.#operand()] };
  }

  #operand(): SetOperand {
    if (this.#parts.literals.isNext()) return this.#parts.value(this.#parts.literals.literal());
    if (this.#cursor.peek().kind === 'word' && this.#cursor.isSymbol('(', 1)) return this.#functionCall();
    return { kind: 'path', path: this.#parts.path() };
  }

  #functionCall(): SetOperand {
    const name = this.#cursor.name().toLowerCase();
    this.#cursor.next();
    this.faults.countOperator();
    const operands = this.#cursor.deeper(() => this.#cursor.list(() => this.#operand()));
    this.#cursor.expectSymbol(')');
    if (name !== 'list_append') {
      this.faults.note('unknownFunction', `Invalid function name; function: ${name}`);
    }
    return { kind: 'function', name, operands };
  }
}
