/** A page of a Query or Scan of an index: its entries, or the items behind them. */
import type { MaybePromise } from '../../store/page-store.ts';
import type { CompiledExpressions } from '../../tables/expression/compile.ts';
import { projectionOf } from '../../tables/expression/projection.ts';
import type { ItemCursor, OpenIndex, OpenTable } from '../../tables/table.ts';
import { FetchingCursor } from './fetching-cursor.ts';
import { itemPage, type PageInput } from './item-page.ts';

export interface IndexPageSource {
  readonly table: OpenTable;
  readonly index: OpenIndex;
  readonly expressions: CompiledExpressions;
  readonly entries: ItemCursor;
}

/** A page of entries, or of whole items where more of them is asked for than a local index holds. */
export function indexPage(
  input: PageInput,
  { table, index, expressions, entries }: IndexPageSource,
): MaybePromise<object> {
  const { keySchema } = table;
  if (!needsItems(index, input, expressions)) {
    return itemPage(input, { cursor: entries, keySchema, expressions, index });
  }
  const fetching = new FetchingCursor(entries, table, { isConsistent: input.ConsistentRead === true });
  const shown = shownOf(index, input, expressions);
  return itemPage(input, { cursor: fetching, keySchema, expressions: shown, index, fetched: fetching });
}

/** What a filter alone looks for in the whole items is not shown: that is asked for by Select or a projection. */
function shownOf(
  { projected }: OpenIndex,
  { Select }: PageInput,
  expressions: CompiledExpressions,
): CompiledExpressions {
  const { projection } = expressions;
  if (projected === undefined || projection !== undefined || Select === 'ALL_ATTRIBUTES') return expressions;
  return { ...expressions, projection: projectionOf([...projected].map((name) => [name])) };
}

/** Whether more of the items is asked for than a local index holds of them: each is then read from the table. */
function needsItems(
  { kind, projected }: OpenIndex,
  { Select }: PageInput,
  { filter, projection }: CompiledExpressions,
): boolean {
  if (kind === 'global' || projected === undefined) return false;
  if (Select === 'ALL_ATTRIBUTES') return true;
  const shown = Select === 'COUNT' ? [] : (projection?.paths ?? []);
  return [...shown, ...(filter?.paths ?? [])].some(([head]) => !projected.has(String(head)));
}
