/** What the catalogue keeps of an export: who asked for what, and what became of it. */
import { IntegrityFault } from '../base/errors.ts';
import type { ShelfEntry } from '../tables/catalog-shelf.ts';
import { type Transfer, transferValue } from './transfer-book.ts';

export interface ExportRecord extends Transfer {
  readonly itemCount: number;
  /** Of the items, as the table counts them. */
  readonly bytes: number;
}

export const exportKind = 'export';

/** Throws IntegrityFault for what another version wrote. */
export function exportRecordOf(entry: ShelfEntry): ExportRecord {
  const value = transferValue(entry);
  if (value === undefined) throw new IntegrityFault({ record: 'export' });
  return value as ExportRecord;
}

/** The beginning of the keys of all its objects. */
export function exportFolder({ prefix, id }: Pick<ExportRecord, 'prefix' | 'id'>): string {
  return `${prefix === undefined || prefix === '' ? '' : `${prefix.replace(/\/$/, '')}/`}AWSDynamoDB/${id}`;
}
