/** What the catalogue keeps of an import: what is made of what, and how far that has come. */
import { IntegrityFault } from '../base/errors.ts';
import type { ShelfEntry } from '../tables/catalog-shelf.ts';
import { type Transfer, transferValue } from './transfer-book.ts';

export type ImportCompression = 'GZIP' | 'ZSTD' | 'NONE';

export interface CsvOptions {
  readonly delimiter?: string;
  /** Absent: the first row of each object. */
  readonly header?: readonly string[];
}

export interface ImportCounts {
  /** Lines, and those of them that became items, and that could not. */
  readonly processedItems: number;
  readonly importedItems: number;
  readonly errors: number;
  /** Of the objects as they lie there. */
  readonly processedBytes: number;
}

export interface ImportRecord extends Transfer, ImportCounts {
  readonly compression: ImportCompression;
  /** Present where the objects are CSV; else they are DynamoDB's JSON. */
  readonly csv?: CsvOptions;
  /** The parameters of the table, as the request had them. */
  readonly parameters: object;
}

export const importKind = 'import';
export const nothingImported: ImportCounts = {
  processedItems: 0,
  importedItems: 0,
  errors: 0,
  processedBytes: 0,
};

/** Throws IntegrityFault for what another version wrote. */
export function importRecordOf(entry: ShelfEntry): ImportRecord {
  const value = transferValue(entry);
  if (value === undefined) throw new IntegrityFault({ record: 'import' });
  return value as ImportRecord;
}
