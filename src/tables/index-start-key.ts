/** ExclusiveStartKey on an index: the keys of index and table together, and the refusals of it (spec 7.4). */
import { refuse } from '../base/errors.ts';
import type { AttributeValue, Item } from './attribute.ts';
import { type IndexCondition, indexRange } from './index-key.ts';
import {
  checkKey,
  checkKeyPart,
  type KeyAttribute,
  type KeySchema,
  keyAttributes,
  keyValue,
} from './key-schema.ts';
import {
  againstPredicate,
  asStartKeyFault,
  cannotRestart,
  checkSegment,
  checkStartKeyForm,
  outsideQuery,
  type ScanSegment,
} from './start-key.ts';
import type { OpenIndex } from './table.ts';
import { isInRange } from './tree-key.ts';
import { equalValues } from './value-order.ts';

function indexKeys({ keySchema: { hash, range } }: OpenIndex): readonly KeyAttribute[] {
  return [...hash, ...range];
}

/** Where a page that ended with this entry goes on: the keys of index and table. */
export function indexKeyOf(index: OpenIndex, tableSchema: KeySchema, entry: Item): Item {
  const keys = [...indexKeys(index), ...keyAttributes(tableSchema)];
  return new Map(keys.map((attribute) => [attribute.name, keyValue(entry, attribute)] as const));
}

/** Before a key condition is looked at: as many attributes as the two keys have, with the index's own of their types. */
export function checkIndexStartKeyForm(index: OpenIndex, tableSchema: KeySchema, startKey: Item): void {
  const keys = indexKeys(index);
  const names = new Set([...keys, ...keyAttributes(tableSchema)].map(({ name }) => name));
  checkStartKeyForm(keys, startKey, names.size);
}

/** Refuses a start key of the right form that is no key of the table, or has a value that no key can have. */
function checkValues({ keySchema }: OpenIndex, tableSchema: KeySchema, startKey: Item): void {
  asStartKeyFault(() => {
    checkKey(tableSchema, onlyOf(tableSchema, startKey));
    for (const kind of ['hash', 'range'] as const) {
      for (const key of keySchema[kind]) checkKeyPart(key, keyValue(startKey, key), kind);
    }
  });
}

function onlyOf(schema: KeySchema, startKey: Item): Item {
  const names = keyAttributes(schema).map(({ name }) => name);
  return new Map([...startKey].filter(([name]) => names.includes(name)));
}

/** Refuses a start key that a Scan of the index, or of this segment of it, could not have returned. */
export function checkIndexScanStartKey(
  index: OpenIndex,
  tableSchema: KeySchema,
  { startKey, segment }: { readonly startKey: Item; readonly segment: ScanSegment | undefined },
): void {
  checkIndexStartKeyForm(index, tableSchema, startKey);
  checkValues(index, tableSchema, startKey);
  if (segment !== undefined) checkSegment(segment, index.entryKey(startKey));
}

/** Refuses a start key of the right form that this query could not have returned. */
export function checkIndexQueryStartKey(
  index: OpenIndex,
  tableSchema: KeySchema,
  { startKey, asked }: { readonly startKey: Item; readonly asked: IndexCondition },
): void {
  checkValues(index, tableSchema, startKey);
  const own = index.keySchema.hash.map((key) => keyValue(startKey, key));
  const isSame = own.every((value, at) => isEqual(value, asked.hash[at]));
  if (asked.sort === undefined) {
    if (isSame) return;
    refuse(outsideQuery);
  }
  // The predicate is asked in the start key's own partition: another partition has its own sentence.
  const inOwnPartition = indexRange({ ...asked, hash: own });
  if (!isInRange(inOwnPartition, index.entryKey(startKey))) refuse(againstPredicate);
  if (!isSame) refuse(cannotRestart);
}

function isEqual(value: AttributeValue, other: AttributeValue | undefined): boolean {
  return other !== undefined && equalValues(value, other);
}
