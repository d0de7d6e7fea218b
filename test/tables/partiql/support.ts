/** Statements in tests: printed from their parsed form, and random ones. */
import fc from 'fast-check';
import type { ConditionNode, Operand } from '../../../src/tables/expression/condition.ts';
import type { SetValue, UpdateAction } from '../../../src/tables/expression/update.ts';
import { type BoundStatement, bindStatement } from '../../../src/tables/partiql/bound-statement.ts';
import type { Literal } from '../../../src/tables/partiql/literal.ts';
import { parseStatement } from '../../../src/tables/partiql/parse-statement.ts';
import type { SelectStatement, Statement } from '../../../src/tables/partiql/statement.ts';

/** How every sentence on syntax begins. */
export const malformed = (detail: string) => `Statement wasn't well formed, can't be processed: ${detail}`;

export const bound = (
  text: string,
  ...parameters: Parameters<typeof bindStatement>[1] & object
): BoundStatement => bindStatement(parseStatement(text), parameters);

const quotedName = (name: string) => `"${name.replaceAll('"', '""')}"`;
const quotedText = (text: string) => `'${text.replaceAll("'", "''")}'`;

function literalText(literal: Literal): string {
  switch (literal.kind) {
    case 'parameter':
      return '?';
    case 'list':
      return `[${literal.elements.map(literalText).join(', ')}]`;
    case 'set':
      return `<<${literal.elements.map(literalText).join(', ')}>>`;
    case 'map':
      return `{${[...literal.members].map(([name, member]) => `${quotedText(name)}: ${literalText(member)}`).join(', ')}}`;
    case 'scalar': {
      const { S, N, BOOL } = literal.value;
      return S === undefined ? (N ?? (BOOL === undefined ? 'NULL' : String(BOOL))) : quotedText(S);
    }
  }
}

/** The text of a statement, every name quoted and every condition in parentheses. */
export class Printer {
  readonly #statement: Statement;

  constructor(statement: Statement) {
    this.#statement = statement;
  }

  text(): string {
    const { body } = this.#statement;
    switch (body.kind) {
      case 'select':
        return this.#select(body);
      case 'exists':
        return `EXISTS(${this.#select(body.select)})`;
      case 'insert':
        return `INSERT INTO ${quotedName(body.table)} VALUE ${this.#value(body.item)}`;
      case 'update':
        return `UPDATE ${quotedName(body.table)} ${body.actions.map((each) => this.#action(each)).join(' ')}${this.#tail(body)}`;
      case 'delete':
        return `DELETE FROM ${quotedName(body.table)}${this.#tail(body)}`;
    }
  }

  #select({ from, paths, where, order }: SelectStatement): string {
    const columns = paths?.map((path) => this.#path(path)).join(', ') ?? '*';
    const index = from.index === undefined ? '' : `.${quotedName(from.index)}`;
    const terms = order?.map(({ name, descending }) => quotedName(name) + (descending ? ' DESC' : ' ASC'));
    return (
      `SELECT ${columns} FROM ${quotedName(from.table)}${index}${this.#tail({ where })}` +
      (terms === undefined ? '' : ` ORDER BY ${terms.join(', ')}`)
    );
  }

  #tail({ where, returning }: { where?: ConditionNode | undefined; returning?: string }): string {
    const words = returning?.replace('UPDATED', 'MODIFIED').replace('_', ' ');
    return (
      (where === undefined ? '' : ` WHERE ${this.#condition(where)}`) +
      (words === undefined ? '' : ` RETURNING ${words} *`)
    );
  }

  #value(ref: string): string {
    const literal = this.#statement.literals[Number(ref.slice(1))];
    return literal === undefined ? ref : literalText(literal);
  }

  #path(path: readonly (string | number)[]): string {
    let text = '';
    for (const step of path) {
      if (typeof step === 'number') text += `[${step}]`;
      else {
        const name = step.startsWith('#') ? (this.#statement.names[Number(step.slice(1))] ?? step) : step;
        text += (text === '' ? '' : '.') + quotedName(name);
      }
    }
    return text;
  }

  #operand(operand: Operand | SetValue): string {
    if (operand.kind === 'path') return this.#path(operand.path);
    if (operand.kind === 'value') return this.#value(operand.ref);
    const texts = operand.operands.map((each) => this.#operand(each));
    return operand.kind === 'sum' ? texts.join(` ${operand.op} `) : `${operand.name}(${texts.join(', ')})`;
  }

  #condition(node: ConditionNode): string {
    if ('parts' in node) {
      return node.parts.map((part) => `(${this.#condition(part)})`).join(` ${node.kind.toUpperCase()} `);
    }
    if ('part' in node) return `NOT (${this.#condition(node.part)})`;
    if (node.kind === 'function') {
      const [tested] = node.operands.map((operand) => this.#operand(operand));
      if (node.name === 'attribute_exists') return `${tested} IS NOT MISSING`;
      return node.name === 'attribute_not_exists' ? `${tested} IS MISSING` : this.#operand(node);
    }
    const [first = '', ...rest] = node.operands.map((operand) => this.#operand(operand));
    if (node.kind === 'compare') return `${first} ${node.op} ${rest.join('')}`;
    return node.kind === 'in' ? `${first} IN [${rest.join(', ')}]` : `${first} BETWEEN ${rest.join(' AND ')}`;
  }

  #action(action: UpdateAction): string {
    const path = this.#path(action.path);
    switch (action.kind) {
      case 'REMOVE':
        return `REMOVE ${path}`;
      case 'SET':
        return `SET ${path} = ${this.#operand(action.value)}`;
      default: {
        const name = action.kind === 'ADD' ? 'set_add' : 'set_delete';
        return `SET ${path} = ${name}(${path}, ${this.#value(action.ref)})`;
      }
    }
  }
}

const name = fc.oneof(
  fc.constantFrom('a', '_b', '$c', 'Value', '"quo""ted"', '"#x"', '"sel ect"', '"SELECT"', '"a.b"'),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }).map(quotedName),
);
const path = fc
  .tuple(
    name,
    fc.array(
      fc.oneof(
        name.map((each) => `.${each}`),
        fc.nat(99).map((index) => `[${index}]`),
      ),
      { maxLength: 3 },
    ),
  )
  .map(([head, steps]) => head + steps.join(''));

const scalar = fc.oneof(
  fc.constantFrom('?', '?', 'true', 'FALSE', 'null', '1.5e3', '-7', "''", "'it''s'", "'?'"),
  fc.string({ unit: 'grapheme', maxLength: 8 }).map(quotedText),
  fc.integer().map(String),
);

const texts = fc.letrec<{ literal: string; condition: string; operand: string }>((tie) => ({
  literal: fc.oneof(
    { depthSize: 'small' },
    scalar,
    fc.array(tie('literal'), { maxLength: 3 }).map((each) => `[${each.join(',')}]`),
    fc.array(scalar, { minLength: 1, maxLength: 3 }).map((each) => `<<${each.join(' , ')}>>`),
    fc
      .uniqueArray(fc.tuple(fc.string({ maxLength: 5 }), tie('literal')), {
        selector: ([key]) => key,
        maxLength: 3,
      })
      .map((members) => `{${members.map(([key, value]) => `${quotedText(key)}:${value}`).join(',')}}`),
  ),
  operand: fc.oneof(
    path,
    tie('literal'),
    path.map((each) => `SIZE(${each})`),
    path.map((each) => `(${each})`),
  ),
  condition: fc.oneof(
    { depthSize: 'small' },
    fc
      .tuple(tie('operand'), fc.constantFrom('=', '<>', '!=', '<', '<=', '>', '>='), tie('operand'))
      .map((each) => each.join(' ')),
    fc.tuple(tie('operand'), tie('operand'), tie('operand')).map(([a, b, c]) => `${a} between ${b} AND ${c}`),
    fc
      .tuple(path, fc.array(tie('operand'), { minLength: 1, maxLength: 4 }), fc.boolean())
      .map(
        ([sought, list, square]) =>
          `${sought} IN ${square ? '[' : '('}${list.join(',')}${square ? ']' : ')'}`,
      ),
    fc
      .tuple(path, fc.constantFrom('IS', 'is not'), fc.constantFrom('MISSING', 'NULL', 'String', 'ns'))
      .map((each) => each.join(' ')),
    fc.tuple(path, tie('literal')).map(([a, b]) => `Begins_With(${a}, ${b})`),
    fc.tuple(tie('condition'), tie('condition')).map((each) => each.join(' AND ')),
    fc.tuple(tie('condition'), tie('condition')).map((each) => each.join(' or ')),
    tie('condition').map((each) => `NOT ${each}`),
    tie('condition').map((each) => `(${each})`),
  ),
}));

const where = fc.option(
  texts.condition.map((each) => ` WHERE ${each}`),
  { nil: '' },
);
const select = fc
  .tuple(
    fc.oneof(
      fc.constant('*'),
      fc.array(path, { minLength: 1, maxLength: 3 }).map((each) => each.join(', ')),
    ),
    fc.oneof(
      name,
      fc.tuple(name, name).map((each) => each.join('.')),
    ),
    where,
    fc.option(
      fc.tuple(name, fc.constantFrom('', ' ASC', ' desc')).map((each) => ` order BY ${each.join('')}`),
      { nil: '' },
    ),
  )
  .map(([columns, from, condition, order]) => `SELECT ${columns} FROM ${from}${condition}${order}`);
const action = fc.oneof(
  path.map((each) => `REMOVE ${each}`),
  fc.tuple(path, texts.literal).map(([target, value]) => `SET ${target} = ${value}`),
  fc.tuple(path, path, fc.integer()).map(([target, source, by]) => `set ${target}=${source} - ${by}`),
  fc.tuple(path, texts.literal).map(([target, value]) => `SET ${target} = list_append(${target}, ${value})`),
  fc.tuple(path, texts.literal).map(([target, value]) => `SET ${target} = SET_ADD(${target}, ${value})`),
);
const returning = fc.constantFrom('', ' RETURNING ALL OLD *', ' returning modified new *');

/** Texts that parse. */
export const anyStatement = fc.oneof(
  select,
  select.map((each) => `EXISTS(${each})`),
  fc.tuple(name, texts.literal).map(([table, value]) => `INSERT INTO ${table} VALUE {'pk': ${value}}`),
  fc
    .tuple(name, fc.array(action, { minLength: 1, maxLength: 4 }), where, returning)
    .map(([table, actions, condition, shown]) => `UPDATE ${table} ${actions.join(' ')}${condition}${shown}`),
  fc.tuple(name, where).map(([table, condition]) => `DELETE FROM ${table}${condition} RETURNING ALL OLD *`),
);
