/** A statement with its parameters in place, as the conditions, updates and items that the native operations have. */
import { assert } from '../../base/errors.ts';
import { type AttributeType, type AttributeValue, attributeType, type Item } from '../attribute.ts';
import { checkedAttribute, type RawAttributeValue } from '../attribute-check.ts';
import { type Update, updateOf } from '../expression/apply-update.ts';
import { type BoundCondition, bindCondition } from '../expression/bound-condition.ts';
import { bindUpdate } from '../expression/bound-update.ts';
import { type Condition, conditionOf } from '../expression/compile.ts';
import type { ConditionNode } from '../expression/condition.ts';
import { Placeholders } from '../expression/placeholders.ts';
import type { Projection } from '../expression/projection.ts';
import { type ExpressionName, refuse, refuseExpression } from '../expression/refusal.ts';
import type { UpdateAction } from '../expression/update.ts';
import { checkItemBytes } from '../item-size.ts';
import { flatProjection } from './flat-projection.ts';
import { literalValue } from './literal.ts';
import type {
  DeleteStatement,
  InsertStatement,
  OrderTerm,
  Returning,
  SelectStatement,
  Statement,
  Target,
  UpdateStatement,
} from './statement.ts';

/** What WHERE says: as a tree, to find keys in, and as something that holds or not. */
export interface BoundWhere extends Condition {
  readonly tree: BoundCondition;
}

export interface BoundSelect {
  readonly kind: 'select';
  readonly from: Target;
  readonly where?: BoundWhere;
  readonly projection?: Projection;
  readonly order?: readonly OrderTerm[];
}

export interface BoundInsert {
  readonly kind: 'insert';
  readonly table: string;
  readonly item: Item;
  /** By DynamoDB's rules. */
  readonly itemBytes: number;
}

export interface BoundChange {
  readonly kind: 'update' | 'delete';
  readonly table: string;
  readonly where?: BoundWhere;
  readonly returning?: Returning;
  /** Of an UPDATE. */
  readonly update?: Update;
}

export interface BoundExists {
  readonly kind: 'exists';
  readonly select: BoundSelect;
}

export type BoundStatement = BoundSelect | BoundInsert | BoundChange | BoundExists;

/** The table that a statement is about, as it names it. */
export function tableOf(bound: BoundStatement): string {
  if (bound.kind === 'exists') return bound.select.from.table;
  return bound.kind === 'select' ? bound.from.table : bound.table;
}

/**
 * Refuses a wrong number of parameters, then faulty values and too large an item, then operands that do not fit their
 * operators.
 */
export function bindStatement(
  statement: Statement,
  parameters: readonly RawAttributeValue[] = [],
): BoundStatement {
  if (parameters.length !== statement.parameterCount) {
    refuse("Number of parameters in request and statement don't match.");
  }
  const binder = new Binder(statement, parameters.map(checkedAttribute));
  const { body } = statement;
  switch (body.kind) {
    case 'select':
      return binder.select(body);
    case 'insert':
      return binder.insert(body);
    case 'update':
      return binder.update(body);
    case 'delete':
      return binder.delete(body);
    case 'exists':
      return { kind: 'exists', select: binder.select(body.select) };
  }
}

const setTypes: readonly AttributeType[] = ['SS', 'NS', 'BS'];

class Binder {
  readonly #values: ReadonlyMap<string, AttributeValue>;
  readonly #placeholders: Placeholders;

  constructor({ literals, names }: Statement, parameters: readonly AttributeValue[]) {
    this.#values = new Map(
      literals.map((literal, index) => [`:${index}`, checkedAttribute(literalValue(literal, parameters))]),
    );
    this.#placeholders = new Placeholders(
      names.length === 0 ? undefined : new Map(names.map((name, index) => [`#${index}`, name])),
      this.#values.size === 0 ? undefined : this.#values,
    );
  }

  select({ from, paths, where, order }: SelectStatement): BoundSelect {
    const projected = paths?.map((path) => this.#placeholders.path('ProjectionExpression', path));
    return {
      kind: 'select',
      from,
      ...this.#where('FilterExpression', where),
      ...(projected && { projection: flatProjection(projected) }),
      ...(order && { order }),
    };
  }

  insert({ table, item }: InsertStatement): BoundInsert {
    const value = this.#values.get(item);
    assert(value !== undefined && 'M' in value, 'what INSERT puts is parsed as a map');
    return { kind: 'insert', table, item: value.M, itemBytes: checkItemBytes(value.M) };
  }

  update({ table, actions, where, returning }: UpdateStatement): BoundChange {
    this.#checkSets(actions);
    const update = updateOf(bindUpdate(actions, this.#placeholders));
    return {
      kind: 'update',
      table,
      update,
      ...this.#where('ConditionExpression', where),
      ...(returning && { returning }),
    };
  }

  delete({ table, where, returning }: DeleteStatement): BoundChange {
    return {
      kind: 'delete',
      table,
      ...this.#where('ConditionExpression', where),
      ...(returning && { returning }),
    };
  }

  /** Refuses what ADD and DELETE would take or refuse under names of their own. */
  #checkSets(actions: readonly UpdateAction[]): void {
    for (const action of actions) {
      if (action.kind !== 'ADD' && action.kind !== 'DELETE') continue;
      const type = attributeType(this.#placeholders.value('UpdateExpression', action.ref));
      if (setTypes.includes(type)) continue;
      refuseExpression(
        'UpdateExpression',
        'Incorrect operand type for operator or function; ' +
          `operator or function: ${action.kind === 'ADD' ? 'set_add' : 'set_delete'}, operand type: ${type}`,
      );
    }
  }

  #where(expression: ExpressionName, node: ConditionNode | undefined): { readonly where?: BoundWhere } {
    if (node === undefined) return {};
    const tree = bindCondition(expression, node, this.#placeholders);
    return { where: { tree, ...conditionOf(tree) } };
  }
}
