/** The little of DER (X.690) that signatures are written in: sequences of whole numbers. */
import { concatBytes } from '../../base/bytes.ts';

const sequenceTag = 0x30;
const integerTag = 2;

/** A value that is not negative. */
export function derInteger(value: bigint): Uint8Array {
  const digits = value.toString(16);
  // A leading byte of zero where the first bit would otherwise say that the number is negative.
  const hex = digits.length % 2 === 1 ? `0${digits}` : digits;
  const bytes = Buffer.from(/^[89a-f]/.test(hex) ? `00${hex}` : hex, 'hex');
  return concatBytes(Uint8Array.of(integerTag), lengthOf(bytes.length), bytes);
}

export function derSequence(...items: readonly Uint8Array[]): Buffer {
  const content = concatBytes(...items);
  return Buffer.concat([Uint8Array.of(sequenceTag), lengthOf(content.length), content]);
}

/** The integers of a sequence of nothing else; undefined for anything that is not written in the one way DER has. */
export function readDerIntegers(bytes: Uint8Array): readonly bigint[] | undefined {
  const sequence = readItem(bytes, sequenceTag);
  if (sequence === undefined || sequence.rest.length > 0) return undefined;
  const values: bigint[] = [];
  for (let rest = sequence.content; rest.length > 0; ) {
    const item = readItem(rest, integerTag);
    const [first = 0x80, second = 0x80] = item?.content ?? [];
    if (item === undefined || first >= 0x80 || (first === 0 && second < 0x80)) return undefined;
    values.push(BigInt(`0x${Buffer.from(item.content).toString('hex')}`));
    rest = item.rest;
  }
  return values;
}

function readItem(bytes: Uint8Array, tag: number): { content: Uint8Array; rest: Uint8Array } | undefined {
  const [first, short = 0x80, long = 0] = bytes;
  if (first !== tag) return undefined;
  // No signature has 256 bytes: lengths have one byte, or 0x81 and one byte that the short form has no room for.
  const start = short < 0x80 ? 2 : 3;
  if (short > 0x81 || (start === 3 && long < 0x80)) return undefined;
  const end = start + (start === 2 ? short : long);
  if (end > bytes.length) return undefined;
  return { content: bytes.subarray(start, end), rest: bytes.subarray(end) };
}

function lengthOf(length: number): Uint8Array {
  return length < 0x80 ? Uint8Array.of(length) : Uint8Array.of(0x81, length);
}
