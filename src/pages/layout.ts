/** Every byte of a page, drawn once beside its constants. Numbers are little-endian. */
import { sealedPageOverheadBytes, tagBytes } from '../crypto/core.ts';

/*
 * A stored page or head:
 *
 *   0 format u8 │ 1 algorithm u8 │ 2 zero u16 │ 4 data-key id u32 │ 8 nonce 24 │ 32 ciphertext … │ tag 16
 *
 * The first eight bytes are clear and are repeated in the associated data:
 *
 *   0 format u8 │ 1 algorithm u8 │ 2 kind u8 │ 3 zero u8 │ 4 store id 16 │ 20 tree u64 │ 28 page u64
 *   36 data-key id u32 │ 40 version u64 │ 48 plaintext length u32                      (52 bytes)
 *
 * The version is the number of the tree's commit that wrote the page; a head's page id is 0.
 */
export const formatVersion = 1;
export const algorithmXaes256Gcm = 1;
export const clearHeaderBytes = 8;
export const dataKeyIdAt = 4;
/** The longest body that SQLite keeps in one 8 KiB page beside its row's integers. */
export const pageBodyBytesMax = 8142;
export const plainPageBytes = pageBodyBytesMax - clearHeaderBytes - sealedPageOverheadBytes;
export const associatedBytes = 52;
export const storeIdBytes = 16;
export const pageKind = { page: 1, head: 2, log: 3 } as const;
export type PageKind = (typeof pageKind)[keyof typeof pageKind];

/*
 * A reference to a page, as parents and heads hold it (28 bytes):
 *
 *   0 page id u48 │ 6 version u48 │ 12 tag 16
 */
export const refBytes = 12 + tagBytes;
export const refVersionAt = 6;
export const refTagAt = 12;

/*
 * A node (plainPageBytes long): slots grow upwards, cells downwards, both in key order through the slots.
 *
 *   0 level u8 (0: leaf) │ 1 zero u8 │ 2 count u16 │ 4 start of cells u16 │ 6 bytes of dead cells u16
 *   8 slots: offset of a cell u16 × count │ free │ cells
 *
 * A cell of a leaf, the value inline or in overflow pages:
 *
 *   0 key length u16 │ 2 value length u16 │ 4 key │ value
 *   0 key length u16 │ 2 0xffff           │ 4 key │ value length u32 │ version u48 │ { page id u48 │ tag 16 } × pages
 *
 * A cell of an inner node; the first cell's key is empty and stands for all below the second's:
 *
 *   0 key length u16 │ 2 reference to the child 28 │ 30 key
 */
export const nodeHeaderBytes = 8;
export const slotBytes = 2;
export const nodeCapacityBytes = plainPageBytes - nodeHeaderBytes;
export const leafCellHeaderBytes = 4;
export const innerCellHeaderBytes = 2 + refBytes;
export const innerRefAt = 2;
export const overflowMark = 0xffff;
export const overflowListHeaderBytes = 10;
export const overflowEntryBytes = 6 + tagBytes;
export const keyBytesMax = 3100;
/** A longer value goes to overflow pages: about a quarter of a page. */
export const inlineValueBytesMax = 2023;
/** An item of 400 KB by DynamoDB's rules takes up to twice that: a list of empty strings. */
export const valueBytesMax = 840_000;
export const nodeLevelMax = 15;
/** The last overflow page of a value is as long as needed, rounded up so that it tells less of the value's length. */
export const overflowStepBytes = 512;

/*
 * An overflow page is a stretch of the value and nothing else. The plaintext of a head, which ends before the log where the
 * tree has none:
 *
 *   0 reference to the root 28 │ 28 next page id u64 │ 36 entries u64 │ 44 pages u64 │ 52 bytes of keys and values u64
 *   60 reference to the last page of the log 28 │ 88 pages of the log u64
 */
export const headPlainBytes = 60;
export const headWithLogBytes = headPlainBytes + refBytes + 8;

/*
 * A page of the log of references (ref-log.ts), as long as it needs to be in steps as overflow pages are:
 *
 *   0 reference to the page before 28 │ 28 count u16 │ { parent's page id u48 │ reference to the child 28 } × count │ zeros
 */
export const logHeaderBytes = refBytes + 2;
export const logEntryBytes = 6 + refBytes;
export const logEntriesMax = Math.floor((plainPageBytes - logHeaderBytes) / logEntryBytes);

export function logPageBytes(entries: number): number {
  const bytes = logHeaderBytes + entries * logEntryBytes;
  return Math.min(plainPageBytes, Math.ceil(bytes / overflowStepBytes) * overflowStepBytes);
}

/** How many overflow pages a value of this length takes. */
export function overflowPageCount(valueBytes: number): number {
  return Math.ceil(valueBytes / plainPageBytes);
}

/** The plaintext length of one of a value's overflow pages. */
export function overflowPlainBytes(valueBytes: number, index: number): number {
  const left = valueBytes - index * plainPageBytes;
  return Math.min(plainPageBytes, Math.ceil(left / overflowStepBytes) * overflowStepBytes);
}

export function readU8(bytes: Uint8Array, at: number): number {
  return bytes[at] as number;
}

export function readU16(bytes: Uint8Array, at: number): number {
  return (bytes[at] as number) | ((bytes[at + 1] as number) << 8);
}

export function writeU16(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value;
  bytes[at + 1] = value >>> 8;
}

export function readU32(bytes: Uint8Array, at: number): number {
  return (readU16(bytes, at) | (readU16(bytes, at + 2) << 16)) >>> 0;
}

export function writeU32(bytes: Uint8Array, at: number, value: number): void {
  writeU16(bytes, at, value);
  writeU16(bytes, at + 2, value >>> 16);
}

const twoTo32 = 2 ** 32;

export function readU48(bytes: Uint8Array, at: number): number {
  return readU32(bytes, at) + readU16(bytes, at + 4) * twoTo32;
}

export function writeU48(bytes: Uint8Array, at: number, value: number): void {
  writeU32(bytes, at, value >>> 0);
  writeU16(bytes, at + 4, Math.floor(value / twoTo32));
}

/** Up to 2^53-1. */
export function readU64(bytes: Uint8Array, at: number): number {
  return readU32(bytes, at) + readU32(bytes, at + 4) * twoTo32;
}

export function writeU64(bytes: Uint8Array, at: number, value: number): void {
  writeU32(bytes, at, value >>> 0);
  writeU32(bytes, at + 4, Math.floor(value / twoTo32));
}
