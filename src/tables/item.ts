/** Items as bytes: compact, quick to decode, and laid out so that unwanted attributes can be stepped over. */
import { assert, IntegrityFault } from '../base/errors.ts';
import type { AttributeValue, Item } from './attribute.ts';
import { itemBytes } from './item-size.ts';
import { numberKey, numberOfKey } from './number-key.ts';

/*
 *  item    01 │ size by DynamoDB's rules, 3 bytes, little end first │ map
 *  map     count │ { length │ name, UTF-8 │ value }
 *  value   tag │
 *            null, false, true:    nothing
 *            string, bytes:        length │ bytes
 *            integer:              zigzag, for texts of at most 15 characters
 *            decimal:              length │ number-key.ts's bytes
 *            set, list, map:       length of the rest, 4 bytes, little end first │ count │ elements
 *
 * Counts and lengths are LEB128 where no width is given. Set elements are as the values, without tags.
 */
const format = 1;
const headerBytes = 4;
const tags = {
  null: 0,
  false: 1,
  true: 2,
  string: 3,
  integer: 4,
  decimal: 5,
  bytes: 6,
  strings: 7,
  numbers: 8,
  binaries: 9,
  list: 10,
  map: 11,
} as const;
const integerTextMax = 15;
/** Far above what updates can nest, far below what the stack bears. */
const decodeLevelsMax = 256;

/** Grows as items do; one is enough, since encoding never waits. */
class Writer {
  private buffer = Buffer.allocUnsafeSlow(64 * 1024);
  private at = 0;

  private reserve(bytes: number): void {
    if (this.at + bytes <= this.buffer.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(this.buffer.length * 2, this.at + bytes));
    this.buffer.copy(larger, 0, 0, this.at);
    this.buffer = larger;
  }

  begin(sizeBytes: number): void {
    assert(sizeBytes < 2 ** 24, 'an item fits its header');
    this.at = headerBytes;
    this.buffer[0] = format;
    this.buffer.writeUIntLE(sizeBytes, 1, 3);
  }

  finish(): Uint8Array {
    return new Uint8Array(this.buffer.subarray(0, this.at));
  }

  byte(value: number): void {
    this.reserve(1);
    this.buffer[this.at++] = value;
  }

  /** Any safe integer from zero: division, since shifts stop at 32 bits. */
  count(value: number): void {
    this.reserve(8);
    let rest = value;
    while (rest > 127) {
      this.buffer[this.at++] = (rest % 128) | 128;
      rest = Math.floor(rest / 128);
    }
    this.buffer[this.at++] = rest;
  }

  text(text: string): void {
    // Few characters surely take a one-byte length, which is filled in after writing: no measuring pass.
    if (text.length * 3 < 128) {
      this.reserve(1 + text.length * 3);
      const written = this.buffer.write(text, this.at + 1, 'utf8');
      this.buffer[this.at] = written;
      this.at += 1 + written;
      return;
    }
    const bytes = Buffer.byteLength(text);
    this.count(bytes);
    this.reserve(bytes);
    this.at += this.buffer.write(text, this.at, 'utf8');
  }

  bytes(bytes: Uint8Array): void {
    this.count(bytes.length);
    this.reserve(bytes.length);
    this.buffer.set(bytes, this.at);
    this.at += bytes.length;
  }

  /** What `write` writes, with its length in front. */
  measured(write: () => void): void {
    this.reserve(4);
    const start = this.at;
    this.at += 4;
    write();
    this.buffer.writeUInt32LE(this.at - start - 4, start);
  }
}

const writer = new Writer();

/** The bytes of an item, its size by DynamoDB's rules in front. */
export function encodeItem(item: Item): Uint8Array {
  writer.begin(itemBytes(item));
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
  if (canonical.length <= integerTextMax && !canonical.includes('.')) {
    const integer = Number(canonical);
    writer.byte(tags.integer);
    writer.count(integer < 0 ? -integer * 2 - 1 : integer * 2);
    return;
  }
  writer.byte(tags.decimal);
  writer.bytes(numberKey(canonical));
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

/** Reads within its bytes or throws an IntegrityFault; what it returns shares no memory with them. */
class Reader {
  private readonly buffer: Buffer;
  private at: number;

  constructor(bytes: Uint8Array, at: number) {
    this.buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    this.at = at;
  }

  atEnd(): boolean {
    return this.at === this.buffer.length;
  }

  byte(): number {
    const value = this.buffer[this.at++];
    if (value === undefined) throw new IntegrityFault();
    return value;
  }

  count(): number {
    const first = this.byte();
    if (first < 128) return first;
    let value = first - 128;
    let scale = 128;
    for (let more = true; more; scale *= 128) {
      const part = this.byte();
      more = part > 127;
      value += (more ? part - 128 : part) * scale;
      if (value > Number.MAX_SAFE_INTEGER) throw new IntegrityFault();
    }
    return value;
  }

  /** A count of elements, each of which takes a byte at least: bounds what is allocated. */
  elementCount(): number {
    const count = this.count();
    if (count > this.buffer.length - this.at) throw new IntegrityFault();
    return count;
  }

  private step(length: number): number {
    const start = this.at;
    if (length > this.buffer.length - start) throw new IntegrityFault();
    this.at += length;
    return start;
  }

  text(): string {
    const length = this.count();
    const start = this.step(length);
    return this.buffer.toString('utf8', start, start + length);
  }

  bytes(): Uint8Array {
    const length = this.count();
    const start = this.step(length);
    return new Uint8Array(this.buffer.subarray(start, start + length));
  }

  skipLength(): void {
    this.step(4);
  }
}

/** The item again. Throws an IntegrityFault where the bytes are none. */
export function decodeItem(bytes: Uint8Array): Item {
  if (bytes[0] !== format || bytes.length < headerBytes) throw new IntegrityFault();
  const reader = new Reader(bytes, headerBytes);
  const item = readMap(reader, decodeLevelsMax);
  if (!reader.atEnd()) throw new IntegrityFault();
  return item;
}

/** The size by DynamoDB's rules of an encoded item, without decoding it. */
export function encodedItemBytes(bytes: Uint8Array): number {
  if (bytes[0] !== format || bytes.length < headerBytes) throw new IntegrityFault();
  return (bytes[1] as number) + (bytes[2] as number) * 0x100 + (bytes[3] as number) * 0x10000;
}

function readMap(reader: Reader, levelsLeft: number): Item {
  const map = new Map<string, AttributeValue>();
  for (let left = reader.elementCount(); left > 0; left--) {
    const name = reader.text();
    map.set(name, readValue(reader, levelsLeft));
  }
  return map;
}

function readNumber(reader: Reader, tag: number): string {
  if (tag === tags.decimal) return numberOfKey(reader.bytes());
  if (tag !== tags.integer) throw new IntegrityFault();
  const zigzag = reader.count();
  return String(zigzag % 2 === 0 ? zigzag / 2 : -(zigzag + 1) / 2);
}

function readAll<T>(reader: Reader, read: () => T): readonly T[] {
  reader.skipLength();
  const elements: T[] = [];
  for (let left = reader.elementCount(); left > 0; left--) elements.push(read());
  return elements;
}

function readValue(reader: Reader, levelsLeft: number): AttributeValue {
  const tag = reader.byte();
  switch (tag) {
    case tags.string:
      return { S: reader.text() };
    case tags.integer:
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

function readContainer(reader: Reader, tag: number, levelsLeft: number): AttributeValue {
  if (levelsLeft === 0) throw new IntegrityFault();
  if (tag === tags.list) return { L: readAll(reader, () => readValue(reader, levelsLeft)) };
  if (tag !== tags.map) throw new IntegrityFault();
  reader.skipLength();
  return { M: readMap(reader, levelsLeft) };
}
