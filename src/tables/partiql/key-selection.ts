/** What a WHERE says of the keys: one item, some partitions, or nothing, which leaves a Scan (spec 6.2). */
import type { AttributeValue, Item } from '../attribute.ts';
import type { BoundCondition, BoundOperand, SingleCondition } from '../expression/bound-condition.ts';
import { keyConditionOf } from '../expression/key-condition.ts';
import { refuse } from '../expression/refusal.ts';
import type { IndexCondition } from '../index-key.ts';
import {
  checkKey,
  type IndexKeySchema,
  type KeyAttribute,
  type KeySchema,
  keyAttributes,
} from '../key-schema.ts';
import { equalValues } from '../value-order.ts';

const partitionsMax = 50;

/** The key that equalities in every case of the condition fix, if they fix it whole. Refuses one of wrong types. */
export function selectedKey(condition: BoundCondition | undefined, schema: KeySchema): Item | undefined {
  const conjuncts = conjunctsOf(condition);
  const key = new Map<string, AttributeValue>();
  for (const attribute of keyAttributes(schema)) {
    const value = conjuncts.map((each) => equalTo(each, attribute)).find((found) => found !== undefined);
    if (value === undefined) return undefined;
    key.set(attribute.name, value);
  }
  checkKey(schema, key);
  return key;
}

/** Whether the condition says more than what the key is. */
export function asksBesideKey(condition: BoundCondition, schema: KeySchema): boolean {
  return conjunctsOf(condition).some((each) =>
    keyAttributes(schema).every((attribute) => equalTo(each, attribute) === undefined),
  );
}

/**
 * One key condition for each partition, or undefined where the condition does not name any. What else it says is left to
 * a filter. Refuses what a Query's key condition would be refused for, and too many partitions.
 */
export function selectedPartitions(
  condition: BoundCondition | undefined,
  schema: IndexKeySchema,
): readonly IndexCondition[] | undefined {
  const conjuncts = conjunctsOf(condition);
  const partitions = hashConditions(conjuncts, schema.hash);
  if (partitions === undefined) return undefined;
  const sorts = sortConditions(conjuncts, schema.range);
  return partitions.map((hashes) => {
    const [only] = hashes;
    const isLone = only !== undefined && hashes.length + sorts.length === 1;
    return keyConditionOf(isLone ? only : { kind: 'and', parts: [...hashes, ...sorts] }).bindIndex(schema);
  });
}

/** Of each partition the equalities that name it: every value of each hash attribute with every value of the others. */
function hashConditions(
  conjuncts: readonly BoundCondition[],
  hash: readonly KeyAttribute[],
): readonly (readonly SingleCondition[])[] | undefined {
  let partitions: readonly (readonly SingleCondition[])[] = [[]];
  for (const attribute of hash) {
    const values = conjuncts.map((each) => anyOf(each, attribute)).find((found) => found !== undefined);
    if (values === undefined) return undefined;
    const count = partitions.length * values.length;
    if (count > partitionsMax) {
      refuse(`The IN operator is provided with too many operands; number of operands: ${count}`);
    }
    partitions = partitions.flatMap((named) =>
      distinct(values).map((value) => [...named, equality(attribute, value)]),
    );
  }
  return partitions;
}

function equality({ name }: KeyAttribute, value: AttributeValue): SingleCondition {
  return {
    kind: 'compare',
    op: '=',
    operands: [
      { kind: 'path', path: [name] },
      { kind: 'value', value },
    ],
  };
}

/** From the left on, as far as a Query can walk: up to the first that is no equality. */
function sortConditions(
  conjuncts: readonly BoundCondition[],
  range: readonly KeyAttribute[],
): readonly SingleCondition[] {
  const sorts: SingleCondition[] = [];
  for (const attribute of range) {
    const equal = conjuncts.map((each) => equalTo(each, attribute)).find((found) => found !== undefined);
    if (equal !== undefined) {
      sorts.push(equality(attribute, equal));
      continue;
    }
    const sort = conjuncts.find((each) => narrows(each, attribute));
    return sort === undefined ? sorts : [...sorts, sort];
  }
  return sorts;
}

/** The conditions that must all hold. */
function conjunctsOf(condition: BoundCondition | undefined): readonly BoundCondition[] {
  if (condition === undefined) return [];
  if (condition.kind === 'and' && 'parts' in condition) return condition.parts.flatMap(conjunctsOf);
  return [condition];
}

function isAttribute(operand: BoundOperand | undefined, { name }: KeyAttribute): boolean {
  return operand?.kind === 'path' && operand.path.length === 1 && operand.path[0] === name;
}

function literalOf(operand: BoundOperand | undefined): AttributeValue | undefined {
  return operand?.kind === 'value' ? operand.value : undefined;
}

/** The value that this condition sets the attribute equal to. */
function equalTo(condition: BoundCondition, attribute: KeyAttribute): AttributeValue | undefined {
  if (condition.kind !== 'compare' || condition.op !== '=') return undefined;
  const [left, right] = condition.operands;
  if (isAttribute(left, attribute)) return literalOf(right);
  return isAttribute(right, attribute) ? literalOf(left) : undefined;
}

/** The values of which the attribute must have one: by an equality, an IN, or an OR of nothing else. */
function anyOf(condition: BoundCondition, attribute: KeyAttribute): readonly AttributeValue[] | undefined {
  if (condition.kind === 'or' && 'parts' in condition) {
    const values = condition.parts.map((part) => anyOf(part, attribute));
    return values.every((each) => each !== undefined) ? values.flat() : undefined;
  }
  if (condition.kind !== 'in') {
    const value = equalTo(condition, attribute);
    return value === undefined ? undefined : [value];
  }
  const [sought, ...list] = condition.operands;
  const values = list.flatMap((operand) => literalOf(operand) ?? []);
  return isAttribute(sought, attribute) && values.length === list.length ? values : undefined;
}

function distinct(values: readonly AttributeValue[]): readonly AttributeValue[] {
  return values.filter((value, index) => values.findIndex((other) => equalValues(value, other)) === index);
}

/** Whether a sort key's condition is one that a Query walks by, and not its filter's. */
function narrows(condition: BoundCondition, attribute: KeyAttribute): condition is SingleCondition {
  switch (condition.kind) {
    case 'compare': {
      if (condition.op === '<>') return false;
      const [left, right] = condition.operands;
      return isAttribute(left, attribute)
        ? literalOf(right) !== undefined
        : isAttribute(right, attribute) && literalOf(left) !== undefined;
    }
    case 'between': {
      const [tested, low, high] = condition.operands;
      return isAttribute(tested, attribute) && literalOf(low) !== undefined && literalOf(high) !== undefined;
    }
    case 'function': {
      const [tested, prefix] = condition.operands;
      return (
        condition.name === 'begins_with' && isAttribute(tested, attribute) && literalOf(prefix) !== undefined
      );
    }
    default:
      return false;
  }
}
