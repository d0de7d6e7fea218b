/** The tree of a stream: where it stands, its closed shards, and its records in their order. */
import { concatBytes } from '../../base/bytes.ts';
import { assert, IntegrityFault } from '../../base/errors.ts';
import { ByteReader } from '../byte-reader.ts';
import { ByteWriter } from '../byte-writer.ts';
import type { Shard } from './shard.ts';

/*
 *  key    00                                                          value  position
 *         01 │ number of a closed shard, 4 bytes, great end first     value  shard
 *         02 │ sequence number of a record, 7 bytes, great end first  value  change-record.ts
 *
 *  position  01 │ next │ trimmed │ records in the open shard │ shard
 *  shard     number │ opened │ first │ 0, or 1 │ parent's number │ opened │ 0, or 1 │ last │ closed
 *
 * All numbers are LEB128.
 */
const format = 1;
const shardTag = 1;
const recordTag = 2;
const sequenceBytes = 7;

/** How far a stream has come. */
export interface StreamPosition {
  /** The sequence number that nothing has yet. */
  readonly next: number;
  /** Records before this one have been taken away. */
  readonly trimmed: number;
  /** In the open shard. */
  readonly recordCount: number;
  /** The open one: `end` is undefined. */
  readonly shard: Shard;
}

export const positionKey: Uint8Array = Uint8Array.of(0);

export function shardKey(number: number): Uint8Array {
  const key = new Uint8Array(5);
  key[0] = shardTag;
  new DataView(key.buffer).setUint32(1, number);
  return key;
}

export function recordKey(sequence: number): Uint8Array {
  assert(Number.isSafeInteger(sequence) && sequence >= 0, 'a sequence number is a safe integer');
  const key = Buffer.alloc(1 + sequenceBytes);
  key[0] = recordTag;
  // Six bytes hold 2^48, one more than all that is safe.
  key.writeUInt8(Math.floor(sequence / 2 ** 48), 1);
  key.writeUIntBE(sequence % 2 ** 48, 2, 6);
  return key;
}

export function sequenceOfKey(key: Uint8Array): number {
  const bytes = Buffer.from(key.buffer, key.byteOffset, key.length);
  if (bytes.length !== 1 + sequenceBytes || bytes[0] !== recordTag) throw new IntegrityFault();
  return bytes.readUInt8(1) * 2 ** 48 + bytes.readUIntBE(2, 6);
}

/** The keys of all closed shards. */
export const shardRange = { from: Uint8Array.of(shardTag), to: Uint8Array.of(recordTag) } as const;

const writer = new ByteWriter();

/** The position of a stream without a record, its first shard open since the stream was made. */
function firstPosition(sinceMs: number): StreamPosition {
  const shard = { number: 1, openedAtMs: sinceMs, first: 1, parent: undefined, end: undefined };
  return { next: 2, trimmed: 0, recordCount: 0, shard };
}

export function encodePosition({ next, trimmed, recordCount, shard }: StreamPosition): Uint8Array {
  writer.begin();
  writer.byte(format);
  for (const number of [next, trimmed, recordCount]) writer.count(number);
  const head = writer.finish();
  return concatBytes(head, encodeShard(shard));
}

/** None is stored before the first record. `sinceMs`: when the stream was made. */
export function decodePosition(bytes: Uint8Array | undefined, sinceMs: number): StreamPosition {
  if (bytes === undefined) return firstPosition(sinceMs);
  const reader = new ByteReader(bytes, 0);
  if (reader.byte() !== format) throw new IntegrityFault();
  const [next, trimmed, recordCount] = [reader.count(), reader.count(), reader.count()];
  return { next, trimmed, recordCount, shard: readShard(reader) };
}

export function encodeShard({ number, openedAtMs, first, parent, end }: Shard): Uint8Array {
  writer.begin();
  for (const each of [number, openedAtMs, first]) writer.count(each);
  for (const pair of [parent && [parent.number, parent.openedAtMs], end && [end.last, end.closedAtMs]]) {
    writer.byte(pair === undefined ? 0 : 1);
    for (const each of pair ?? []) writer.count(each);
  }
  return writer.finish();
}

export function decodeShard(bytes: Uint8Array): Shard {
  return readShard(new ByteReader(bytes, 0));
}

function readShard(reader: ByteReader): Shard {
  const [number, openedAtMs, first] = [reader.count(), reader.count(), reader.count()];
  const parent = reader.byte() === 0 ? undefined : { number: reader.count(), openedAtMs: reader.count() };
  const end = reader.byte() === 0 ? undefined : { last: reader.count(), closedAtMs: reader.count() };
  if (!reader.atEnd()) throw new IntegrityFault();
  return { number, openedAtMs, first, parent, end };
}

/** The position after the open shard was closed and the next one opened, and the closed shard. */
export function rolled(
  { next, trimmed, shard }: StreamPosition,
  nowMs: number,
): { readonly position: StreamPosition; readonly closed: Shard } {
  const closed = { ...shard, end: { last: next - 1, closedAtMs: nowMs } };
  const parent = { number: shard.number, openedAtMs: shard.openedAtMs };
  const open = { number: shard.number + 1, openedAtMs: nowMs, first: next, parent, end: undefined };
  return { closed, position: { next: next + 1, trimmed, recordCount: 0, shard: open } };
}
