/** ExclusiveStartKey: where a page may begin, and the refusals of where it may not (spec 7.4). */
import { Refusal, refuse } from '../base/errors.ts';
import { attributeType, type Item } from './attribute.ts';
import { checkedItem, type RawItem } from './attribute-check.ts';
import type { BoundKeyCondition } from './expression/key-condition.ts';
import {
  checkKey,
  type KeyAttribute,
  type KeySchema,
  keyAttributes,
  keyMismatch,
  keyValue,
} from './key-schema.ts';
import { encodeKey, isInRange, partitionRange, segmentRange } from './tree-key.ts';
import { equalValues } from './value-order.ts';

/** One of the equal parts of a parallel Scan. */
export interface ScanSegment {
  readonly Segment: number;
  readonly TotalSegments: number;
}

const invalid = 'The provided starting key is invalid';
export const outsideQuery =
  'The provided starting key is outside query boundaries based on provided conditions';
export const againstPredicate = 'The provided starting key does not match the range key predicate';
export const cannotRestart = 'The query can return at most one row and cannot be restarted';

/** Texts that AWS leaves as they are; all others follow the words of `invalid`. */
const bareTexts = [
  'contains duplicates',
  'number set',
  'numeric value',
  'significant digits',
  'number with magnitude',
];

/** The values of a start key; its fit to the table comes later. */
export function checkedStartKeyItem(raw: RawItem): Item {
  try {
    return checkedItem(raw);
  } catch (fault) {
    if (!(fault instanceof Refusal)) throw fault;
    if (bareTexts.some((text) => fault.message.includes(text))) throw fault;
    refuse(`${invalid}: ${fault.message}`);
  }
}

/** Refuses a start key that is no key of the table, or one of another segment. */
export function checkScanStartKey(schema: KeySchema, startKey: Item, segment?: ScanSegment): void {
  checkStartKey(schema, startKey);
  if (segment === undefined) return;
  checkSegment(segment, encodeKey(schema, startKey));
}

/** Refuses the tree key of a start key that lies in another segment. */
export function checkSegment(segment: ScanSegment, treeKey: Uint8Array): void {
  if (isInRange(segmentRange(segment.Segment, segment.TotalSegments), treeKey)) return;
  refuse(
    `${invalid}: Invalid ExclusiveStartKey. Please use ExclusiveStartKey with correct Segment. ` +
      `TotalSegments: ${segment.TotalSegments} Segment: ${segment.Segment}`,
  );
}

/** Refuses a start key that is no key of the table, or none that this query could have returned. */
export function checkQueryStartKey(
  schema: KeySchema,
  startKey: Item,
  { hash, sort }: BoundKeyCondition,
): void {
  checkStartKeyForm(keyAttributes(schema), startKey, keyAttributes(schema).length);
  checkStartKey(schema, startKey);
  const samePartition = equalValues(keyValue(startKey, schema.hash), hash);
  if (sort === undefined) {
    if (samePartition) return;
    refuse(outsideQuery);
  }
  // The predicate is asked in the start key's own partition: another partition has its own sentence.
  const inOwnPartition = partitionRange(schema, keyValue(startKey, schema.hash), sort);
  if (!isInRange(inOwnPartition, encodeKey(schema, startKey))) {
    refuse(againstPredicate);
  }
  if (!samePartition) refuse(cannotRestart);
}

/** Before a key condition is looked at: of so many attributes, with these and of their types. */
export function checkStartKeyForm(keys: readonly KeyAttribute[], startKey: Item, size: number): void {
  if (startKey.size !== size) refuse(invalid);
  for (const { name, type } of keys) {
    const value = startKey.get(name) ?? refuse(invalid);
    if (attributeType(value) !== type) refuse(keyMismatch);
  }
}

function checkStartKey(schema: KeySchema, startKey: Item): void {
  asStartKeyFault(() => checkKey(schema, startKey));
}

/** What `check` refuses, in the words for a start key. */
export function asStartKeyFault(check: () => void): void {
  try {
    check();
  } catch (fault) {
    if (!(fault instanceof Refusal)) throw fault;
    refuse(`${invalid}: ${fault.message}`);
  }
}
