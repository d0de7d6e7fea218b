/** One change in the past of a table: which item it was of, and what that was before. */
import { IntegrityFault } from '../../base/errors.ts';
import type { Item } from '../attribute.ts';
import { decodeItem } from '../item.ts';

/*
 *  key    milliseconds since 1970, 6 bytes │ number within them, 4 bytes; great ends first
 *  value  01 │ 01 where the item was there before, else 00 │ bytes of its key, 2, great end first │ key │ item before
 */
const format = 1;
const timeBytes = 6;
const keyBytes = timeBytes + 4;
const headerBytes = 4;

/** When a change was made, and its place among those of the same millisecond. */
export interface PastMoment {
  readonly ms: number;
  readonly number: number;
}

export interface PastEntry {
  /** Of the item in the table's tree. */
  readonly key: Uint8Array;
  /** Undefined where it was not there. */
  readonly before: Item | undefined;
}

export function momentKey({ ms, number }: PastMoment): Uint8Array {
  const key = Buffer.alloc(keyBytes);
  key.writeUIntBE(ms, 0, timeBytes);
  key.writeUInt32BE(number, timeBytes);
  return key;
}

/** Throws IntegrityFault for a key of another length. */
export function momentOf(key: Uint8Array): PastMoment {
  const bytes = Buffer.from(key.buffer, key.byteOffset, key.length);
  if (bytes.length !== keyBytes) throw new IntegrityFault({ record: 'past' });
  return { ms: bytes.readUIntBE(0, timeBytes), number: bytes.readUInt32BE(timeBytes) };
}

/** `before`: the item as it is stored; undefined where there was none. */
export function encodePast(key: Uint8Array, before: Uint8Array | undefined): Uint8Array {
  const value = Buffer.alloc(headerBytes + key.length + (before?.length ?? 0));
  value.writeUInt8(format, 0);
  value.writeUInt8(before === undefined ? 0 : 1, 1);
  value.writeUInt16BE(key.length, 2);
  value.set(key, headerBytes);
  if (before !== undefined) value.set(before, headerBytes + key.length);
  return value;
}

/** Throws IntegrityFault for what encodePast does not write. */
export function decodePast(value: Uint8Array): PastEntry {
  const bytes = Buffer.from(value.buffer, value.byteOffset, value.length);
  if (bytes.length < headerBytes || bytes[0] !== format) throw new IntegrityFault({ record: 'past' });
  const itemAt = headerBytes + bytes.readUInt16BE(2);
  if (itemAt > bytes.length) throw new IntegrityFault({ record: 'past' });
  const key = new Uint8Array(bytes.subarray(headerBytes, itemAt));
  if (bytes[1] === 0) return { key, before: undefined };
  const item = new Uint8Array(bytes.subarray(itemAt));
  return { key, before: decodeItem(item, 0, item.length) };
}
