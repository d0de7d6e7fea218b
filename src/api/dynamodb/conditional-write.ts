/** What PutItem, UpdateItem and DeleteItem share: parameters, and what becomes of a condition that fails. */
import { Refusal } from '../../base/errors.ts';
import type { CapacityMode } from '../../tables/capacity.ts';
import type { Condition, ExpressionParameters } from '../../tables/expression/compile.ts';
import type { LegacyParameters } from '../../tables/legacy/parameters.ts';
import type { StoredItem } from '../../tables/table.ts';
import type { MetricsInput } from './collection-metrics.ts';

export type ReturnValues = 'NONE' | 'ALL_OLD' | 'UPDATED_OLD' | 'ALL_NEW' | 'UPDATED_NEW';

export interface ConditionalWriteInput extends ExpressionParameters, LegacyParameters, MetricsInput {
  readonly TableName: string;
  readonly ReturnValues?: ReturnValues;
  readonly ReturnConsumedCapacity?: CapacityMode;
  readonly ReturnValuesOnConditionCheckFailure?: 'NONE' | 'ALL_OLD';
}

/** Refuses ConditionalCheckFailed, with the item where the caller wants to see it. */
export function requireCondition(
  condition: Condition | undefined,
  old: StoredItem | undefined,
  { ReturnValuesOnConditionCheckFailure }: ConditionalWriteInput,
): void {
  if (condition === undefined || condition.holds(old?.item)) return;
  const shown = ReturnValuesOnConditionCheckFailure === 'ALL_OLD' && old !== undefined;
  throw new Refusal('ConditionalCheckFailed', shown ? { item: old.item } : {});
}

/** Puts and deletes can give back the old item or nothing. */
export function requireOldValuesOnly({ ReturnValues = 'NONE' }: ConditionalWriteInput): void {
  if (ReturnValues === 'NONE' || ReturnValues === 'ALL_OLD') return;
  throw new Refusal('Validation', { message: 'ReturnValues can only be ALL_OLD or NONE' });
}
