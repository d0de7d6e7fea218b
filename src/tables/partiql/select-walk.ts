/** How a SELECT walks a table or index: which ranges, in which direction, from where (spec 6.2). */
import { assert } from '../../base/errors.ts';
import { type AttributeValue, attributeType, type Item } from '../attribute.ts';
import { refuse } from '../expression/refusal.ts';
import { type IndexCondition, indexRange } from '../index-key.ts';
import { type IndexKeySchema, type KeyAttribute, keyAttributes, keyValue } from '../key-schema.ts';
import type { ItemCursor, KeyRange, OpenIndex, OpenTable } from '../table.ts';
import { encodeKey, partitionRange, rangeAfter } from '../tree-key.ts';
import { equalValues, orderOf } from '../value-order.ts';
import type { BoundSelect } from './bound-statement.ts';
import { selectedPartitions } from './key-selection.ts';
import { invalidToken } from './next-token.ts';
import { ChainedCursor, MergedCursor } from './partition-cursor.ts';
import type { OrderTerm } from './statement.ts';

/** What can be walked. */
export interface WalkSource {
  readonly keySchema: IndexKeySchema;
  /** What a start key consists of. */
  readonly keys: readonly KeyAttribute[];
  readonly rangeOf: (condition: IndexCondition) => KeyRange;
  /** The place of an item, or of a start key. */
  readonly keyOf: (item: Item) => Uint8Array;
  readonly items: OpenTable['items'];
}

export function tableSource(table: Pick<OpenTable, 'keySchema' | 'items'>): WalkSource {
  const { hash, range } = table.keySchema;
  return {
    keySchema: { hash: [hash], range: range === undefined ? [] : [range] },
    keys: keyAttributes(table.keySchema),
    rangeOf: ({ hash: [value], sort }) => {
      assert(value !== undefined, 'a key condition has a partition');
      return partitionRange(table.keySchema, value, sort);
    },
    keyOf: (item) => encodeKey(table.keySchema, item),
    items: (range, options) => table.items(range, options),
  };
}

export function indexSource(
  index: Pick<OpenIndex, 'keySchema' | 'entryKey' | 'items'>,
  table: Pick<OpenTable, 'keySchema'>,
): WalkSource {
  const { hash, range } = index.keySchema;
  return {
    keySchema: index.keySchema,
    keys: [...hash, ...range, ...keyAttributes(table.keySchema)],
    rangeOf: indexRange,
    keyOf: (item) => index.entryKey(item),
    items: (range, options) => index.items(range, options),
  };
}

/** The items a SELECT evaluates, in its order, behind `startKey` where there is one. Refuses an order it cannot have. */
export function selectCursor(
  { where, order = [] }: BoundSelect,
  source: WalkSource,
  startKey: Item | undefined,
): ItemCursor {
  const { keySchema } = source;
  if (startKey !== undefined) checkStartKey(startKey, source);
  const named = selectedPartitions(where?.tree, keySchema);
  if (order.length > 0) {
    if (where === undefined) refuse('Must have WHERE clause in the statement when using ORDER BY clause.');
    checkOrder(order, keySchema, named !== undefined);
  }
  if (named === undefined) {
    return source.items(startKey === undefined ? {} : rangeAfter({}, source.keyOf(startKey), false));
  }
  const [sortAttribute] = keySchema.range;
  const [first] = order;
  const backwards = order.find(({ name }) => name === sortAttribute?.name)?.descending === true;
  const walk = { source, partitions: inOrder(named, first, keySchema), backwards, startKey };
  const isMerged = named.length > 1 && first?.name === sortAttribute?.name && named[0]?.equal.length === 0;
  const by = isMerged ? sortAttribute : undefined;
  const ranges = by === undefined ? chainedRanges(walk) : mergedRanges(walk, by);
  const cursors = ranges.map((range) => source.items(range, { backwards }));
  return by === undefined ? new ChainedCursor(cursors) : new MergedCursor(cursors, { by, backwards });
}

/** A table or index of that name may have been made anew since, with other keys. */
function checkStartKey(startKey: Item, { keys }: WalkSource): void {
  for (const { name, type } of keys) {
    const value = startKey.get(name);
    if (value === undefined || attributeType(value) !== type) refuse(invalidToken);
  }
}

function checkOrder(
  order: readonly OrderTerm[],
  { hash, range }: IndexKeySchema,
  hasPartitions: boolean,
): void {
  if (!hasPartitions) {
    refuse(
      'Must have at least one non-optional hash key condition in WHERE clause when using ORDER BY clause.',
    );
  }
  const keys = [...hash, ...range].map(({ name }) => name);
  const other = order.find(({ name }) => !keys.includes(name));
  if (other === undefined) return;
  refuse(`Variable reference ${other.name} in ORDER BY clause must be part of the primary key`);
}

/** Partitions as the statement names them, or by their keys where it says so. */
function inOrder(
  partitions: readonly IndexCondition[],
  first: OrderTerm | undefined,
  { hash }: IndexKeySchema,
): readonly IndexCondition[] {
  const at = hash.findIndex(({ name }) => name === first?.name);
  if (at < 0) return partitions;
  const sign = first?.descending === true ? -1 : 1;
  return partitions.toSorted((one, other) => sign * orderOfParts(one.hash[at], other.hash[at]));
}

function orderOfParts(one: AttributeValue | undefined, other: AttributeValue | undefined): number {
  return one === undefined || other === undefined ? 0 : (orderOf(one, other) ?? 0);
}

interface Walk {
  readonly source: WalkSource;
  readonly partitions: readonly IndexCondition[];
  readonly backwards: boolean;
  readonly startKey: Item | undefined;
}

/** Which partition the start key lies in; refuses one that lies in none. */
function startPartition({ source, partitions }: Walk, startKey: Item): number {
  const values = source.keySchema.hash.map((attribute) => keyValue(startKey, attribute));
  const at = partitions.findIndex(({ hash }) =>
    hash.every((value, index) => equalValues(value, values[index] ?? value)),
  );
  return at < 0 ? refuse(invalidToken) : at;
}

/** The start key's partition from there on, and those that follow it. */
function chainedRanges(walk: Walk): readonly KeyRange[] {
  const { source, partitions, backwards, startKey } = walk;
  if (startKey === undefined) return partitions.map(source.rangeOf);
  const [started, ...following] = partitions.slice(startPartition(walk, startKey)).map(source.rangeOf);
  assert(started !== undefined, 'a start key comes from a partition of its statement');
  return [rangeAfter(started, source.keyOf(startKey), backwards), ...following];
}

/** Of each partition what comes behind the start key; of its equals in the order those of later partitions. */
function mergedRanges(walk: Walk, by: KeyAttribute): readonly KeyRange[] {
  const { source, partitions, backwards, startKey } = walk;
  if (startKey === undefined) return partitions.map(source.rangeOf);
  const started = startPartition(walk, startKey);
  const value = keyValue(startKey, by);
  const beyond = backwards ? '<' : '>';
  return partitions.map((partition, index) => {
    const whole = source.rangeOf(partition);
    if (index === started) return rangeAfter(whole, source.keyOf(startKey), backwards);
    const op = index < started ? beyond : (`${beyond}=` as const);
    const { from, to } = source.rangeOf({ ...partition, sort: { op, value } });
    if (backwards) return to === undefined ? whole : { ...whole, to };
    return from === undefined ? whole : { ...whole, from };
  });
}
