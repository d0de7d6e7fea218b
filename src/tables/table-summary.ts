/** What those who look after a store want to know of a table: who it is, its key, and the trees that are its own. */
import type { TableIdentity } from '../keys/table-identity.ts';
import { identityOf, type RecordedStatus, type TableRecord, treesOf } from './catalog-record.ts';
import type { DeletedTable } from './deleted-table.ts';
import { treesOfStreams } from './stream/stream-state.ts';
import { tableArn } from './table-name.ts';

/** What an operator, and verify, want to know of a table. */
export interface TableSummary extends TableIdentity {
  readonly arn: string;
  readonly status: RecordedStatus;
  readonly keyArn: string;
  readonly trees: readonly number[];
  /** Being restored: its trees are there and not whole. */
  readonly isRestoring?: true;
}

/** Whose trees are in the store: a table, or what can still be read of a deleted one. */
export type TreeOwner = Omit<TableSummary, 'status'>;

/** A table whose key somebody can take away. */
export interface ProtectedTable {
  readonly identity: TableIdentity;
  readonly status: RecordedStatus;
  readonly keyArn: string;
}

export function tableSummary(record: TableRecord): TableSummary {
  return {
    ...identityOf(record),
    arn: tableArn(record, record.definition.name),
    status: record.status,
    keyArn: record.keys.keyArn,
    trees: treesOf(record),
    ...(record.restore && { isRestoring: true }),
  };
}

export function deletedSummary(deleted: DeletedTable): TreeOwner {
  return {
    ...identityOf(deleted),
    arn: tableArn(deleted, deleted.definition.name),
    keyArn: deleted.keys.keyArn,
    trees: treesOfStreams(deleted.streams),
  };
}

export function protectedTable(record: TableRecord): ProtectedTable {
  return { identity: identityOf(record), status: record.status, keyArn: record.keys.keyArn };
}
