/** ADD and DELETE: numbers added up, lists made longer, members put into sets and taken out. */
import type { AttributeValue } from '../attribute.ts';
import { addNumbers } from '../number.ts';
import { byteText } from '../value-order.ts';
import { refuse } from './refusal.ts';
import { wrongOperandType } from './set-value.ts';

/** The sum or union; an absent attribute counts as zero or empty. Refuses a target of another type. */
export function addedTo(
  current: AttributeValue | undefined,
  operand: AttributeValue,
  mismatch = wrongOperandType,
): AttributeValue {
  if (current === undefined) return operand;
  if ('N' in operand && 'N' in current) return { N: addNumbers(current.N, operand.N) };
  if ('SS' in operand && 'SS' in current) return { SS: [...new Set([...current.SS, ...operand.SS])] };
  if ('NS' in operand && 'NS' in current) return { NS: [...new Set([...current.NS, ...operand.NS])] };
  if ('L' in operand && 'L' in current) return { L: [...current.L, ...operand.L] };
  if ('BS' in operand && 'BS' in current) {
    return { BS: [...current.BS, ...without(operand.BS, current.BS, byteText)] };
  }
  refuse(mismatch);
}

/** The difference; undefined once nothing is left. Refuses a target of another type. */
export function deletedFrom(
  current: AttributeValue | undefined,
  operand: AttributeValue,
  mismatch = wrongOperandType,
): AttributeValue | undefined {
  if (current === undefined) return undefined;
  if ('SS' in operand && 'SS' in current) {
    const SS = without(current.SS, operand.SS, String);
    return SS.length === 0 ? undefined : { SS };
  }
  if ('NS' in operand && 'NS' in current) {
    const NS = without(current.NS, operand.NS, String);
    return NS.length === 0 ? undefined : { NS };
  }
  if ('BS' in operand && 'BS' in current) {
    const BS = without(current.BS, operand.BS, byteText);
    return BS.length === 0 ? undefined : { BS };
  }
  refuse(mismatch);
}

/** The members that are not among the others, told apart by their keys. */
function without<T>(members: readonly T[], others: readonly T[], key: (member: T) => string): readonly T[] {
  const gone = new Set(others.map(key));
  return members.filter((member) => !gone.has(key(member)));
}
