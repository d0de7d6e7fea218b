/** When a write of a replicated item was made, by the hybrid clock of its region: of two writes, the greater one wins. */
import { textOf, utf8 } from '../../base/bytes.ts';
import { assert, IntegrityFault } from '../../base/errors.ts';

export interface Stamp {
  readonly ms: number;
  /** Among those of the same millisecond. */
  readonly count: number;
  /** The region that the write was made in: no two regions ever make the same stamp. */
  readonly region: string;
}

export const countMax = 2 ** 32 - 1;
const regionBytesMax = 255;

/*
 *  milliseconds since 1970, 6 bytes │ count, 4 bytes │ bytes of the region, 1 │ region, UTF-8; great ends first
 */
const headBytes = 11;

/** Less than zero where `one` is older. The region is last: it only parts writes that nothing else parts. */
export function compareStamps(one: Stamp, other: Stamp): number {
  return one.ms - other.ms || one.count - other.count || compareRegions(one.region, other.region);
}

function compareRegions(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}

export function encodeStamp({ ms, count, region }: Stamp): Uint8Array {
  const name = utf8(region);
  assert(name.length <= regionBytesMax, 'a region has a short name');
  const bytes = Buffer.alloc(headBytes + name.length);
  bytes.writeUIntBE(ms, 0, 6);
  bytes.writeUInt32BE(count, 6);
  bytes.writeUInt8(name.length, 10);
  bytes.set(name, headBytes);
  return bytes;
}

export interface DecodedStamp {
  readonly stamp: Stamp;
  /** Where what follows it begins. */
  readonly end: number;
}

/** The stamp that lies from `at` on. Throws IntegrityFault for what encodeStamp does not write. */
export function decodeStamp(value: Uint8Array, at: number): DecodedStamp {
  const bytes = Buffer.from(value.buffer, value.byteOffset, value.length);
  if (bytes.length < at + headBytes) throw new IntegrityFault({ record: 'replica' });
  const begin = at + headBytes;
  const end = begin + bytes.readUInt8(at + 10);
  if (end > bytes.length) throw new IntegrityFault({ record: 'replica' });
  const region = textOf(bytes.subarray(begin, end));
  return { stamp: { ms: bytes.readUIntBE(at, 6), count: bytes.readUInt32BE(at + 6), region }, end };
}
