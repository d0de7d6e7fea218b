/** Every byte of a backup file, drawn once beside its constants. Numbers are little-endian. */
import { utf8 } from '../base/bytes.ts';

/*
 * A backup file:
 *
 *   0 mark 8 │ 8 format u32 │ 12 bytes of the manifest u32 │ 16 manifest, sealed │ sections │ footer
 *
 * A section, one a tree:
 *
 *   0 tree u48 │ 6 zero u48 │ 12 zero u32 │ pages, by ascending ids │ end: 16 zeros
 *
 * A page, the body as it lies in the store:
 *
 *   0 page id u48 │ 6 version u48 │ 12 bytes of the body u32 │ 16 body
 *
 * The footer:
 *
 *   0 0xffffffffffff u48 │ 6 pages u48 │ 12 zero u32 │ 16 SHA-256 of all before
 *
 * The manifest is an envelope of CryptoCore.sealBytes; its context names the backup. It holds the table as the catalogue
 * had it, with its wrapped keys, and the heads of its trees, which vouch for the pages. So the digest need not be a
 * secret: it tells what is broken, without any key, and the seals tell what is forged.
 */
/** The name of a file is the id of its backup, and this. */
export const backupSuffix = '.backup';
export const backupMark = utf8('cryptbk1');
export const backupFormat = 1;
export const backupHeaderBytes = 16;
export const entryHeaderBytes = 16;
export const versionAt = 6;
export const lengthAt = 12;
export const footerTree = 0xffff_ffff_ffff;
export const digestBytes = 32;
export const manifestBytesMax = 64 * 2 ** 20;
/** Far above what a page takes in a store with the largest pages. */
export const bodyBytesMax = 2 ** 20;
