/** The catalogue's records as bytes: one a table, and one that counts trees. */
import { textOf, utf8 } from '../base/bytes.ts';
import { IntegrityFault } from '../base/errors.ts';
import type { TableIdentity } from '../keys/table-identity.ts';
import type { WrappedTableKeys } from '../keys/table-keys.ts';
import { type StoredKeys, storedKeys, wrappedKeys } from './stored-keys.ts';
import type { EncryptionChoice, TableDefinition, TableStatus } from './table-record.ts';

/** The states a table can be in at rest; the others pass while an operation answers. */
export type RecordedStatus = Extract<TableStatus, 'ACTIVE' | 'INACCESSIBLE_ENCRYPTION_CREDENTIALS'>;

/** All there is to know of a table without its key. */
export interface TableRecord {
  readonly id: string;
  readonly account: string;
  readonly region: string;
  readonly definition: Omit<TableDefinition, 'encryption'>;
  readonly encryption: EncryptionChoice['kind'];
  readonly keys: WrappedTableKeys;
  /** The number of the tree that holds its items. */
  readonly tree: number;
  readonly status: RecordedStatus;
  /** Present exactly when inaccessible: the moment that was noticed. */
  readonly inaccessibleSinceMs?: number;
  readonly createdAtMs: number;
  /** As the tree last said while it was open. */
  readonly itemCount: number;
  readonly tableBytes: number;
  readonly lastIncreaseMs?: number;
  readonly lastDecreaseMs?: number;
  readonly payPerRequestSinceMs?: number;
  readonly tableClassSinceMs?: number;
}

type StoredRecord = Omit<TableRecord, 'keys'> & { readonly format: number; readonly keys: StoredKeys };

const format = 1;

/** Where the catalogue keeps the number of the next tree. No table's key is like it: those begin with a bracket. */
export const nextTreeKey = utf8('next tree');

/** The place of a table's record: its name, so that no two can have one. */
export function tableRecordKey({ account, region, definition }: TableRecord): Uint8Array {
  return utf8(JSON.stringify([region, account, definition.name]));
}

export function encodeTableRecord({ keys, ...rest }: TableRecord): Uint8Array {
  const stored: StoredRecord = { format, ...rest, keys: storedKeys(keys) };
  return utf8(JSON.stringify(stored));
}

/** The bytes come out of a sealed page: they are what was written, if perhaps by another version. */
export function decodeTableRecord(bytes: Uint8Array): TableRecord {
  const { format: _, keys, ...rest } = parsed(bytes) as StoredRecord;
  return { ...rest, keys: wrappedKeys(keys) };
}

export function encodeNextTree(next: number): Uint8Array {
  return utf8(JSON.stringify({ format, next }));
}

export function decodeNextTree(bytes: Uint8Array): number {
  return (parsed(bytes) as { readonly next: number }).next;
}

function parsed(bytes: Uint8Array): object {
  let value: unknown;
  try {
    value = JSON.parse(textOf(bytes));
  } catch {
    throw new IntegrityFault({ record: 'catalogue' });
  }
  const isOurs = typeof value === 'object' && value !== null && 'format' in value && value.format === format;
  if (!isOurs) throw new IntegrityFault({ record: 'catalogue' });
  return value as object;
}

/** Every tree of the table, its items' first. */
export function treesOf({ tree }: TableRecord): readonly number[] {
  return [tree];
}

/** Who the table is to the key service. */
export function identityOf({ id, account, region, definition }: TableRecord): TableIdentity {
  return { id, name: definition.name, account, region };
}

/** The record of a table whose key can be used again, or still. */
export function accessible({ inaccessibleSinceMs: _, ...rest }: TableRecord): TableRecord {
  return { ...rest, status: 'ACTIVE' };
}
