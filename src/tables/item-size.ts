/** What an item weighs by DynamoDB's rules (aws-behaviour §5.4), and the limit on it. */
import { utf8Bytes } from '../base/bytes.ts';
import { Refusal } from '../base/errors.ts';
import type { AttributeValue, Item } from './attribute.ts';
import { digitPairs } from './number.ts';

export const itemBytesMax = 409_600;

/** Names and values; the overhead that is billed for storage is not counted. */
export function itemBytes(item: Item): number {
  let bytes = 0;
  for (const [name, value] of item) bytes += utf8Bytes(name) + valueBytes(value);
  return bytes;
}

/** The size of an item about to be put; refuses one above 400 KB. */
export function checkItemBytes(item: Item): number {
  const bytes = itemBytes(item);
  if (bytes > itemBytesMax) {
    throw new Refusal('Validation', { message: 'Item size has exceeded the maximum allowed size' });
  }
  return bytes;
}

const numberBytesMax = 21;

/** A byte for each pair of digits, one for the exponent (zero has no more), and one more below zero. */
function numberBytes(canonical: string): number {
  const sign = canonical.charCodeAt(0) === 45 ? 1 : 0;
  return Math.min(numberBytesMax, 1 + digitPairs(canonical) + sign);
}

function sum<T>(elements: readonly T[], bytesOf: (element: T) => number): number {
  let bytes = 0;
  for (const element of elements) bytes += bytesOf(element);
  return bytes;
}

const containerBytes = 3;
const elementBytes = 1;

export function valueBytes(value: AttributeValue): number {
  if ('S' in value) return utf8Bytes(value.S);
  if ('N' in value) return numberBytes(value.N);
  if ('B' in value) return value.B.length;
  if ('M' in value) return containerBytes + value.M.size * elementBytes + itemBytes(value.M);
  if ('L' in value) return containerBytes + value.L.length * elementBytes + sum(value.L, valueBytes);
  if ('SS' in value) return sum(value.SS, (text) => utf8Bytes(text));
  if ('NS' in value) return sum(value.NS, numberBytes);
  if ('BS' in value) return sum(value.BS, (bytes) => bytes.length);
  return 1;
}
