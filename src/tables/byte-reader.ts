/** Reads what byte-writer.ts wrote. */
import { IntegrityFault } from '../base/errors.ts';

const knownNameBytesMax = 32;
const slotMask = 0x3ff;
const knownNames: (string | undefined)[] = new Array(slotMask + 1).fill(undefined);

/** Reads within its bytes or throws an IntegrityFault; what it returns shares no memory with them. */
export class ByteReader {
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

  integer(): number {
    const zigzag = this.count();
    return zigzag % 2 === 0 ? zigzag / 2 : -(zigzag + 1) / 2;
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
