/** Items as bytes: compact, quick to decode, and laid out so that unwanted attributes can be stepped over. */
import { assert, IntegrityFault } from '../base/errors.ts';
import type { AttributeValue, Item } from './attribute.ts';
import { ByteReader } from './byte-reader.ts';
import { ByteWriter } from './byte-writer.ts';
import { itemBytes } from './item-size.ts';
import { numberKey, numberOfKey } from './number-key.ts';

/*
 *  item    01 │ size by DynamoDB's rules, 3 bytes, little end first │ map
 *  map     count │ { length │ name, UTF-8 │ value }
 *  value   tag │
 *            null, false, true:    nothing
 *            string, bytes:        length │ bytes
 *            integer:              zigzag, for texts of at most 15 characters
 *            fraction:             digits behind the dot, 1 byte │ all digits as an integer; for as short texts
 *            decimal:              length │ number-key.ts's bytes, for all other numbers
 *            set, list, map:       length of the rest, 4 bytes, little end first │ count │ elements
 *
 * Counts and lengths are LEB128 where no width is given. Strings and binaries of sets are as the
 * values without their tags, numbers of sets as values.
 */
const format = 1;
const headerBytes = 4;
const tags = {
  null: 0,
  false: 1,
  true: 2,
  string: 3,
  integer: 4,
  fraction: 5,
  decimal: 6,
  bytes: 7,
  strings: 8,
  numbers: 9,
  binaries: 10,
  list: 11,
  map: 12,
} as const;
/** A double holds integers of so many characters exactly, also doubled. */
const exactTextMax = 15;
/** Far above what updates can nest, far below what the stack bears. */
const decodeLevelsMax = 256;

const writer = new ByteWriter();

/** The bytes of an item, its size by DynamoDB's rules in front, which the caller may know already. */
export function encodeItem(item: Item, size = itemBytes(item)): Uint8Array {
  assert(size < 2 ** 24, 'the size of an item fits its header');
  writer.begin();
  writer.byte(format);
  writer.byte(size & 0xff);
  writer.byte((size >> 8) & 0xff);
  writer.byte(size >> 16);
  writeMap(item);
  return writer.finish();
}

function writeMap(map: Item): void {
  writer.count(map.size);
  for (const [name, value] of map) {
    writer.text(name);
    writeValue(value);
  }
}

function writeNumber(canonical: string): void {
  if (canonical.length > exactTextMax) {
    writer.byte(tags.decimal);
    writer.bytes(numberKey(canonical));
    return;
  }
  const dot = canonical.indexOf('.');
  if (dot < 0) {
    writer.byte(tags.integer);
    writer.integer(Number(canonical));
    return;
  }
  writer.byte(tags.fraction);
  writer.byte(canonical.length - dot - 1);
  writer.integer(Number(canonical.slice(0, dot) + canonical.slice(dot + 1)));
}

function writeAll<T>(tag: number, elements: readonly T[], write: (element: T) => void): void {
  writer.byte(tag);
  writer.measured(() => {
    writer.count(elements.length);
    for (const element of elements) write(element);
  });
}

function writeValue(value: AttributeValue): void {
  if ('S' in value) {
    writer.byte(tags.string);
    writer.text(value.S);
  } else if ('N' in value) {
    writeNumber(value.N);
  } else if ('B' in value) {
    writer.byte(tags.bytes);
    writer.bytes(value.B);
  } else if ('M' in value) {
    writer.byte(tags.map);
    writer.measured(() => writeMap(value.M));
  } else if ('L' in value) writeAll(tags.list, value.L, writeValue);
  else if ('BOOL' in value) writer.byte(value.BOOL ? tags.true : tags.false);
  else if ('NULL' in value) writer.byte(tags.null);
  else if ('SS' in value) writeAll(tags.strings, value.SS, (text) => writer.text(text));
  else if ('NS' in value) writeAll(tags.numbers, value.NS, writeNumber);
  else writeAll(tags.binaries, value.BS, (bytes) => writer.bytes(bytes));
}

/** The item that lies there. Throws an IntegrityFault where the bytes are none. */
export function decodeItem(bytes: Uint8Array, from = 0, to = bytes.length): Item {
  if (to - from < headerBytes || bytes[from] !== format) throw new IntegrityFault();
  const reader = new ByteReader(bytes, from + headerBytes, to);
  const item = readMap(reader, decodeLevelsMax);
  if (!reader.atEnd()) throw new IntegrityFault();
  return item;
}

/** The size by DynamoDB's rules of an encoded item, without decoding it. */
export function encodedItemBytes(bytes: Uint8Array, from = 0, to = bytes.length): number {
  if (to - from < headerBytes || bytes[from] !== format) throw new IntegrityFault();
  const [low, middle, high] = [bytes[from + 1], bytes[from + 2], bytes[from + 3]];
  return (low as number) + (middle as number) * 0x100 + (high as number) * 0x10000;
}

function readMap(reader: ByteReader, levelsLeft: number): Item {
  const map = new Map<string, AttributeValue>();
  for (let left = reader.elementCount(); left > 0; left--) {
    const name = reader.name();
    map.set(name, readValue(reader, levelsLeft));
  }
  return map;
}

function readNumber(reader: ByteReader, tag: number): string {
  if (tag === tags.integer) return String(reader.integer());
  if (tag === tags.decimal) return numberOfKey(reader.bytes());
  if (tag !== tags.fraction) throw new IntegrityFault();
  const places = reader.byte();
  if (places === 0 || places > exactTextMax) throw new IntegrityFault();
  const scaled = reader.integer();
  const digits = String(Math.abs(scaled)).padStart(places + 1, '0');
  const dot = digits.length - places;
  return `${scaled < 0 ? '-' : ''}${digits.slice(0, dot)}.${digits.slice(dot)}`;
}

function readAll<T>(reader: ByteReader, read: () => T): readonly T[] {
  reader.skipLength();
  const elements: T[] = [];
  for (let left = reader.elementCount(); left > 0; left--) elements.push(read());
  return elements;
}

function readValue(reader: ByteReader, levelsLeft: number): AttributeValue {
  const tag = reader.byte();
  switch (tag) {
    case tags.string:
      return { S: reader.text() };
    case tags.integer:
    case tags.fraction:
    case tags.decimal:
      return { N: readNumber(reader, tag) };
    case tags.bytes:
      return { B: reader.bytes() };
    case tags.true:
    case tags.false:
      return { BOOL: tag === tags.true };
    case tags.null:
      return { NULL: true };
    case tags.strings:
      return { SS: readAll(reader, () => reader.text()) };
    case tags.numbers:
      return { NS: readAll(reader, () => readNumber(reader, reader.byte())) };
    case tags.binaries:
      return { BS: readAll(reader, () => reader.bytes()) };
    default:
      return readContainer(reader, tag, levelsLeft - 1);
  }
}

function readContainer(reader: ByteReader, tag: number, levelsLeft: number): AttributeValue {
  if (levelsLeft === 0) throw new IntegrityFault();
  if (tag === tags.list) return { L: readAll(reader, () => readValue(reader, levelsLeft)) };
  if (tag !== tags.map) throw new IntegrityFault();
  reader.skipLength();
  return { M: readMap(reader, levelsLeft) };
}
