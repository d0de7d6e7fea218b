/** What the catalogue keeps of an export: who asked for what, and what became of it. */
import { IntegrityFault } from '../base/errors.ts';
import type { ShelfEntry } from '../tables/catalog-shelf.ts';
import { type Transfer, transferValue } from './transfer-book.ts';

/** Changes from `fromMs` on, up to but without `toMs`. */
export interface ExportedChanges {
  readonly fromMs: number;
  readonly toMs: number;
  readonly view: 'NEW_IMAGE' | 'NEW_AND_OLD_IMAGES';
}

export interface ExportRecord extends Transfer {
  /** The moment that it is of; absent: the one at which it was asked for. */
  readonly atMs?: number;
  /** Present where it is of changes alone. */
  readonly changes?: ExportedChanges;
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

type Place = Pick<ExportRecord, 'prefix' | 'id' | 'changes'>;

/** The beginning of the keys of its objects; those with the changes of an export of changes alone lie beside it. */
export function exportFolder({ prefix, id }: Omit<Place, 'changes'>): string {
  return `${rootOf(prefix)}/${id}`;
}

/** The beginning of the keys of objects with items or changes: AWS has one folder for the changes of all exports. */
export function exportedObjects(place: Place): string {
  const { prefix, id, changes } = place;
  return changes === undefined ? `${exportFolder(place)}/data/` : `${rootOf(prefix)}/data/${id}-`;
}

function rootOf(prefix: string | undefined): string {
  return `${prefix === undefined || prefix === '' ? '' : `${prefix.replace(/\/$/, '')}/`}AWSDynamoDB`;
}
