/** What the catalogue keeps of a backup: sealed there, it says which file is the backup's and how that ends. */
import { textOf, utf8 } from '../base/bytes.ts';
import { IntegrityFault } from '../base/errors.ts';
import { decodeTableRecord, encodeTableRecord, type TableRecord } from '../tables/catalog-record.ts';
import type { ShelfEntry } from '../tables/catalog-shelf.ts';

/**
 * SYSTEM: made for a table that was deleted while its past could be restored. PASSING: for the time that such a restore takes,
 * shown to nobody, and with the past of the table.
 */
export type BackupType = 'USER' | 'SYSTEM' | 'PASSING';
export type BackupStatus = 'CREATING' | 'AVAILABLE' | 'DELETED';

export interface BackupRecord {
  /** Names the file, and tells it from every other. */
  readonly id: string;
  readonly arn: string;
  readonly name: string;
  readonly type: BackupType;
  readonly status: BackupStatus;
  readonly createdAtMs: number;
  /** Absent: it stays until it is deleted. */
  readonly expiresAtMs?: number;
  /** The table as the catalogue had it at the commit that the backup is of. */
  readonly source: TableRecord;
  /** Of the file; 0 until it is whole. */
  readonly bytes: number;
  /** How the file ends, in hexadecimal; empty until it is whole. */
  readonly digest: string;
}

type StoredRecord = Omit<BackupRecord, 'id' | 'source'> & {
  readonly format: number;
  readonly source: string;
};

export const backupKind = 'backup';
const format = 1;

export function backupEntry({ id, source, ...rest }: BackupRecord): ShelfEntry & { readonly value: object } {
  const stored: StoredRecord = { format, ...rest, source: textOf(encodeTableRecord(source)) };
  return { id, value: stored };
}

/** Throws IntegrityFault for what another version wrote. */
export function backupRecordOf({ id, value }: ShelfEntry): BackupRecord {
  const isOurs = typeof value === 'object' && value !== null && 'format' in value && value.format === format;
  if (!isOurs) throw new IntegrityFault({ record: 'backup' });
  const { format: _, source, ...rest } = value as StoredRecord;
  return { id, ...rest, source: decodeTableRecord(utf8(source)) };
}
