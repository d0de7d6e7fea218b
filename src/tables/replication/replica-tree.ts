/** What lies in the tree of a replica: each item's version, the log of what has changed, and how far others were read. */
import { concatBytes, textOf, utf8 } from '../../base/bytes.ts';
import { IntegrityFault } from '../../base/errors.ts';
import { afterPrefix } from '../tree-key.ts';
import type { Position } from './replica-change.ts';
import { decodeStamp, encodeStamp, type Stamp } from './stamp.ts';

/*
 *  01 │ tree key of the item   →  01 │ 01 where it was deleted, else 00 │ sequence │ stamp │ whom it was read from, UTF-8
 *  02 │ sequence               →  01 │ stamp of the hybrid clock then │ tree key of the item
 *  03 │ another replica, UTF-8 →  01 │ 00 copies, 01 follows │ sequence │ tree key of the last item that was copied
 *  04                          →  01 │ sequence up to which the log was trimmed
 *
 * A sequence has 8 bytes, great end first. An item without a version was not written since its table is a replica. A version
 * stays when its item has gone: an older write that comes late must lose. Each item is in the log once at most, under the
 * sequence that its version names, so that the log never outgrows the table.
 */
const versionPrefix = Uint8Array.of(1);
const logPrefix = Uint8Array.of(2);
const positionPrefix = Uint8Array.of(3);
export const trimmedKey = Uint8Array.of(4);
const format = 1;
const sequenceBytes = 8;

export interface ItemVersion {
  /** Of the last write, of whatever region. */
  readonly stamp: Stamp;
  readonly isDeleted: boolean;
  /** Its place in the log. */
  readonly sequence: number;
  /** The replica that the write was read from; absent where it was made here. */
  readonly from?: string;
}

export interface LogEntry {
  /** Of the item in the table's tree. */
  readonly key: Uint8Array;
  readonly high: Stamp;
}

/** All versions, in the order of their items. */
export const versionRange = { from: versionPrefix, to: logPrefix };
export const logRange = { from: logPrefix, to: positionPrefix };

export function versionKey(key: Uint8Array): Uint8Array {
  return concatBytes(versionPrefix, key);
}

export function keyOfVersion(treeKey: Uint8Array): Uint8Array {
  return treeKey.slice(versionPrefix.length);
}

export function logKey(sequence: number): Uint8Array {
  return concatBytes(logPrefix, sequenceBytesOf(sequence));
}

/** The log behind this sequence. */
export function logBehind(sequence: number): { readonly from: Uint8Array; readonly to: Uint8Array } {
  return { from: afterPrefix(logKey(sequence)) ?? logRange.to, to: logRange.to };
}

export function sequenceOfLog(treeKey: Uint8Array): number {
  if (treeKey.length !== logPrefix.length + sequenceBytes) throw damaged();
  return sequenceAt(treeKey, logPrefix.length);
}

export function positionKey(from: string): Uint8Array {
  return concatBytes(positionPrefix, utf8(from));
}

export function encodeVersion({ stamp, isDeleted, sequence, from = '' }: ItemVersion): Uint8Array {
  const head = Uint8Array.of(format, isDeleted ? 1 : 0);
  return concatBytes(head, sequenceBytesOf(sequence), encodeStamp(stamp), utf8(from));
}

export function decodeVersion(value: Uint8Array): ItemVersion {
  checkFormat(value);
  const sequence = sequenceAt(value, 2);
  const { stamp, end } = decodeStamp(value, 2 + sequenceBytes);
  const from = textOf(value.subarray(end));
  return { stamp, isDeleted: value[1] === 1, sequence, ...(from !== '' && { from }) };
}

export function encodeLogEntry({ key, high }: LogEntry): Uint8Array {
  return concatBytes(Uint8Array.of(format), encodeStamp(high), key);
}

export function decodeLogEntry(value: Uint8Array): LogEntry {
  checkFormat(value);
  const { stamp: high, end } = decodeStamp(value, 1);
  return { key: value.slice(end), high };
}

export function encodePosition(position: Position): Uint8Array {
  const behind = position.kind === 'copy' ? position.behind : new Uint8Array();
  const head = Uint8Array.of(format, position.kind === 'copy' ? 0 : 1);
  return concatBytes(head, sequenceBytesOf(position.sequence), behind);
}

export function decodePosition(value: Uint8Array): Position {
  checkFormat(value);
  const sequence = sequenceAt(value, 2);
  if (value[1] === 1) return { kind: 'follow', sequence };
  return { kind: 'copy', behind: value.slice(2 + sequenceBytes), sequence };
}

export function encodeTrimmed(sequence: number): Uint8Array {
  return concatBytes(Uint8Array.of(format), sequenceBytesOf(sequence));
}

/** Zero where nothing was ever trimmed. */
export function decodeTrimmed(value: Uint8Array | undefined): number {
  if (value === undefined) return 0;
  checkFormat(value);
  return sequenceAt(value, 1);
}

function checkFormat(value: Uint8Array): void {
  if (value[0] !== format) throw damaged();
}

function sequenceBytesOf(sequence: number): Uint8Array {
  const bytes = Buffer.alloc(sequenceBytes);
  bytes.writeBigUInt64BE(BigInt(sequence));
  return bytes;
}

function sequenceAt(value: Uint8Array, at: number): number {
  if (value.length < at + sequenceBytes) throw damaged();
  const bytes = Buffer.from(value.buffer, value.byteOffset, value.length);
  return Number(bytes.readBigUInt64BE(at));
}

function damaged(): IntegrityFault {
  return new IntegrityFault({ record: 'replica' });
}
