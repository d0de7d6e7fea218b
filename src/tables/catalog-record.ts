/** The catalogue's records as bytes: one a table, and one that counts trees. */
import { equalBytes, textOf, utf8 } from '../base/bytes.ts';
import { IntegrityFault } from '../base/errors.ts';
import type { KeyLossReason } from '../keys/key-loss.ts';
import type { TableIdentity } from '../keys/table-identity.ts';
import type { DataKeyCount } from '../keys/table-keyring.ts';
import type { WrappedTableKeys } from '../keys/table-keys.ts';
import type { EncryptionChoice } from './encryption-choice.ts';
import type { IndexRecord } from './index-definition.ts';
import type { OwedNotice } from './owed-notice.ts';
import type { PastState } from './past/past-state.ts';
import type { ReplicationState } from './replication/replication-state.ts';
import type { ResourcePolicy } from './resource-policy.ts';
import type { RestoreMark } from './restore-mark.ts';
import { type StoredKeys, storedKeys, wrappedKeys } from './stored-keys.ts';
import { type StreamState, treesOfStreams } from './stream/stream-state.ts';
import type { Namespace } from './table-name.ts';
import type { Archival, KeptDefinition, TableStatus, TimeToLive } from './table-record.ts';

/** The states a table can be in at rest; the others pass while an operation answers. */
export type RecordedStatus = Extract<
  TableStatus,
  'ACTIVE' | 'INACCESSIBLE_ENCRYPTION_CREDENTIALS' | 'ARCHIVING' | 'ARCHIVED'
>;

/** How a key was lost, beside when. */
export interface LossRecord extends KeyLossReason {
  /** The owner was told that the table is about to be archived. */
  readonly isArchiveAnnounced?: true;
}

/** How much a data key may have sealed so far, and since when it is there. */
export interface DataKeyEntry extends DataKeyCount {
  readonly madeAtMs: number;
}

/** All there is to know of a table without its key. */
export interface TableRecord {
  readonly id: string;
  readonly account: string;
  readonly region: string;
  readonly definition: KeptDefinition;
  readonly encryption: EncryptionChoice['kind'];
  readonly keys: WrappedTableKeys;
  /** In any order. A data key without an entry is as old as the table and in its first block: see data-key-upkeep.ts. */
  readonly dataKeyUse?: readonly DataKeyEntry[];
  /** The number of the tree that holds its items. */
  readonly tree: number;
  /** Present exactly where there are any, each with a tree of its own. */
  readonly indexes?: readonly IndexRecord[];
  /** The tree with the sizes of item collections; present exactly where there are local indexes. */
  readonly collectionTree?: number;
  /** Oldest first, each with a tree of its own; those that ended are kept for a day. */
  readonly streams?: readonly StreamState[];
  /** Present exactly where any moment of the table's past can be restored. */
  readonly past?: PastState;
  /** Present exactly where the table is one of the replicas of a group. */
  readonly replication?: ReplicationState;
  readonly timeToLive?: TimeToLive;
  /** Of the table and its streams; nobody is judged by them yet. */
  readonly policies?: readonly ResourcePolicy[];
  readonly status: RecordedStatus;
  /** Present exactly when not active: the moment that the loss of the key was noticed. */
  readonly inaccessibleSinceMs?: number;
  /** Absent also where an earlier version noticed it. */
  readonly keyLoss?: LossRecord;
  /** Present exactly where archived: there are no trees any more then. */
  readonly archival?: Archival;
  /** What its owner is to be told, oldest first. */
  readonly notices?: readonly OwedNotice[];
  /** When its key was changed, as far as that counts still: see encryption-quota.ts. */
  readonly encryptionChangesMs?: readonly number[];
  /** Present exactly while the table is restored: nobody can use it yet, and its trees are not whole. */
  readonly restore?: RestoreMark;
  readonly createdAtMs: number;
  /** As the tree last said while it was open. */
  readonly itemCount: number;
  readonly tableBytes: number;
  readonly lastIncreaseMs?: number;
  readonly lastDecreaseMs?: number;
  /** On the day of the last, by UTC; absent also where an earlier version lowered the units. */
  readonly decreasesThatDay?: number;
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

/** Where all of them lie. */
export const tableRecords = { from: utf8('['), to: utf8('\\') };

/** Which table a record is of, by where it lies. */
export function placeOfRecord(key: Uint8Array): Namespace & { readonly name: string } {
  const [region, account, name] = JSON.parse(textOf(key)) as [string, string, string];
  return { region, account, name };
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

export type TablePlaces = Pick<
  TableRecord,
  'tree' | 'indexes' | 'collectionTree' | 'streams' | 'past' | 'replication' | 'archival'
>;

/** Every tree of the table, its items' first; none of one that was archived. */
export function treesOf({
  tree,
  indexes = [],
  collectionTree,
  streams = [],
  past,
  replication,
  archival,
}: TablePlaces): readonly number[] {
  if (archival !== undefined) return [];
  const collections = collectionTree === undefined ? [] : [collectionTree];
  const pasts = past?.tree === undefined ? [] : [past.tree];
  const replicas = replication?.tree === undefined ? [] : [replication.tree];
  const others = [...treesOfStreams(streams), ...pasts, ...replicas, ...collections];
  return [tree, ...indexes.map((index) => index.tree), ...others];
}

/** Of one table: by number and id, a data key is what it ever was. */
export function areSameKeys(one: WrappedTableKeys, other: WrappedTableKeys): boolean {
  const placesOf = ({ dataKeys }: WrappedTableKeys) => dataKeys.map(({ tree, id }) => `${tree}/${id}`).join();
  const isSame = one.grantId === other.grantId && equalBytes(one.tableKey, other.tableKey);
  return isSame && placesOf(one) === placesOf(other);
}

/** The record with another list of indexes, and without the keys of trees that it then has no more. */
export function withIndexes(
  { indexes: before = [], ...rest }: TableRecord,
  indexes: readonly IndexRecord[],
): TableRecord {
  const trees = new Set(indexes.map(({ tree }) => tree));
  const gone = new Set(before.map(({ tree }) => tree).filter((tree) => !trees.has(tree)));
  const { keys } = rest;
  const dataKeys = keys.dataKeys.filter(({ tree }) => !gone.has(tree));
  const next = gone.size === 0 ? rest : { ...rest, keys: { ...keys, dataKeys } };
  return indexes.length === 0 ? next : { ...next, indexes };
}

type TableIdentityParts = Pick<TableRecord, 'id' | 'account' | 'region'> & {
  readonly definition: Pick<KeptDefinition, 'name'>;
};

/** Who the table is to the key service. */
export function identityOf({ id, account, region, definition }: TableIdentityParts): TableIdentity {
  return { id, name: definition.name, account, region };
}

/** True where the table can only be looked at: its data is in a backup, or on the way there. */
export function isWithdrawn({ status }: Pick<TableRecord, 'status'>): boolean {
  return status === 'ARCHIVING' || status === 'ARCHIVED';
}

/** False while it is filled, from a backup or from another region: nobody can use it yet. */
export function isWhole({ restore, replication }: Pick<TableRecord, 'restore' | 'replication'>): boolean {
  return restore === undefined && replication?.isCopying === undefined;
}

/** The record of a table whose key can be used again, or still. */
export function accessible({ inaccessibleSinceMs: _, keyLoss: __, ...rest }: TableRecord): TableRecord {
  return { ...rest, status: 'ACTIVE' };
}
