/** The states of tables as the catalogue keeps them, for those who look after tables: found, and changed in one commit. */
import { isRefusal } from '../base/errors.ts';
import type { PageEngine } from '../pages/pages.ts';
import type { Catalog, KnownTable } from './catalog.ts';
import { type TableRecord, treesOf } from './catalog-record.ts';
import { withCounts } from './table-counts.ts';

export interface TableStatusesOptions {
  readonly catalog: Catalog;
  readonly engine: Pick<PageEngine, 'evictTree'>;
  /** Goes on with what waited for the key of a table. */
  readonly onAccessible: (known: KnownTable) => void;
}

export class TableStatuses {
  readonly #catalog: Catalog;
  readonly #engine: TableStatusesOptions['engine'];
  readonly #onAccessible: TableStatusesOptions['onAccessible'];

  constructor({ catalog, engine, onAccessible }: TableStatusesOptions) {
    this.#catalog = catalog;
    this.#engine = engine;
    this.#onAccessible = onAccessible;
  }

  /** Every table there is, under whatever key. */
  all(): readonly TableRecord[] {
    return this.#catalog.all().map(({ record }) => record);
  }

  /** As it is durable. */
  find(id: string): TableRecord | undefined {
    return this.#catalog.findById(id)?.record;
  }

  /**
   * `change` sees the record where commits are serialised, and gives it back where there is nothing to be changed. Of a
   * table that was deleted meanwhile, there never is.
   */
  async change(id: string, change: (record: TableRecord) => TableRecord): Promise<void> {
    const known = this.#catalog.findById(id);
    if (known === undefined) return;
    const before = known.record;
    try {
      await this.#catalog.update(before, change);
    } catch (fault) {
      if (!isRefusal(fault, 'TableNotFound')) throw fault;
    }
    if (before.status !== 'ACTIVE' && known.record.status === 'ACTIVE') this.#onAccessible(known);
  }

  /**
   * As `change`, to a record that says where its data went: what the table had of it goes in the same commit, with the keys it
   * is under. Needs no key.
   */
  async archive(id: string, change: (record: TableRecord) => TableRecord): Promise<void> {
    const known = this.#catalog.findById(id);
    if (known === undefined) return;
    // From here on a missing tree proves nothing.
    known.isDropping = true;
    const trees = treesOf(known.record);
    try {
      await this.#catalog.update(known.record, async (record, tx) => {
        const next = change(withCounts(record, known.opened));
        if (next.archival === undefined || record.archival !== undefined) return record;
        for (const tree of treesOf(record)) await tx.dropTree(tree);
        return withoutData(next);
      });
    } catch (fault) {
      if (!isRefusal(fault, 'TableNotFound')) throw fault;
    } finally {
      known.isDropping = known.record.archival !== undefined;
    }
    if (known.record.archival === undefined) return;
    known.opened = undefined;
    for (const tree of trees) this.#engine.evictTree(tree);
  }
}

/** Without the keys of what is gone: whoever takes the catalogue later finds none. */
function withoutData(record: TableRecord): TableRecord {
  const { streams: _, dataKeyUse: __, past: ___, replication: ____, ...rest } = record;
  return { ...rest, keys: { ...rest.keys, dataKeys: [] } };
}
