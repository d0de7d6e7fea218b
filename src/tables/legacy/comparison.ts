/** The comparison operators of the parameters before expressions, as the conditions they stand for (spec 4.3). */
import { type AttributeType, type AttributeValue, attributeType } from '../attribute.ts';
import { checkedAttribute, type RawAttributeValue } from '../attribute-check.ts';
import type { BoundCondition, BoundOperand } from '../expression/bound-condition.ts';
import type { Comparator } from '../expression/condition.ts';
import { refuse } from '../expression/refusal.ts';
import { orderOf } from '../value-order.ts';
import type { ComparisonOperator } from './parameters.ts';

export const invalidParameter = 'One or more parameter values were invalid: ';

interface Operands {
  readonly count: number | 'some';
  /** Absent where values of any type will do. */
  readonly types?: readonly AttributeType[];
}

const scalars = ['S', 'N', 'B'] as const;
const one: Operands = { count: 1 };
const scalar: Operands = { count: 1, types: scalars };
const none: Operands = { count: 0 };

const operandsOf: Readonly<Record<ComparisonOperator, Operands>> = {
  EQ: one,
  NE: one,
  LE: scalar,
  LT: scalar,
  GE: scalar,
  GT: scalar,
  NOT_NULL: none,
  NULL: none,
  CONTAINS: scalar,
  NOT_CONTAINS: scalar,
  BEGINS_WITH: { count: 1, types: ['S', 'B'] },
  IN: { count: 'some', types: scalars },
  BETWEEN: { count: 2, types: scalars },
};

/** The values, each checked; refuses too many or too few, two types, and a type that the operator does not take. */
export function checkedOperands(
  operator: ComparisonOperator,
  raw: readonly RawAttributeValue[],
): readonly AttributeValue[] {
  const values = raw.map(checkedAttribute);
  const { count, types } = operandsOf[operator];
  if (count === 'some' ? values.length === 0 : values.length !== count) {
    refuse(`${invalidParameter}Invalid number of argument(s) for the ${operator} ComparisonOperator`);
  }
  const [first, second] = values;
  if (first === undefined) return values;
  const type = attributeType(first);
  if (values.some((value) => attributeType(value) !== type)) {
    refuse(`${invalidParameter}AttributeValues inside AttributeValueList must be of same type`);
  }
  if (types?.includes(type) === false) {
    refuse(`${invalidParameter}ComparisonOperator ${operator} is not valid for ${type} AttributeValue type`);
  }
  if (operator === 'BETWEEN' && second !== undefined && (orderOf(first, second) ?? 0) > 0) {
    refuse(
      'The BETWEEN condition was provided a range where the lower bound is greater than the upper bound',
    );
  }
  return values;
}

const comparators: Partial<Record<ComparisonOperator, Comparator>> = {
  EQ: '=',
  NE: '<>',
  LE: '<=',
  LT: '<',
  GE: '>=',
  GT: '>',
};

/** The condition that an operator and its checked values make on a top-level attribute. */
export function comparison(
  name: string,
  operator: ComparisonOperator,
  values: readonly AttributeValue[],
): BoundCondition {
  const path: BoundOperand = { kind: 'path', path: [name] };
  const operands = [path, ...values.map((value) => ({ kind: 'value', value }) as const)];
  const call = (name: string, given = operands) => ({ kind: 'function', name, operands: given }) as const;
  const comparator = comparators[operator];
  if (comparator !== undefined) return { kind: 'compare', op: comparator, operands };
  switch (operator) {
    case 'NOT_NULL':
      return call('attribute_exists');
    case 'NULL':
      return call('attribute_not_exists');
    case 'BETWEEN':
      return { kind: 'between', operands };
    case 'IN':
      return { kind: 'in', operands };
    case 'BEGINS_WITH':
      return call('begins_with');
    case 'NOT_CONTAINS':
      // Unlike the negation of an expression it does not hold for an attribute that is absent.
      return {
        kind: 'and',
        parts: [call('attribute_exists', [path]), { kind: 'not', part: call('contains') }],
      };
    default:
      return call('contains');
  }
}
