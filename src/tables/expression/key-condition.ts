/** Key conditions: one predicate for each key attribute, reduced from a condition (spec 1.7). */
import { assert } from '../../base/errors.ts';
import { type AttributeValue, attributeType } from '../attribute.ts';
import type { IndexCondition } from '../index-key.ts';
import { checkKeyPart, type IndexKeySchema, type KeyAttribute, type KeySchema } from '../key-schema.ts';
import type { SortCondition } from '../tree-key.ts';
import type { BoundCondition, BoundOperand } from './bound-condition.ts';
import { refuse, refuseExpression } from './refusal.ts';

/** What a Query walks: one partition, and what of it. */
export interface BoundKeyCondition {
  readonly hash: AttributeValue;
  readonly sort?: SortCondition;
}

export interface KeyCondition {
  /** Refuses more conditions than any table's key has attributes; an index may have more. Needs no table. */
  checkTableLength(): void;
  /** Refuses conditions that do not fit the key schema of the table. */
  bind(schema: KeySchema): BoundKeyCondition;
  /** Refuses conditions that do not fit the key schema of the index. */
  bindIndex(schema: IndexKeySchema): IndexCondition;
}

const tableKeyAttributesMax = 2;
/** A global index may have four attributes of each kind. */
const keyAttributesMax = 8;

const nestedOperations = 'KeyConditionExpressions cannot contain nested operations';
const mirrored = { '=': '=', '<': '>', '<=': '>=', '>': '<', '>=': '<=' } as const;

/** `other`: one that no key answers, which is told only of an attribute of the key. */
type KeyPredicate = SortCondition | { readonly op: 'other' };

/**
 * Refuses what no key schema allows: other operators, nested paths, two conditions on one attribute. `others`: attributes
 * whose operators no key answers, from KeyConditions, which are refused once the key schema is known.
 */
export function keyConditionOf(condition: BoundCondition, others: readonly string[] = []): KeyCondition {
  const conditions = new Map<string, KeyPredicate>(others.map((name) => [name, { op: 'other' }]));
  collect(condition, conditions);
  if (conditions.size > keyAttributesMax) refuse(wrongLength);
  return {
    checkTableLength: () => {
      if (conditions.size > tableKeyAttributesMax) refuse(wrongLength);
    },
    bind: ({ hash, range }) => {
      const asked = bound(conditions, { hash: [hash], range: range === undefined ? [] : [range] });
      const [value] = asked.hash;
      assert(value !== undefined, 'a bound condition has a partition');
      return asked.sort === undefined ? { hash: value } : { hash: value, sort: asked.sort };
    },
    bindIndex: (schema) => bound(conditions, schema),
  };
}

function collect(condition: BoundCondition, into: Map<string, KeyPredicate>): void {
  if ('parts' in condition && condition.kind === 'and') {
    for (const part of condition.parts) collect(part, into);
    return;
  }
  const { operator, operands } = keyOperator(condition);
  if (operator === 'BETWEEN' || operator === 'begins_with') requirePathFirst(operator, operands);
  const name = onlyAttribute(operands);
  if (into.has(name)) refuse('KeyConditionExpressions must only contain one condition per key');
  into.set(name, sortCondition(operator, operands));
}

type KeyOperator = keyof typeof mirrored | 'BETWEEN' | 'begins_with';
interface KeyOperation {
  readonly operator: KeyOperator;
  readonly operands: readonly BoundOperand[];
}

function keyOperator(condition: BoundCondition): KeyOperation {
  switch (condition.kind) {
    case 'compare':
      if (condition.op === '<>') return refuseOperator(condition.op);
      return { operator: condition.op, operands: condition.operands };
    case 'between':
      return { operator: 'BETWEEN', operands: condition.operands };
    case 'function':
      if (condition.name !== 'begins_with') return refuseOperator(condition.name);
      return { operator: 'begins_with', operands: condition.operands };
    default:
      return refuseOperator(condition.kind.toUpperCase());
  }
}

function refuseOperator(operator: string): never {
  refuse(`Invalid operator used in KeyConditionExpression: ${operator}`);
}

function requirePathFirst(operator: string, [first]: readonly BoundOperand[]): void {
  if (first?.kind === 'function') refuse(nestedOperations);
  if (first?.kind === 'path') return;
  refuse(
    `Invalid condition in KeyConditionExpression: ${operator} operator must have the key attribute ` +
      'as its first operand',
  );
}

/** The one attribute that the operands name. */
function onlyAttribute(operands: readonly BoundOperand[]): string {
  let name: string | undefined;
  for (const operand of operands) {
    if (operand.kind === 'function') refuse(nestedOperations);
    if (operand.kind === 'value') continue;
    if (name !== undefined) {
      refuse('Invalid condition in KeyConditionExpression: Multiple attribute names used in one condition');
    }
    if (operand.path.length > 1) {
      refuse('KeyConditionExpressions cannot have conditions on nested attributes');
    }
    name = String(operand.path[0]);
  }
  return name ?? refuse('Invalid condition in KeyConditionExpression: No key attribute specified');
}

/** One operand is the attribute; the others are its values. */
function sortCondition(operator: KeyOperator, operands: readonly BoundOperand[]): SortCondition {
  const [first, second] = operands.flatMap((operand) => (operand.kind === 'value' ? [operand.value] : []));
  assert(first !== undefined, 'a condition with one path has a value');
  if (operator === 'begins_with') return { op: operator, prefix: first };
  if (operator !== 'BETWEEN') {
    return { op: operands[0]?.kind === 'path' ? operator : mirrored[operator], value: first };
  }
  assert(second !== undefined, 'BETWEEN has two bounds');
  return { op: operator, low: first, high: second };
}

const wrongLength = 'Conditions can be of length 1 or 2 only';
const notSupported = 'Query key condition not supported';
const missed = (name: string) => `Query condition missed key schema element: ${name}`;

/** All hash attributes by equality, and sort attributes from the left on, all but the last by equality (spec 1.7). */
function bound(conditions: ReadonlyMap<string, KeyPredicate>, schema: IndexKeySchema): IndexCondition {
  const { hash, range } = schema;
  if (conditions.size > Math.max(tableKeyAttributesMax, hash.length + range.length)) refuse(wrongLength);
  if (range.length === 0 && conditions.size > hash.length) refuse(notSupported);
  const hashValues = hash.map((attribute) => {
    const predicate = conditions.get(attribute.name) ?? refuse(missed(attribute.name));
    const condition = fitting(attribute, predicate);
    return condition.op === '=' ? condition.value : refuse(notSupported);
  });
  const predicates: KeyPredicate[] = [];
  for (const { name } of range) {
    const predicate = conditions.get(name);
    if (predicate === undefined) break;
    predicates.push(predicate);
  }
  if (conditions.size > hash.length + predicates.length) {
    refuse(missed(range[predicates.length]?.name ?? range[0]?.name ?? ''));
  }
  const sorts = predicates.map((predicate, index) => fitting(attributeAt(range, index), predicate));
  for (const [index, value] of hashValues.entries()) checkKeyPart(attributeAt(hash, index), value, 'hash');
  // An empty prefix takes the whole partition; an empty bound is no key.
  for (const [index, sort] of sorts.entries()) {
    if (sort.op === 'begins_with') continue;
    for (const value of valuesOf(sort)) checkKeyPart(attributeAt(range, index), value, 'range');
  }
  const last = sorts.pop();
  const equal = sorts.map((sort) => (sort.op === '=' ? sort.value : refuse(notSupported)));
  return last === undefined ? { hash: hashValues, equal } : { hash: hashValues, equal, sort: last };
}

function attributeAt(attributes: readonly KeyAttribute[], index: number): KeyAttribute {
  const attribute = attributes[index];
  assert(attribute !== undefined, 'a condition was found by its attribute');
  return attribute;
}

function valuesOf(condition: SortCondition): readonly AttributeValue[] {
  if (condition.op === 'BETWEEN') return [condition.low, condition.high];
  return [condition.op === 'begins_with' ? condition.prefix : condition.value];
}

/** The condition, which the key answers, on values of the attribute's type; refuses any other. */
function fitting({ type }: KeyAttribute, condition: KeyPredicate): SortCondition {
  if (condition.op === 'other') refuse('Attempted conditional constraint is not an indexable operation');
  if (valuesOf(condition).every((value) => attributeType(value) === type)) {
    if (condition.op !== 'begins_with' || type !== 'N') return condition;
    refuseExpression(
      'KeyConditionExpression',
      'Incorrect operand type for operator or function; operator or function: begins_with, operand type: N',
    );
  }
  refuse('One or more parameter values were invalid: Condition parameter type does not match schema type');
}
