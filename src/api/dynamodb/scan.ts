/** Scan: all items of a table, or of one segment of it. */
import { Refusal } from '../../base/errors.ts';
import type { RawItem } from '../../tables/attribute-check.ts';
import { checkExpressionUse } from '../../tables/expression/compile.ts';
import { checkExpressionKeys } from '../../tables/expression/key-use.ts';
import { checkedStartKeyItem, checkScanStartKey } from '../../tables/start-key.ts';
import { encodeKey, rangeAfter, segmentRange } from '../../tables/tree-key.ts';
import { operation } from '../operation.ts';
import type { DynamoContext } from './context.ts';
import { compiledExpressions } from './expressions.ts';
import { itemPage, type PageInput } from './item-page.ts';
import { when } from './maybe-promise.ts';
import { type MissingParameter, refuseMissing } from './missing-parameter.ts';
import { checkSelect } from './select.ts';

interface ScanInput extends PageInput {
  readonly ExclusiveStartKey?: RawItem;
  readonly Segment?: number;
  readonly TotalSegments?: number;
}

interface ScanSegment {
  readonly Segment: number;
  readonly TotalSegments: number;
}

const missing: readonly MissingParameter[] = [
  'AttributesToGet',
  'ScanFilter',
  'ConditionalOperator',
  'IndexName',
];

export const scan = operation({
  name: 'Scan',
  run: ({ tables, caller, connection }: DynamoContext, input: ScanInput) => {
    refuseMissing(input, missing);
    checkExpressionUse(input, ['FilterExpression']);
    const segment = segmentOf(input);
    const startKey = input.ExclusiveStartKey && checkedStartKeyItem(input.ExclusiveStartKey);
    const expressions = compiledExpressions(input);
    checkSelect(input);
    return when(tables.open(caller, connection, input.TableName), (table) => {
      const { keySchema } = table;
      if (startKey !== undefined) checkScanStartKey(keySchema, startKey, segment);
      checkExpressionKeys(expressions, keySchema, 'other');
      const whole = segment === undefined ? {} : segmentRange(segment.Segment, segment.TotalSegments);
      const range = startKey === undefined ? whole : rangeAfter(whole, encodeKey(keySchema, startKey), false);
      return itemPage(input, { cursor: table.items(range), keySchema, expressions });
    });
  },
});

/** Both parameters or none, and a segment that there is. */
function segmentOf({ Segment, TotalSegments }: ScanInput): ScanSegment | undefined {
  if (Segment === undefined && TotalSegments === undefined) return undefined;
  if (TotalSegments === undefined) refuse(required('TotalSegments', 'Segment parameter'));
  if (Segment === undefined) refuse(required('Segment', 'parameter TotalSegments'));
  if (Segment < TotalSegments) return { Segment, TotalSegments };
  return refuse(
    'The Segment parameter is zero-based and must be less than parameter TotalSegments: ' +
      `Segment: ${Segment} is not less than TotalSegments: ${TotalSegments}`,
  );
}

function required(absent: string, present: string): string {
  return `The ${absent} parameter is required but was not present in the request when ${present} is present`;
}

function refuse(message: string): never {
  throw new Refusal('Validation', { message });
}
