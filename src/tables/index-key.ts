/** Tree keys of secondary indexes: how entries are ordered, and the ranges that Query walks. */
import { createHash } from 'node:crypto';
import { concatBytes } from '../base/bytes.ts';
import { assert } from '../base/errors.ts';
import { keyBytesMax } from '../pages/layout.ts';
import type { AttributeValue, Item } from './attribute.ts';
import { type IndexKeySchema, keyPartBytes, keyValue } from './key-schema.ts';
import type { KeyRange } from './table.ts';
import { afterPrefix, hash32, range, type SortCondition } from './tree-key.ts';

/** What a Query asks of an index: one partition, equal sort attributes from the left on, and one that need not be. */
export interface IndexCondition {
  readonly hash: readonly AttributeValue[];
  readonly equal: readonly AttributeValue[];
  readonly sort?: SortCondition;
}

/*
 *  hash of the partition, 4 bytes │ its length, 2 bytes │ partition │ { sort attribute │ 00 00 } │ table key
 *
 * The partition is the hash attribute, or several with their lengths, 2 bytes, before each; a long one is its SHA-256,
 * marked by the length FFFF. A 00 in a sort attribute is followed by FF, so that the end sorts before all that could go on.
 * Entries that share all of that follow one another by the key of the item in the table; where it is too long for a tree
 * key, by its beginning and its SHA-256, and the tree key is then as long as one can be, which no other of these is.
 */
const plainPartitionBytesMax = 255;
const hashedPartition = 0xffff;
const digestBytes = 32;
const end = Uint8Array.of(0, 0);

function sha256(bytes: Uint8Array): Uint8Array {
  return createHash('sha256').update(bytes).digest();
}

function u16(value: number): Uint8Array {
  return Uint8Array.of(value >>> 8, value);
}

function partitionPrefix(values: readonly AttributeValue[]): Uint8Array {
  const parts = values.map(keyPartBytes);
  const [only] = parts;
  const partition =
    only !== undefined && parts.length === 1
      ? only
      : concatBytes(...parts.flatMap((part) => [u16(part.length), part]));
  const hash = hash32(partition);
  const isPlain = partition.length <= plainPartitionBytesMax;
  return concatBytes(
    u16(hash >>> 16),
    u16(hash & 0xffff),
    u16(isPlain ? partition.length : hashedPartition),
    isPlain ? partition : sha256(partition),
  );
}

/** Keeps the order of the bytes, and a prefix a prefix. */
function escaped(part: Uint8Array): Uint8Array {
  let zeros = 0;
  for (const byte of part) if (byte === 0) zeros++;
  if (zeros === 0) return part;
  const bytes = new Uint8Array(part.length + zeros);
  let at = 0;
  for (const byte of part) {
    bytes[at++] = byte;
    if (byte === 0) bytes[at++] = 0xff;
  }
  return bytes;
}

function sortPart(value: AttributeValue): Uint8Array {
  return concatBytes(escaped(keyPartBytes(value)), end);
}

/** The tree key of an item's entry; the item has the index's key attributes, and `tableKey` is its own in the table. */
export function indexEntryKey({ hash, range }: IndexKeySchema, item: Item, tableKey: Uint8Array): Uint8Array {
  const prefix = concatBytes(
    partitionPrefix(hash.map((attribute) => keyValue(item, attribute))),
    ...range.map((attribute) => sortPart(keyValue(item, attribute))),
  );
  const room = keyBytesMax - prefix.length;
  if (tableKey.length < room) return concatBytes(prefix, tableKey);
  assert(room > digestBytes, 'the keys of an index have been checked');
  return concatBytes(prefix, tableKey.subarray(0, room - digestBytes), sha256(tableKey));
}

/** The entries that meet the condition; its values have the schema's types. */
export function indexRange({ hash, equal, sort }: IndexCondition): KeyRange {
  const prefix = concatBytes(partitionPrefix(hash), ...equal.map(sortPart));
  const last = afterPrefix(prefix);
  if (sort === undefined) return range(prefix, last);
  const at = (value: AttributeValue) => concatBytes(prefix, sortPart(value));
  const behind = (value: AttributeValue) => {
    const bound = afterPrefix(at(value));
    assert(bound !== undefined, 'a sort attribute does not end in FF');
    return bound;
  };
  switch (sort.op) {
    case '=':
      return range(at(sort.value), behind(sort.value));
    case '<':
      return range(prefix, at(sort.value));
    case '<=':
      return range(prefix, behind(sort.value));
    case '>':
      return range(behind(sort.value), last);
    case '>=':
      return range(at(sort.value), last);
    case 'BETWEEN':
      return range(at(sort.low), behind(sort.high));
    case 'begins_with': {
      const beginning = concatBytes(prefix, escaped(keyPartBytes(sort.prefix)));
      return range(beginning, afterPrefix(beginning));
    }
  }
}
