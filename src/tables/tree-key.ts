/** Tree keys: how primary keys are ordered in a table's tree, and the ranges that Query and Scan walk. */
import { compareBytes, concatBytes } from '../base/bytes.ts';
import { assert } from '../base/errors.ts';
import type { AttributeValue, Item } from './attribute.ts';
import { hashKeyBytesMax, type KeySchema, keyPartBytes, keyValue } from './key-schema.ts';
import type { KeyRange } from './table.ts';

/** What a Query asks of the sort key. */
export type SortCondition =
  | { readonly op: '=' | '<' | '<=' | '>' | '>='; readonly value: AttributeValue }
  | { readonly op: 'BETWEEN'; readonly low: AttributeValue; readonly high: AttributeValue }
  | { readonly op: 'begins_with'; readonly prefix: AttributeValue };

/** MurmurHash3, 32 bits: spreads partitions, protects nothing. */
export function hash32(bytes: Uint8Array): number {
  const whole = bytes.length & ~3;
  let hash = 0;
  for (let i = 0; i < whole; i += 4) {
    const word =
      (bytes[i] as number) |
      ((bytes[i + 1] as number) << 8) |
      ((bytes[i + 2] as number) << 16) |
      ((bytes[i + 3] as number) << 24);
    hash ^= scrambled(word);
    hash = Math.imul((hash << 13) | (hash >>> 19), 5) + 0xe6546b64;
  }
  let tail = 0;
  for (let i = bytes.length - 1; i >= whole; i--) tail = (tail << 8) | (bytes[i] as number);
  hash ^= scrambled(tail) ^ bytes.length;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

function scrambled(word: number): number {
  const product = Math.imul(word, 0xcc9e2d51);
  return Math.imul((product << 15) | (product >>> 17), 0x1b873593);
}

/*
 *  hash of the partition key, 4 bytes │ its length, 2 bytes │ partition key │ sort key
 *
 * Strings are UTF-8, binaries themselves, numbers as number-key.ts has them; great ends first. A partition is contiguous
 * and in the order of its sort key; partitions follow one another by hash, as a Scan returns them.
 */
function partitionPrefix(hashValue: AttributeValue): Uint8Array {
  const part = keyPartBytes(hashValue);
  assert(part.length <= hashKeyBytesMax, 'a partition key has been checked');
  const prefix = new Uint8Array(6 + part.length);
  const hash = hash32(part);
  prefix[0] = hash >>> 24;
  prefix[1] = hash >>> 16;
  prefix[2] = hash >>> 8;
  prefix[3] = hash;
  prefix[4] = part.length >>> 8;
  prefix[5] = part.length;
  prefix.set(part, 6);
  return prefix;
}

/** The tree key of a checked key or item. */
export function encodeKey(schema: KeySchema, key: Item): Uint8Array {
  const prefix = partitionPrefix(keyValue(key, schema.hash));
  if (schema.range === undefined) return prefix;
  return concatBytes(prefix, keyPartBytes(keyValue(key, schema.range)));
}

/** The part of a tree key that its whole partition shares. */
export function partitionOf(treeKey: Uint8Array): Uint8Array {
  const [, , , , high = 0, low = 0] = treeKey;
  return treeKey.subarray(0, 6 + high * 256 + low);
}

const nothing = new Uint8Array();
const zeroByte = Uint8Array.of(0);

/** The first key after this one. */
export function successor(key: Uint8Array): Uint8Array {
  return concatBytes(key, zeroByte);
}

/** The first key after all that begin with this prefix; undefined where there is none. */
export function afterPrefix(prefix: Uint8Array): Uint8Array | undefined {
  let length = prefix.length;
  while (length > 0 && prefix[length - 1] === 0xff) length--;
  if (length === 0) return undefined;
  const after = prefix.slice(0, length);
  after[length - 1] = (after[length - 1] as number) + 1;
  return after;
}

export function range(from: Uint8Array, to: Uint8Array | undefined): KeyRange {
  return to === undefined ? { from } : { from, to };
}

/** The keys of one partition that meet the condition; its values have the schema's types. */
export function partitionRange(
  schema: KeySchema,
  hashValue: AttributeValue,
  condition?: SortCondition,
): KeyRange {
  const prefix = partitionPrefix(hashValue);
  // Without a sort key the partition is one key: the prefix of a longer partition key differs in its length.
  if (schema.range === undefined) return range(prefix, successor(prefix));
  const end = afterPrefix(prefix);
  const at = (value: AttributeValue) => concatBytes(prefix, keyPartBytes(value));
  if (condition === undefined) return range(prefix, end);
  switch (condition.op) {
    case '=':
      return range(at(condition.value), successor(at(condition.value)));
    case '<':
      return range(prefix, at(condition.value));
    case '<=':
      return range(prefix, successor(at(condition.value)));
    case '>':
      return range(successor(at(condition.value)), end);
    case '>=':
      return range(at(condition.value), end);
    case 'BETWEEN':
      return range(at(condition.low), successor(at(condition.high)));
    case 'begins_with':
      return range(at(condition.prefix), afterPrefix(at(condition.prefix)));
  }
}

/** The part of the tree that one segment of a parallel Scan walks: an equal share of the hashes. */
export function segmentRange(segment: number, totalSegments: number): KeyRange {
  assert(segment >= 0 && segment < totalSegments, 'a segment is one of its total');
  const bound = (index: number): Uint8Array => {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setUint32(0, Math.floor((index * 2 ** 32) / totalSegments));
    return bytes;
  };
  const from = segment === 0 ? nothing : bound(segment);
  return range(from, segment === totalSegments - 1 ? undefined : bound(segment + 1));
}

/** What is left of a range behind a start key, in the direction of the walk. */
export function rangeAfter(whole: KeyRange, startKey: Uint8Array, backwards: boolean): KeyRange {
  return backwards ? { ...whole, to: startKey } : { ...whole, from: successor(startKey) };
}

export function isInRange({ from, to }: KeyRange, key: Uint8Array): boolean {
  return (
    (from === undefined || compareBytes(key, from) >= 0) && (to === undefined || compareBytes(key, to) < 0)
  );
}
