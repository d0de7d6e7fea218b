/** The parameters that DynamoDB had before it had expressions, as the model lets them in (spec 4). */
import type { RawAttributeValue } from '../attribute-check.ts';

export type ComparisonOperator =
  | 'EQ'
  | 'NE'
  | 'LE'
  | 'LT'
  | 'GE'
  | 'GT'
  | 'NOT_NULL'
  | 'NULL'
  | 'CONTAINS'
  | 'NOT_CONTAINS'
  | 'BEGINS_WITH'
  | 'IN'
  | 'BETWEEN';

/** One entry of KeyConditions, QueryFilter or ScanFilter. */
export interface LegacyCondition {
  readonly ComparisonOperator: ComparisonOperator;
  readonly AttributeValueList?: readonly RawAttributeValue[];
}

/** One entry of Expected: Value and Exists, or an operator with its values. */
export interface ExpectedValue extends Partial<LegacyCondition> {
  readonly Value?: RawAttributeValue;
  readonly Exists?: boolean;
}

/** One entry of AttributeUpdates. */
export interface ValueUpdate {
  readonly Value?: RawAttributeValue;
  readonly Action?: 'ADD' | 'PUT' | 'DELETE';
}

/** All by the whole name of an attribute: a dot in one is a dot. */
export interface LegacyParameters {
  readonly AttributesToGet?: readonly string[] | undefined;
  readonly AttributeUpdates?: ReadonlyMap<string, ValueUpdate> | undefined;
  readonly Expected?: ReadonlyMap<string, ExpectedValue> | undefined;
  readonly KeyConditions?: ReadonlyMap<string, LegacyCondition> | undefined;
  readonly QueryFilter?: ReadonlyMap<string, LegacyCondition> | undefined;
  readonly ScanFilter?: ReadonlyMap<string, LegacyCondition> | undefined;
  readonly ConditionalOperator?: 'AND' | 'OR' | undefined;
}
