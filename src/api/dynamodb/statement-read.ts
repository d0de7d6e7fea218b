/** SELECT: one item where its whole key is given, else a page of a walk. */
import { assert, Refusal } from '../../base/errors.ts';
import type { MaybePromise } from '../../store/page-store.ts';
import type { Item } from '../../tables/attribute.ts';
import { type CapacityMode, consumedCapacity, readUnits } from '../../tables/capacity.ts';
import type { CompiledExpressions } from '../../tables/expression/compile.ts';
import { checkExpressionKeys, checkIndexExpressionKeys } from '../../tables/expression/key-use.ts';
import { refuse } from '../../tables/expression/refusal.ts';
import type { BoundSelect } from '../../tables/partiql/bound-statement.ts';
import { selectedKey } from '../../tables/partiql/key-selection.ts';
import { indexSource, selectCursor, tableSource } from '../../tables/partiql/select-walk.ts';
import type { OpenIndex, OpenTable, StoredItem } from '../../tables/table.ts';
import { encodeKey } from '../../tables/tree-key.ts';
import { indexPage } from './index-page.ts';
import { itemPage, type PageInput } from './item-page.ts';
import { when } from './maybe-promise.ts';
import { checkGlobalReads, requestedIndex } from './requested-index.ts';

/** Refuses what a native read of the table refuses in its filter and projection. */
export function checkSelectKeys(select: BoundSelect, table: OpenTable): void {
  checkExpressionKeys(expressionsOf(select), table, 'other');
}

function expressionsOf({ where, projection }: BoundSelect): CompiledExpressions {
  return { ...(where && { filter: where }), ...(projection && { projection }) };
}

/** The encoded key of the one item that is asked for, where it must be one. */
export function requireTreeKey(
  select: BoundSelect,
  table: OpenTable,
  operation: 'BatchExecuteStatement' | 'ExecuteTransaction',
): Uint8Array {
  const key = selectedTreeKey(select, table);
  if (key !== undefined) return key;
  refuse(`Select statements within ${operation} must specify the primary key in the where clause.`);
}

/** Undefined where WHERE does not say the key whole. */
function selectedTreeKey(select: BoundSelect, { keySchema }: OpenTable): Uint8Array | undefined {
  const key = select.from.index === undefined ? selectedKey(select.where?.tree, keySchema) : undefined;
  return key && encodeKey(keySchema, key);
}

/** The row that a found item makes; undefined where there is none, or WHERE asks for another. */
export function rowOf({ where, projection }: BoundSelect, stored: StoredItem | undefined): Item | undefined {
  if (stored === undefined || where?.holds(stored.item) === false) return undefined;
  return projection === undefined ? stored.item : projection.project(stored.item);
}

export interface SelectPageInput {
  readonly ConsistentRead?: boolean;
  readonly Limit?: number;
  readonly ReturnConsumedCapacity?: CapacityMode;
}

export interface SelectPage {
  readonly Items: readonly Item[];
  readonly LastEvaluatedKey?: Item | undefined;
  readonly ConsumedCapacity?: unknown;
}

/** One page of rows behind `startKey`, where there is one. */
export function selectPage(
  select: BoundSelect,
  table: OpenTable,
  { startKey, ...input }: SelectPageInput & { readonly startKey: Item | undefined },
): MaybePromise<SelectPage> {
  const { table: TableName, index: IndexName } = select.from;
  if (IndexName !== undefined) {
    return rows(indexRows(select, table, { input: { ...input, TableName, IndexName }, startKey }));
  }
  checkSelectKeys(select, table);
  const treeKey = selectedTreeKey(select, table);
  if (treeKey === undefined) {
    return rows(tableRows(select, table, { input: { ...input, TableName }, startKey }));
  }
  return when(table.get(treeKey), (stored) => {
    const row = rowOf(select, stored);
    const units = readUnits(stored?.itemBytes ?? 0, input.ConsistentRead === true);
    return {
      Items: row === undefined ? [] : [row],
      ConsumedCapacity: consumedCapacity(input.ReturnConsumedCapacity, TableName, units),
    };
  });
}

interface WalkRequest {
  readonly input: PageInput;
  readonly startKey: Item | undefined;
}

function tableRows(select: BoundSelect, table: OpenTable, { input, startKey }: WalkRequest) {
  const cursor = selectCursor(select, tableSource(table), startKey);
  return itemPage(input, { cursor, keySchema: table.keySchema, expressions: expressionsOf(select) });
}

function indexRows(select: BoundSelect, table: OpenTable, { input, startKey }: WalkRequest) {
  const index = knownIndex(table, input);
  const expressions = expressionsOf(select);
  checkIndexExpressionKeys(expressions, index, table, 'other');
  checkGlobalReads(index, input, expressions);
  const entries = selectCursor(select, indexSource(index, table), startKey);
  return indexPage(input, { table, index, expressions, entries });
}

/** Refuses as a Query does, but for an unknown index: a statement is not told its name again. */
function knownIndex(table: OpenTable, input: PageInput): OpenIndex {
  try {
    const index = requestedIndex(table, input);
    assert(index !== undefined, 'an index is asked for by name');
    return index;
  } catch (fault) {
    const unknown = 'The table does not have the specified index';
    if (fault instanceof Refusal && fault.message.startsWith(unknown)) refuse(unknown);
    throw fault;
  }
}

function rows(page: MaybePromise<object>): MaybePromise<SelectPage> {
  return when(page, (whole) => {
    assert(hasItems(whole), 'a page that is no count has items');
    const { Items, LastEvaluatedKey, ConsumedCapacity } = whole;
    return { Items, LastEvaluatedKey, ConsumedCapacity };
  });
}

function hasItems(page: object): page is SelectPage {
  return 'Items' in page && page.Items !== undefined;
}
