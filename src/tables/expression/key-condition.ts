/** Key conditions: one predicate for each key attribute, reduced from a condition (spec 1.7). */
import { assert } from '../../base/errors.ts';
import { type AttributeValue, attributeType } from '../attribute.ts';
import { checkKeyValue, type KeyAttribute, type KeySchema } from '../key-schema.ts';
import type { SortCondition } from '../tree-key.ts';
import type { BoundCondition, BoundOperand } from './bound-condition.ts';
import { refuse, refuseExpression } from './refusal.ts';

/** What a Query walks: one partition, and what of it. */
export interface BoundKeyCondition {
  readonly hash: AttributeValue;
  readonly sort?: SortCondition;
}

export interface KeyCondition {
  /** Refuses conditions that do not fit the key schema of the table or index. */
  bind(schema: KeySchema): BoundKeyCondition;
}

const nestedOperations = 'KeyConditionExpressions cannot contain nested operations';
const mirrored = { '=': '=', '<': '>', '<=': '>=', '>': '<', '>=': '<=' } as const;

/** Refuses what no key schema allows: other operators, nested paths, two conditions on one attribute. */
export function keyConditionOf(condition: BoundCondition): KeyCondition {
  const conditions = new Map<string, SortCondition>();
  collect(condition, conditions);
  if (conditions.size > 2) refuse('Conditions can be of length 1 or 2 only');
  return { bind: (schema) => bound(conditions, schema) };
}

function collect(condition: BoundCondition, into: Map<string, SortCondition>): void {
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

const notSupported = 'Query key condition not supported';
const missed = (name: string) => `Query condition missed key schema element: ${name}`;

function bound(conditions: ReadonlyMap<string, SortCondition>, schema: KeySchema): BoundKeyCondition {
  const { hash: hashKey, range: rangeKey } = schema;
  if (rangeKey === undefined && conditions.size > 1) refuse(notSupported);
  const hash = conditions.get(hashKey.name) ?? refuse(missed(hashKey.name));
  checkTypes(hashKey, hash);
  if (hash.op !== '=') refuse(notSupported);
  const sort = rangeKey === undefined ? undefined : conditions.get(rangeKey.name);
  if (rangeKey !== undefined && sort === undefined && conditions.size > 1) refuse(missed(rangeKey.name));
  if (rangeKey !== undefined && sort !== undefined) checkTypes(rangeKey, sort);
  checkKeyValue(schema, hashKey, hash.value);
  if (rangeKey === undefined || sort === undefined) return { hash: hash.value };
  // An empty prefix takes the whole partition; an empty bound is no key.
  if (sort.op !== 'begins_with') {
    for (const value of valuesOf(sort)) checkKeyValue(schema, rangeKey, value);
  }
  return { hash: hash.value, sort };
}

function valuesOf(condition: SortCondition): readonly AttributeValue[] {
  if (condition.op === 'BETWEEN') return [condition.low, condition.high];
  return [condition.op === 'begins_with' ? condition.prefix : condition.value];
}

function checkTypes({ type }: KeyAttribute, condition: SortCondition): void {
  if (valuesOf(condition).every((value) => attributeType(value) === type)) {
    if (condition.op !== 'begins_with' || type !== 'N') return;
    refuseExpression(
      'KeyConditionExpression',
      'Incorrect operand type for operator or function; operator or function: begins_with, operand type: N',
    );
  }
  refuse('One or more parameter values were invalid: Condition parameter type does not match schema type');
}
