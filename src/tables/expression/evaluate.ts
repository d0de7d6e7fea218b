/** Conditions as functions of an item. Nothing an item holds can make one fail (spec 1.5). */
import type { AttributeValue, Item } from '../attribute.ts';
import { attributeType } from '../attribute.ts';
import { byteText, equalValues, orderOf } from '../value-order.ts';
import type { BoundCondition, BoundFunction, BoundOperand } from './bound-condition.ts';
import type { Comparator } from './condition.ts';
import { valueAt } from './path.ts';

export type Predicate = (item: Item | undefined) => boolean;
type Value = AttributeValue | undefined;
type Getter = (item: Item | undefined) => Value;

/** The predicate a bound condition stands for. An absent item has no attributes. */
export function predicateOf(condition: BoundCondition): Predicate {
  switch (condition.kind) {
    case 'and': {
      const parts = condition.parts.map(predicateOf);
      return (item) => parts.every((part) => part(item));
    }
    case 'or': {
      const parts = condition.parts.map(predicateOf);
      return (item) => parts.some((part) => part(item));
    }
    case 'not': {
      const part = predicateOf(condition.part);
      return (item) => !part(item);
    }
    case 'compare': {
      const [left, right] = getters(condition.operands);
      const holds = comparisons[condition.op];
      return (item) => holds(left(item), right(item));
    }
    case 'between': {
      const [tested, low, high] = getters(condition.operands);
      return (item) => {
        const value = tested(item);
        return comparisons['>='](value, low(item)) && comparisons['<='](value, high(item));
      };
    }
    case 'in': {
      const [sought, ...list] = getters(condition.operands);
      return (item) => {
        const value = sought(item);
        return list.some((element) => equals(value, element(item)));
      };
    }
    case 'function':
      return functionPredicate(condition);
  }
}

const absent: Getter = () => undefined;

/** Three getters at least, so that the checked number of operands can be taken by position. */
function getters(operands: readonly BoundOperand[]): [Getter, Getter, Getter, ...Getter[]] {
  const [first = absent, second = absent, third = absent, ...rest] = operands.map(getterOf);
  return operands.length > 2 ? [first, second, third, ...rest] : [first, second, absent];
}

function getterOf(operand: BoundOperand): Getter {
  if (operand.kind === 'value') return () => operand.value;
  if (operand.kind === 'path') {
    const { path } = operand;
    const [head] = path;
    if (path.length === 1 && typeof head === 'string') return (item) => item?.get(head);
    return (item) => valueAt(item, path);
  }
  // Of the functions only size has a value; binding has refused the others.
  const [sized] = getters(operand.operands);
  return (item) => sizeOf(sized(item));
}

function equals(left: Value, right: Value): boolean {
  return left !== undefined && right !== undefined && equalValues(left, right);
}

function ordered(left: Value, right: Value): number | undefined {
  return left === undefined || right === undefined ? undefined : orderOf(left, right);
}

/** Different types or an absent side: only `<>` holds. */
const comparisons: Readonly<Record<Comparator, (left: Value, right: Value) => boolean>> = {
  '=': equals,
  '<>': (left, right) => !equals(left, right),
  '<': (left, right) => (ordered(left, right) ?? 1) < 0,
  '<=': (left, right) => (ordered(left, right) ?? 1) <= 0,
  '>': (left, right) => (ordered(left, right) ?? -1) > 0,
  '>=': (left, right) => (ordered(left, right) ?? -1) >= 0,
};

function functionPredicate({ name, operands }: BoundFunction): Predicate {
  const [first, second] = getters(operands);
  switch (name) {
    case 'attribute_exists':
      return (item) => first(item) !== undefined;
    case 'attribute_not_exists':
      return (item) => first(item) === undefined;
    case 'attribute_type':
      return (item) => hasType(first(item), second(item));
    case 'begins_with':
      return (item) => beginsWith(first(item), second(item));
    default:
      return (item) => contains(first(item), second(item));
  }
}

/** The number size() stands for: characters of a string, bytes of a binary, members of a collection. */
function sizeOf(value: Value): Value {
  const size = sizeNumber(value);
  return size === undefined ? undefined : { N: String(size) };
}

function sizeNumber(value: Value): number | undefined {
  if (value === undefined) return undefined;
  if ('S' in value) return value.S.length;
  if ('B' in value) return value.B.length;
  if ('SS' in value) return value.SS.length;
  if ('NS' in value) return value.NS.length;
  if ('BS' in value) return value.BS.length;
  if ('L' in value) return value.L.length;
  return 'M' in value ? value.M.size : undefined;
}

function hasType(value: Value, type: Value): boolean {
  return value !== undefined && type !== undefined && 'S' in type && attributeType(value) === type.S;
}

function beginsWith(value: Value, prefix: Value): boolean {
  if (value === undefined || prefix === undefined) return false;
  if ('S' in value) return 'S' in prefix && value.S.startsWith(prefix.S);
  return 'B' in value && 'B' in prefix && byteText(value.B).startsWith(byteText(prefix.B));
}

/** A part of a string or binary, a member of a set, an element of a list. */
function contains(whole: Value, part: Value): boolean {
  if (whole === undefined || part === undefined) return false;
  if ('S' in whole) return 'S' in part && whole.S.includes(part.S);
  if ('B' in whole) return 'B' in part && byteText(whole.B).includes(byteText(part.B));
  if ('SS' in whole) return 'S' in part && whole.SS.includes(part.S);
  if ('NS' in whole) return 'N' in part && whole.NS.includes(part.N);
  if ('BS' in whole) return 'B' in part && whole.BS.map(byteText).includes(byteText(part.B));
  return 'L' in whole && whole.L.some((element) => equalValues(element, part));
}
