/** What a table and its indexes hold: the open trees know it, and the record keeps it for when they are not open. */
import type { TableRecord } from './catalog-record.ts';
import type { IndexCounts } from './index-definition.ts';

export interface CountedTable {
  readonly counts: { readonly itemCount: number; readonly tableBytes: number };
  readonly indexes: readonly { readonly name: string; readonly counts: IndexCounts }[];
}

/** The record with the counts of the open trees, which are newer; the same record where they are not other. */
export function withCounts(record: TableRecord, opened: CountedTable | undefined): TableRecord {
  if (opened === undefined) return record;
  const { itemCount, tableBytes } = opened.counts;
  const ofIndex = new Map(opened.indexes.map((index) => [index.name, index.counts]));
  const indexes = record.indexes?.map((index) => ({ ...index, ...ofIndex.get(index.name) }));
  const isSame =
    record.itemCount === itemCount &&
    record.tableBytes === tableBytes &&
    (indexes ?? []).every((index, at) => areSame(index, record.indexes?.[at]));
  return isSame ? record : { ...record, itemCount, tableBytes, ...(indexes && { indexes }) };
}

function areSame(one: IndexCounts, other: IndexCounts | undefined): boolean {
  return one.itemCount === other?.itemCount && one.bytes === other.bytes;
}
