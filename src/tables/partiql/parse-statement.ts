/** Whole statements: SELECT, INSERT, UPDATE, DELETE and EXISTS (spec 6.1). */
import type { ConditionNode } from '../expression/condition.ts';
import type { ExpressionName } from '../expression/refusal.ts';
import { parseActions } from './set-clause.ts';
import type {
  DeleteStatement,
  ExistsStatement,
  InsertStatement,
  OrderTerm,
  Returning,
  SelectStatement,
  Statement,
  StatementBody,
  Target,
  UpdateStatement,
} from './statement.ts';
import { StatementCursor } from './statement-cursor.ts';
import { StatementParts } from './statement-parts.ts';
import { parseWhere } from './where-clause.ts';

/** Refuses with the first fault of the text; what parameters and table show to be wrong comes later. */
export function parseStatement(text: string): Statement {
  return parseStatementAt(new StatementCursor(text));
}

export function parseStatementAt(cursor: StatementCursor): Statement {
  const parts = new StatementParts(cursor);
  const body = new StatementParser(parts).body();
  cursor.expectEnd();
  return {
    body,
    literals: parts.values,
    names: parts.names,
    parameterCount: parts.literals.parameterCount,
  };
}

const returnings: ReadonlyMap<string, Returning> = new Map([
  ['ALL OLD', 'ALL_OLD'],
  ['ALL NEW', 'ALL_NEW'],
  ['MODIFIED OLD', 'UPDATED_OLD'],
  ['MODIFIED NEW', 'UPDATED_NEW'],
]);

class StatementParser {
  readonly #parts: StatementParts;
  readonly #cursor: StatementCursor;

  constructor(parts: StatementParts) {
    this.#parts = parts;
    this.#cursor = parts.cursor;
  }

  body(): StatementBody {
    switch (this.#cursor.peekWord()) {
      case 'SELECT':
        return this.#select();
      case 'INSERT':
        return this.#insert();
      case 'UPDATE':
        return this.#update();
      case 'DELETE':
        return this.#delete();
      case 'EXISTS':
        return this.#exists();
      default:
        return this.#cursor.fault();
    }
  }

  #select(): SelectStatement {
    this.#cursor.expectWord('SELECT');
    const paths = this.#cursor.takeSymbol('*') ? undefined : this.#cursor.list(() => this.#parts.path());
    this.#cursor.expectWord('FROM');
    const from = this.#target();
    const where = this.#where('FilterExpression');
    const order = this.#order();
    return {
      kind: 'select',
      from,
      ...(paths && { paths }),
      ...(where && { where }),
      ...(order && { order }),
    };
  }

  #target(): Target {
    const table = this.#cursor.name();
    return this.#cursor.takeSymbol('.') ? { table, index: this.#cursor.name() } : { table };
  }

  #order(): readonly OrderTerm[] | undefined {
    if (!this.#cursor.takeWord('ORDER')) return undefined;
    this.#cursor.expectWord('BY');
    return this.#cursor.list(() => {
      const name = this.#cursor.name();
      const descending = this.#cursor.takeWord('DESC');
      if (!descending) this.#cursor.takeWord('ASC');
      return { name, descending };
    });
  }

  #insert(): InsertStatement {
    this.#cursor.expectWord('INSERT');
    this.#cursor.expectWord('INTO');
    const table = this.#cursor.name();
    this.#cursor.expectWord('VALUE');
    return { kind: 'insert', table, item: this.#parts.value(this.#parts.literals.map()).ref };
  }

  #update(): UpdateStatement {
    this.#cursor.expectWord('UPDATE');
    const table = this.#cursor.name();
    const actions = parseActions(this.#parts);
    const where = this.#where('ConditionExpression');
    const returning = this.#returning();
    return { kind: 'update', table, actions, ...(where && { where }), ...(returning && { returning }) };
  }

  #delete(): DeleteStatement {
    this.#cursor.expectWord('DELETE');
    this.#cursor.expectWord('FROM');
    const table = this.#cursor.name();
    const where = this.#where('ConditionExpression');
    const deleting = { kind: 'delete', table, ...(where && { where }) } as const;
    if (this.#cursor.peekWord() !== 'RETURNING') return deleting;
    if (this.#returning() !== 'ALL_OLD') this.#cursor.fault();
    return { ...deleting, returning: 'ALL_OLD' };
  }

  #where(expression: ExpressionName): ConditionNode | undefined {
    return this.#cursor.takeWord('WHERE') ? parseWhere(this.#parts, expression) : undefined;
  }

  #returning(): Returning | undefined {
    if (!this.#cursor.takeWord('RETURNING')) return undefined;
    const { text: extent } = this.#cursor.next();
    const { text: image } = this.#cursor.next();
    const returning = returnings.get(`${extent} ${image}`.toUpperCase());
    if (returning === undefined) this.#cursor.fault();
    this.#cursor.expectSymbol('*');
    return returning;
  }

  #exists(): ExistsStatement {
    this.#cursor.expectWord('EXISTS');
    this.#cursor.expectSymbol('(');
    const select = this.#select();
    this.#cursor.expectSymbol(')');
    return { kind: 'exists', select };
  }
}
