/** The data keys of tables on the record: how much each may seal, new ones in time, and the end of older ones. */
import type { Clock } from '../base/clock.ts';
import { assert, isRefusal, Refusal } from '../base/errors.ts';
import { type Log, silentLog } from '../base/log.ts';
import type { DataKeyLimits } from '../keys/data-key-use.ts';
import { serviceItself, type TableIdentity } from '../keys/table-identity.ts';
import type { DataKeyState, TableKeys } from '../keys/table-keys.ts';
import type { Catalog, KnownTable } from './catalog.ts';
import {
  areSameKeys,
  type DataKeyEntry,
  identityOf,
  isWithdrawn,
  type TableRecord,
  treesOf,
} from './catalog-record.ts';
import type { DeletedTable } from './deleted-table.ts';
import { beingUpdated } from './still-in-use.ts';
import { treesOfStreams } from './stream/stream-state.ts';

export interface TreeDataKeys {
  readonly tree: number;
  /** `items`, `index <name>`, `stream`, `past` or `replication`; `stream, table deleted` for what can still be read of a deleted table. */
  readonly part: string;
  /** Oldest first; the last one seals. */
  readonly dataKeyIds: readonly number[];
}

export interface TableDataKeys {
  readonly table: string;
  readonly region: string;
  readonly keyArn: string;
  readonly trees: readonly TreeDataKeys[];
}

export interface DataKeyUpkeepOptions {
  readonly catalog: Catalog;
  readonly keys: TableKeys;
  readonly clock: Clock;
  readonly log?: Log;
}

export class DataKeyUpkeep {
  readonly #catalog: Catalog;
  readonly #keys: TableKeys;
  readonly #clock: Clock;
  readonly #log: Log;
  /** Tables that wait for more, until they have it. */
  readonly #wanting = new Map<string, Promise<void>>();

  constructor({ catalog, keys, clock, log = silentLog }: DataKeyUpkeepOptions) {
    this.#catalog = catalog;
    this.#keys = keys;
    this.#clock = clock;
    this.#log = log;
  }

  /**
   * Writes down that the table's data keys may seal a block more each, where half of one or less is left. Never rejects:
   * where it cannot be written down, writes are refused once nothing is left, reads go on, and the next use of the table
   * tries again.
   */
  allowMore(tableId: string): Promise<void> {
    const underWay = this.#wanting.get(tableId);
    if (underWay !== undefined) return underWay;
    const allowing = this.#allow(tableId)
      .catch((fault: unknown) => {
        if (isRefusal(fault, 'TableNotFound')) return;
        const known = this.#catalog.findById(tableId);
        if (known !== undefined) known.isShort = true;
        this.#log.warn({ table: tableId, fault }, 'How much a data key may seal could not be written down.');
      })
      .finally(() => this.#wanting.delete(tableId));
    this.#wanting.set(tableId, allowing);
    return allowing;
  }

  /** The trees of this table whose data key has sealed enough, or is old enough, to give way to another. */
  due(tableId: string): readonly number[] {
    const known = this.#catalog.findById(tableId);
    if (known === undefined) return [];
    const { record } = known;
    const { limits } = this.#keys;
    const oldMs = this.#clock.nowMs() - limits.rotateMs;
    return this.#states(record)
      .filter((state) => state.isDue || entryOf(record, state, limits).madeAtMs <= oldMs)
      .map(({ tree }) => tree);
  }

  /** The trees of this table that have older data keys beside the one they are sealed with. */
  unfinished(tableId: string): readonly number[] {
    const record = this.#catalog.findById(tableId)?.record;
    if (record === undefined) return [];
    return treesOf(record).filter((tree) => dataKeyIdsOf(record, tree).length > 1);
  }

  /** The data keys of every table, and of what deleted ones left, by tree. */
  dataKeys(): readonly TableDataKeys[] {
    const present = this.#catalog.all().map(({ record }) => dataKeysOf(record, treesOf(record), partOf));
    const deleted = this.#catalog
      .deleted()
      .map((each) => dataKeysOf(each, treesOfStreams(each.streams), () => 'stream, table deleted'));
    return [...present, ...deleted];
  }

  /** Refuses TableNotFound. */
  find({ account, region, name }: Omit<TableIdentity, 'id'>): TableIdentity {
    const found = this.#catalog.find(account, region, name);
    if (found === undefined || isWithdrawn(found.record)) throw new Refusal('TableNotFound', { table: name });
    return identityOf(found.record);
  }

  /** Those that anything is still written to. */
  tables(): readonly TableIdentity[] {
    return this.#catalog
      .all()
      .filter(({ record }) => !isWithdrawn(record))
      .map(({ record }) => identityOf(record));
  }

  /**
   * Gives trees of a table a new data key each, which every page is sealed with once this resolves. Refuses TableNotFound,
   * TableKeyRefused, and TableInUse during another change of the table's keys.
   */
  async rotate(tableId: string, given?: readonly number[]): Promise<void> {
    const { record } = this.#require(tableId);
    const identity = identityOf(record);
    const trees = given ?? treesOf(record);
    assert(trees.length > 0, 'a new data key is for a tree');
    const keys = await this.#keys.extend(serviceItself(identity), identity, trees);
    const made = keys.dataKeys.slice(-trees.length);
    const before = { ...keys, dataKeys: keys.dataKeys.slice(0, -trees.length) };
    await this.#catalog.update(record, (current) => {
      if (!areSameKeys(current.keys, before)) throw beingUpdated(current);
      const first = blockOf(this.#keys.limits);
      const nowMs = this.#clock.nowMs();
      const entries = made.map(({ tree, id }) => ({ tree, id, ...first, madeAtMs: nowMs }));
      return { ...current, keys, dataKeyUse: [...(current.dataKeyUse ?? []), ...entries] };
    });
    this.#log.info({ table: tableId, trees }, 'Trees of a table have new data keys.');
  }

  /**
   * Forgets the data keys of a tree from before this one: then nothing must be under them. Refuses TableNotFound, and
   * TableInUse where the tree has another data key by now.
   */
  async dropOlder(tableId: string, tree: number, id: number): Promise<void> {
    const { record } = this.#require(tableId);
    await this.#catalog.update(record, (current) => {
      const { keys } = current;
      const newest = keys.dataKeys.findLast((dataKey) => dataKey.tree === tree);
      if (newest?.id !== id) throw beingUpdated(current);
      const isKept = (dataKey: { readonly tree: number; readonly id: number }) =>
        dataKey.tree !== tree || dataKey.id === id;
      return {
        ...current,
        keys: { ...keys, dataKeys: keys.dataKeys.filter(isKept) },
        dataKeyUse: (current.dataKeyUse ?? []).filter(isKept),
      };
    });
    this.#log.info({ table: tableId, tree }, 'Nothing is under the older data keys of a tree any more.');
  }

  /** The record for a table that seals nothing more in this process: what was written down and not used is given back. */
  withUnused(record: TableRecord): TableRecord {
    const unused = this.#states(record).filter((state) => state.unused.seals > 0 || state.unused.bytes > 0);
    return withUse(record, unused, this.#keys.limits, (entry, { unused: { seals, bytes } }) => ({
      seals: entry.seals - seals,
      bytes: entry.bytes - bytes,
    }));
  }

  async #allow(tableId: string): Promise<void> {
    const known = this.#require(tableId);
    const low = this.#states(known.record).filter(({ isLow }) => isLow);
    if (low.length > 0) await this.#grant(known, low);
    known.isShort = false;
  }

  async #grant({ record: known }: KnownTable, low: readonly DataKeyState[]): Promise<void> {
    const { limits } = this.#keys;
    const block = blockOf(limits);
    await this.#catalog.update(known, (record) =>
      withUse(record, low, limits, ({ seals, bytes }) => ({
        seals: seals + block.seals,
        bytes: bytes + block.bytes,
      })),
    );
    this.#keys.grant(known.id, low);
  }

  /** Of the trees that the table has. */
  #states(record: TableRecord): readonly DataKeyState[] {
    const trees = treesOf(record);
    return this.#keys.dataKeys(record.id).filter(({ tree }) => trees.includes(tree));
  }

  #require(tableId: string): KnownTable {
    const known = this.#catalog.findById(tableId);
    if (known === undefined) throw new Refusal('TableNotFound', {});
    return known;
  }
}

function dataKeysOf<T extends Pick<DeletedTable, 'definition' | 'region' | 'keys'>>(
  owner: T,
  trees: readonly number[],
  part: (owner: T, tree: number) => string,
): TableDataKeys {
  return {
    table: owner.definition.name,
    region: owner.region,
    keyArn: owner.keys.keyArn,
    trees: trees.map((tree) => ({
      tree,
      part: part(owner, tree),
      dataKeyIds: dataKeyIdsOf(owner, tree),
    })),
  };
}

function dataKeyIdsOf({ keys }: Pick<TableRecord, 'keys'>, tree: number): readonly number[] {
  return keys.dataKeys.filter((dataKey) => dataKey.tree === tree).map(({ id }) => id);
}

function partOf({ tree: items, indexes = [], past, replication }: TableRecord, tree: number): string {
  if (tree === items) return 'items';
  if (tree === past?.tree) return 'past';
  if (tree === replication?.tree) return 'replication';
  const index = indexes.find((known) => known.tree === tree);
  return index === undefined ? 'stream' : `index ${index.name}`;
}

function blockOf({ blockSeals, blockBytes }: DataKeyLimits) {
  return { seals: blockSeals, bytes: blockBytes };
}

/** A data key without an entry is as old as its table, and in its first block. */
function entryOf(record: TableRecord, { tree, id }: DataKeyState, limits: DataKeyLimits): DataKeyEntry {
  const known = record.dataKeyUse?.find((entry) => entry.tree === tree && entry.id === id);
  return known ?? { tree, id, ...blockOf(limits), madeAtMs: record.createdAtMs };
}

function withUse(
  record: TableRecord,
  states: readonly DataKeyState[],
  limits: DataKeyLimits,
  change: (entry: DataKeyEntry, state: DataKeyState) => Pick<DataKeyEntry, 'seals' | 'bytes'>,
): TableRecord {
  if (states.length === 0) return record;
  const changed = states.map((state) => {
    const entry = entryOf(record, state, limits);
    return { ...entry, ...change(entry, state) };
  });
  const isChanged = (entry: DataKeyEntry) =>
    changed.some(({ tree, id }) => tree === entry.tree && id === entry.id);
  // Without those of trees that have gone.
  const isKept = (entry: DataKeyEntry) =>
    record.keys.dataKeys.some(({ tree, id }) => tree === entry.tree && id === entry.id);
  const others = (record.dataKeyUse ?? []).filter((entry) => isKept(entry) && !isChanged(entry));
  return { ...record, dataKeyUse: [...others, ...changed] };
}
