/** What is left of a deleted table for a day: its streams, which stay readable under the key that the table had. */
import { textOf, utf8 } from '../base/bytes.ts';
import { IntegrityFault } from '../base/errors.ts';
import type { WrappedTableKeys } from '../keys/table-keys.ts';
import type { TableRecord } from './catalog-record.ts';
import { type StoredKeys, storedKeys, wrappedKeys } from './stored-keys.ts';
import { isPast, type StreamState, treesOfStreams } from './stream/stream-state.ts';
import type { Namespace } from './table-name.ts';
import type { KeptDefinition } from './table-record.ts';

export interface DeletedTable extends Namespace {
  /** As the table had it: no other ever has, also where another has its name by now. */
  readonly id: string;
  readonly definition: Pick<KeptDefinition, 'name' | 'keySchema'>;
  /** Without the data keys of trees that went with the table. */
  readonly keys: WrappedTableKeys;
  /** Ended, all of them, and at least one. */
  readonly streams: readonly StreamState[];
}

type StoredDeletion = Omit<DeletedTable, 'keys'> & { readonly format: number; readonly keys: StoredKeys };

const format = 1;
/** No table's key is like it: those begin with a bracket. */
const keyPrefix = 'deleted ';

/** Several that had one name lie side by side. */
export function deletedTableKey({ account, region, definition, id }: DeletedTable): Uint8Array {
  return utf8(`${keyPrefix}${JSON.stringify([region, account, definition.name, id])}`);
}

export function isDeletedTableKey(key: Uint8Array): boolean {
  return Buffer.from(key.buffer, key.byteOffset, key.length).toString('latin1').startsWith(keyPrefix);
}

export function encodeDeletedTable({ keys, ...rest }: DeletedTable): Uint8Array {
  const stored: StoredDeletion = { format, ...rest, keys: storedKeys(keys) };
  return utf8(JSON.stringify(stored));
}

/** The bytes come out of a sealed page: they are what was written, if perhaps by another version. */
export function decodeDeletedTable(bytes: Uint8Array): DeletedTable {
  let stored: StoredDeletion | undefined;
  try {
    stored = JSON.parse(textOf(bytes)) as StoredDeletion;
  } catch {
    throw new IntegrityFault({ record: 'catalogue' });
  }
  if (stored?.format !== format) throw new IntegrityFault({ record: 'catalogue' });
  const { format: _, keys, ...rest } = stored;
  return { ...rest, keys: wrappedKeys(keys) };
}

/** What stays when a table is deleted now, its stream ended with it; undefined where nothing does. */
export function remainsOf(record: TableRecord, nowMs: number): DeletedTable | undefined {
  const { id, account, region, definition, keys, streams = [] } = record;
  const { name, keySchema } = definition;
  const ended = streams.map((stream) => ({ disabledAtMs: nowMs, ...stream }));
  return lasting({ id, account, region, definition: { name, keySchema }, keys, streams: ended }, nowMs);
}

/** What of it can still be read; undefined where nothing can. */
export function lasting(deleted: DeletedTable, nowMs: number): DeletedTable | undefined {
  const streams = deleted.streams.filter((stream) => !isPast(stream, nowMs));
  if (streams.length === 0) return undefined;
  const trees = treesOfStreams(streams);
  const dataKeys = deleted.keys.dataKeys.filter(({ tree }) => trees.includes(tree));
  return { ...deleted, streams, keys: { ...deleted.keys, dataKeys } };
}
