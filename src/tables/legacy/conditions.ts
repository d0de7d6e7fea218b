/** Expected, QueryFilter and ScanFilter as one condition, and KeyConditions as a key condition (spec 4.3, 4.4). */
import type { RawAttributeValue } from '../attribute-check.ts';
import { checkedAttribute } from '../attribute-check.ts';
import type { BoundCondition } from '../expression/bound-condition.ts';
import { type KeyCondition, keyConditionOf } from '../expression/key-condition.ts';
import { refuse } from '../expression/refusal.ts';
import { checkedOperands, comparison, invalidParameter } from './comparison.ts';
import type { ComparisonOperator, ExpectedValue, LegacyCondition } from './parameters.ts';

/** Every entry must hold, or with OR one of them; undefined where there is none. */
export function joined(
  parts: readonly BoundCondition[],
  operator: 'AND' | 'OR' = 'AND',
): BoundCondition | undefined {
  if (parts.length < 2) return parts[0];
  return { kind: operator === 'OR' ? 'or' : 'and', parts };
}

export function filterParts(filter: ReadonlyMap<string, LegacyCondition>): readonly BoundCondition[] {
  return [...filter].map(([name, condition]) => conditionPart(name, condition));
}

function conditionPart(name: string, condition: LegacyCondition): BoundCondition {
  const { ComparisonOperator, AttributeValueList = [] } = condition;
  return comparison(name, ComparisonOperator, checkedOperands(ComparisonOperator, AttributeValueList));
}

const indexable: readonly ComparisonOperator[] = ['EQ', 'LE', 'LT', 'GE', 'GT', 'BEGINS_WITH', 'BETWEEN'];

/** Refuses values that their operators do not take; how all fits a key schema is told when it is bound. */
export function legacyKeyCondition(conditions: ReadonlyMap<string, LegacyCondition>): KeyCondition {
  if (conditions.size === 0) refuse('Conditions can be of length 1 or 2 only');
  const parts: BoundCondition[] = [];
  const others: string[] = [];
  for (const [name, condition] of conditions) {
    const part = conditionPart(name, condition);
    if (indexable.includes(condition.ComparisonOperator)) parts.push(part);
    else others.push(name);
  }
  return keyConditionOf({ kind: 'and', parts }, others);
}

export function expectedParts(expected: ReadonlyMap<string, ExpectedValue>): readonly BoundCondition[] {
  return [...expected].map(([name, entry]) => expectedPart(name, entry));
}

function expectedPart(name: string, entry: ExpectedValue): BoundCondition {
  const fault = shapeFault(entry);
  if (fault !== undefined) refuse(`${invalidParameter}${fault} for Attribute: ${name}`);
  const { Value, AttributeValueList, ComparisonOperator } = entry;
  if (ComparisonOperator !== undefined) {
    const raw: readonly RawAttributeValue[] = AttributeValueList ?? (Value === undefined ? [] : [Value]);
    return comparison(name, ComparisonOperator, checkedOperands(ComparisonOperator, raw));
  }
  if (Value === undefined) return comparison(name, 'NULL', []);
  return comparison(name, 'EQ', [checkedAttribute(Value)]);
}

/** Which members of an entry do not go together, if any. */
function shapeFault(entry: ExpectedValue): string | undefined {
  const { Value, Exists, AttributeValueList, ComparisonOperator } = entry;
  if (Value !== undefined && AttributeValueList !== undefined) {
    return 'Value and AttributeValueList cannot be used together';
  }
  if (ComparisonOperator !== undefined) {
    if (Exists !== undefined) return 'Exists and ComparisonOperator cannot be used together';
    const presence = ComparisonOperator === 'NULL' || ComparisonOperator === 'NOT_NULL';
    return presence || Value !== undefined || AttributeValueList !== undefined
      ? undefined
      : `Value or AttributeValueList must be used with ComparisonOperator: ${ComparisonOperator}`;
  }
  if (AttributeValueList !== undefined) {
    return 'AttributeValueList can only be used with a ComparisonOperator';
  }
  if (Exists === false) return Value === undefined ? undefined : 'Value cannot be used when Exists is false';
  return Value === undefined ? `Value must be provided when Exists is ${Exists ?? null}` : undefined;
}
