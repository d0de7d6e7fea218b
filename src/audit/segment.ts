/** One file of the audit trail: sealed records, each bound to all that came before it. */
import { createHash } from 'node:crypto';
import { concatBytes, textOf, utf8 } from '../base/bytes.ts';
import { assert, IntegrityFault } from '../base/errors.ts';
import { type CryptoCore, envelopeOverheadBytes, type SecretKey } from '../crypto/core.ts';

/*
 * A segment is frames, one after another: length of the sealed text (u32, big endian) ‖ sealed text.
 * The first frame is the segment's opening, which holds the link before it; the others are records. Associated data of a
 * record: domain, trail id, segment number, number of the record in the trail, and the link before it; of an opening:
 * domain and segment number, so that each segment can be read by itself. The link of a frame is SHA-256(domain ‖ link
 * before it ‖ its sealed text): whoever changes, drops, adds or moves a record breaks this frame and every later one. The
 * first link of a trail is that of nothing.
 */
const domain = utf8('cryptable audit 1');
const lengthBytes = 4;
export const linkBytes = 32;
/** A record as CloudTrail bounds it, with room for what stands beside it. */
export const textBytesMax = 320 * 1024;
const format = 1;

export const firstLink: Uint8Array = createHash('sha256').update(domain).digest();

export interface TrailKey {
  readonly core: CryptoCore;
  readonly key: SecretKey;
}

/** How far the trail goes: its last record's number, and the link that the next frame is bound to. */
export interface TrailHead {
  readonly records: number;
  readonly link: Uint8Array;
}

/** What a record is bound to: its segment, and the trail before it. */
export interface FramePlace extends TrailHead {
  readonly trailId: string;
  readonly segment: number;
}

/** How the segment before ended, as the one after it saw it. */
export interface SegmentEnd {
  /** Bytes of whole frames. */
  readonly bytes: number;
  /** What lay behind them and was never acknowledged: a write that a crash or a full disk cut off. */
  readonly tornBytes: number;
}

export interface SegmentOpening extends FramePlace {
  readonly madeMs: number;
  /** Absent in the first segment of a trail. */
  readonly before?: SegmentEnd;
  /** Segments up to this number were dropped because of their age: the chain begins after them. */
  readonly droppedSegments: number;
  /** The segment before was not as it had been written: the chain goes on from the anchor. */
  readonly isBroken?: true;
}

export function nextLink(link: Uint8Array, sealed: Uint8Array): Uint8Array {
  return createHash('sha256').update(domain).update(link).update(sealed).digest();
}

/** A frame as it is written, and the link to the next. */
export function sealFrame(
  { core, key }: TrailKey,
  text: string,
  place: FramePlace,
): { frame: Uint8Array; link: Uint8Array } {
  const plain = utf8(text);
  assert(plain.length <= textBytesMax, 'a record of the trail is within its bound');
  const sealed = core.sealBytes(key, plain, contextOf(place));
  const length = Buffer.alloc(lengthBytes);
  length.writeUInt32BE(sealed.length);
  return { frame: concatBytes(length, sealed), link: nextLink(place.link, sealed) };
}

/** Throws IntegrityFault for anything but what was sealed for this place. */
export function openFrame({ core, key }: TrailKey, sealed: Uint8Array, place: FramePlace): string {
  return textOf(core.openBytes(key, sealed, contextOf(place)));
}

/** The first frame of a segment, and the link to its first record. */
export function sealOpening(key: TrailKey, opening: SegmentOpening): { frame: Uint8Array; link: Uint8Array } {
  const { link, ...fields } = opening;
  const stored: StoredOpening = { format, ...fields, link: Buffer.from(link).toString('hex') };
  const { frame } = sealFrame(key, JSON.stringify(stored), openingPlace(opening.segment));
  return { frame, link: nextLink(link, frame.subarray(lengthBytes)) };
}

/** Throws IntegrityFault for anything but an opening of this segment. */
export function openOpening(key: TrailKey, sealed: Uint8Array, segment: number): SegmentOpening {
  const stored = JSON.parse(openFrame(key, sealed, openingPlace(segment))) as StoredOpening;
  const { format: found, link, ...opening } = stored;
  if (found !== format || opening.segment !== segment) throw new IntegrityFault({ record: 'audit segment' });
  return { ...opening, link: Buffer.from(link, 'hex') };
}

interface StoredOpening extends Omit<SegmentOpening, 'link'> {
  readonly format: number;
  readonly link: string;
}

function openingPlace(segment: number): FramePlace {
  return { trailId: '', segment, records: 0, link: firstLink };
}

/** Where the sealed text of the frame at `offset` lies. Undefined where no whole frame is left. */
export function frameAt(bytes: Uint8Array, offset: number): Uint8Array | undefined {
  if (bytes.length - offset < lengthBytes) return undefined;
  const length = Buffer.from(bytes.buffer, bytes.byteOffset + offset, lengthBytes).readUInt32BE();
  const end = offset + lengthBytes + length;
  const isPossible = length >= envelopeOverheadBytes && length <= textBytesMax + envelopeOverheadBytes;
  return isPossible && end <= bytes.length ? bytes.subarray(offset + lengthBytes, end) : undefined;
}

export function frameBytes(sealed: Uint8Array): number {
  return lengthBytes + sealed.length;
}

/**
 * True where what is left can be what a crash leaves of a write: the beginning of one frame, or zeros. A whole
 * frame that does not open was changed by someone.
 */
export function isTorn(rest: Uint8Array): boolean {
  if (rest.every((byte) => byte === 0)) return true;
  if (rest.length < lengthBytes) return true;
  const length = Buffer.from(rest.buffer, rest.byteOffset, lengthBytes).readUInt32BE();
  const isPossible = length >= envelopeOverheadBytes && length <= textBytesMax + envelopeOverheadBytes;
  return isPossible && rest.length < lengthBytes + length;
}

const nameForm = /^segment-(\d{12})\.sealed$/;

export function segmentName(segment: number): string {
  return `segment-${String(segment).padStart(12, '0')}.sealed`;
}

/** Undefined for what is no segment. */
export function segmentOf(name: string): number | undefined {
  const digits = nameForm.exec(name)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

function contextOf({ trailId, segment, records, link }: FramePlace): Uint8Array {
  const numbers = Buffer.alloc(16);
  numbers.writeBigUInt64BE(BigInt(segment));
  numbers.writeBigUInt64BE(BigInt(records), 8);
  return concatBytes(domain, utf8(trailId), numbers, link);
}
