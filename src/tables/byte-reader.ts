/** Reads what byte-writer.ts wrote. */
import { IntegrityFault } from '../base/errors.ts';

const knownNameBytesMax = 32;
const shortTextMax = 12;
const slotMask = 0x3ff;
const knownNames: (string | undefined)[] = new Array(slotMask + 1).fill(undefined);

/** The same memory as a Buffer. */
export function bufferOver(bytes: Uint8Array): Buffer {
  return bytes instanceof Buffer ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}

/** Reads within its bytes or throws an IntegrityFault; what it returns shares no memory with them. */
export class ByteReader {
  private readonly buffer: Buffer;
  private readonly end: number;
  private at: number;

  /** Reads from `at` on and no further than `end`. A Buffer is taken as it is, which costs less. */
  constructor(bytes: Uint8Array, at: number, end = bytes.length) {
    this.buffer = bufferOver(bytes);
    this.at = at;
    this.end = end;
  }

  atEnd(): boolean {
    return this.at === this.end;
  }

  byte(): number {
    if (this.at >= this.end) throw new IntegrityFault();
    return this.buffer[this.at++] as number;
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

  integer(): number {
    const zigzag = this.count();
    return zigzag % 2 === 0 ? zigzag / 2 : -(zigzag + 1) / 2;
  }

  /** A count of elements, each of which takes a byte at least: bounds what is allocated. */
  elementCount(): number {
    const count = this.count();
    if (count > this.end - this.at) throw new IntegrityFault();
    return count;
  }

  private step(length: number): number {
    const start = this.at;
    if (length > this.end - start) throw new IntegrityFault();
    this.at += length;
    return start;
  }

  text(): string {
    const length = this.count();
    const start = this.step(length);
    return this.shortAscii(start, length) ?? this.buffer.toString('utf8', start, start + length);
  }

  /** A few characters of ASCII, for which a call into the runtime would cost more than the loop. */
  private shortAscii(start: number, length: number): string | undefined {
    if (length > shortTextMax) return undefined;
    let text = '';
    for (let at = start; at < start + length; at++) {
      const code = this.buffer[at] as number;
      if (code > 127) return undefined;
      text += String.fromCharCode(code);
    }
    return text;
  }

  /** As text(), for names: the same few come again with every item, so they are looked up before they are decoded. */
  name(): string {
    const length = this.count();
    const start = this.step(length);
    if (length > knownNameBytesMax) return this.buffer.toString('utf8', start, start + length);
    let slot = length;
    for (let at = start; at < start + length; at++) slot = (slot * 31 + (this.buffer[at] ?? 0)) & slotMask;
    const known = knownNames[slot];
    if (known !== undefined && this.holds(known, start, length)) return known;
    const name = this.buffer.toString('utf8', start, start + length);
    // A name of ASCII alone is as long as its bytes, and is told from others byte by byte.
    if (name.length === length) knownNames[slot] = name;
    return name;
  }

  private holds(text: string, start: number, length: number): boolean {
    if (text.length !== length) return false;
    for (let i = 0; i < length; i++) if (text.charCodeAt(i) !== this.buffer[start + i]) return false;
    return true;
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
