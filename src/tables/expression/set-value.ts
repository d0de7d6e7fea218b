/** The right-hand sides of SET, read from the item as it was. */
import type { AttributeValue, Item } from '../attribute.ts';
import { addNumbers, subtractNumbers } from '../number.ts';
import type { BoundSetOperand, BoundSetValue } from './bound-update.ts';
import { valueAt } from './path.ts';
import { refuse } from './refusal.ts';

export const wrongOperandType = 'An operand in the update expression has an incorrect data type';
const missingAttribute = 'The provided expression refers to an attribute that does not exist in the item';

/** Refuses an attribute that is not there, an operand of the wrong type, and a sum that cannot be stored. */
export function setValueOf(before: Item, value: BoundSetValue): AttributeValue {
  if (value.kind !== 'sum') return operandOf(before, value);
  const [left, right] = pairOf(before, value.operands);
  if (!('N' in left) || !('N' in right)) refuse(wrongOperandType);
  return { N: value.op === '+' ? addNumbers(left.N, right.N) : subtractNumbers(left.N, right.N) };
}

function pairOf(before: Item, operands: readonly BoundSetOperand[]): [AttributeValue, AttributeValue] {
  const [left, right] = operands;
  return [operandOf(before, left), operandOf(before, right)];
}

function operandOf(before: Item, operand: BoundSetOperand | undefined): AttributeValue {
  if (operand?.kind === 'value') return operand.value;
  if (operand?.kind === 'path') return valueAt(before, operand.path) ?? refuse(missingAttribute);
  if (operand?.name === 'if_not_exists') return firstThere(before, operand.operands);
  const [left, right] = pairOf(before, operand?.operands ?? []);
  if (!('L' in left) || !('L' in right)) refuse(wrongOperandType);
  return { L: [...left.L, ...right.L] };
}

function firstThere(before: Item, [tested, otherwise]: readonly BoundSetOperand[]): AttributeValue {
  const there = tested?.kind === 'path' ? valueAt(before, tested.path) : undefined;
  return there ?? operandOf(before, otherwise);
}
