/** Scan: all items of a table or index, or of one segment of it. */
import { refuse } from '../../base/errors.ts';
import type { RawItem } from '../../tables/attribute-check.ts';
import { checkExpressionUse } from '../../tables/expression/compile.ts';
import { checkExpressionKeys, checkIndexExpressionKeys } from '../../tables/expression/key-use.ts';
import { checkIndexScanStartKey } from '../../tables/index-start-key.ts';
import { compileLegacy } from '../../tables/legacy/compile.ts';
import { refuseMixedStyles } from '../../tables/legacy/mixing.ts';
import { checkedStartKeyItem, checkScanStartKey, type ScanSegment } from '../../tables/start-key.ts';
import { encodeKey, rangeAfter, segmentRange } from '../../tables/tree-key.ts';
import { operation } from '../operation.ts';
import type { ReadContext } from './context.ts';
import { withExpressions } from './expressions.ts';
import { indexPage } from './index-page.ts';
import { itemPage, type PageInput } from './item-page.ts';
import { when } from './maybe-promise.ts';
import { checkGlobalReads, requestedIndex } from './requested-index.ts';
import { checkSelect } from './select.ts';

interface ScanInput extends PageInput {
  readonly ExclusiveStartKey?: RawItem;
  readonly Segment?: number;
  readonly TotalSegments?: number;
}

export const scan = operation({
  name: 'Scan',
  run: ({ tables, caller, connection }: ReadContext, input: ScanInput) => {
    refuseMixedStyles('Scan', input);
    checkExpressionUse(input, ['FilterExpression']);
    const legacy = compileLegacy(input);
    const startKey = input.ExclusiveStartKey && checkedStartKeyItem(input.ExclusiveStartKey);
    const segment = segmentOf(input);
    const expressions = withExpressions(legacy, input);
    checkSelect('Scan', input);
    return when(tables.open(caller, connection, input.TableName), (table) => {
      const { keySchema } = table;
      const whole = segment === undefined ? {} : segmentRange(segment.Segment, segment.TotalSegments);
      const index = requestedIndex(table, input);
      if (index !== undefined) {
        if (startKey !== undefined) checkIndexScanStartKey(index, keySchema, { startKey, segment });
        checkIndexExpressionKeys(expressions, index, table, 'other');
        checkGlobalReads(index, input, expressions);
        const range = startKey === undefined ? whole : rangeAfter(whole, index.entryKey(startKey), false);
        return indexPage(input, { table, index, expressions, entries: index.items(range) });
      }
      if (startKey !== undefined) checkScanStartKey(keySchema, startKey, segment);
      checkExpressionKeys(expressions, table, 'other');
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
