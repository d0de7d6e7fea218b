/** The tables of one store: made, opened for requests, described, changed and deleted. */
import type { Clock } from '../base/clock.ts';
import { Refusal } from '../base/errors.ts';
import { type Log, silentLog } from '../base/log.ts';
import type { ClientConnection } from '../keys/client-connection.ts';
import type { TableKeys } from '../keys/table-keys.ts';
import type { Caller } from '../kms/key-service.ts';
import type { Transaction } from '../pages/commit.ts';
import type { PageEngine } from '../pages/pages.ts';
import type { MaybePromise } from '../store/page-store.ts';
import { Catalog, type KnownTable } from './catalog.ts';
import { isWhole, isWithdrawn, treesOf } from './catalog-record.ts';
import { DataKeyUpkeep } from './data-key-upkeep.ts';
import { remainsOf } from './deleted-table.ts';
import type { EncryptionChoice } from './encryption-choice.ts';
import type { EncryptionQuota } from './encryption-quota.ts';
import { GrantCare } from './grant-care.ts';
import { IndexBuilding, type NewIndex } from './index-building.ts';
import { ItemExpiry } from './item-expiry.ts';
import { addTable } from './new-table.ts';
import type { PageTable } from './page-table.ts';
import { TablePasts } from './past/table-pasts.ts';
import { TableReplicas } from './replication/table-replicas.ts';
import { refuseProtected, refuseRestoring, refuseWithdrawn } from './still-in-use.ts';
import { treesOfStreams } from './stream/stream-state.ts';
import { type StreamChoice, TableStreams } from './stream/table-streams.ts';
import type { OpenTable } from './table.ts';
import { TableAnnotations } from './table-annotations.ts';
import { TableCopying } from './table-copying.ts';
import { withCounts } from './table-counts.ts';
import { TableFollowers } from './table-followers.ts';
import { creatingInfo, rekeyingInfo, tableInfo, updatingInfo } from './table-info.ts';
import { bareTableName } from './table-name.ts';
import { TableOpening } from './table-opening.ts';
import type { SettingsChange, TableDefinition, TableInfo } from './table-record.ts';
import { TableRekeying } from './table-rekeying.ts';
import { TableRestoring } from './table-restoring.ts';
import { changedSettings } from './table-settings.ts';
import { TableStatuses } from './table-statuses.ts';
import {
  deletedSummary,
  type ProtectedTable,
  protectedTable,
  type TableSummary,
  type TreeOwner,
  tableSummary,
} from './table-summary.ts';
import { changedTimeToLive, type TimeToLiveChoice } from './time-to-live.ts';
import { type TokenUse, TransactionTokens } from './transaction-tokens.ts';

export interface TablesOptions {
  /** Both are the caller's to close, after the tables. */
  readonly engine: PageEngine;
  readonly keys: TableKeys;
  readonly clock: Clock;
  readonly log?: Log;
  /** Of whoever runs this store: a new catalogue is under the owned key of this region. */
  readonly account: string;
  readonly region: string;
  /** For tests: item collections of tables with local indexes end here. */
  readonly collectionBytesMax?: number | undefined;
  /** Of changes of a table's key: AWS's, unless it says otherwise. */
  readonly encryptionChangeQuota?: EncryptionQuota | undefined;
}

export class Tables {
  readonly dataKeys: DataKeyUpkeep;
  readonly #engine: PageEngine;
  readonly #keys: TableKeys;
  readonly #clock: Clock;
  readonly #catalog: Catalog;
  readonly #rekeying: TableRekeying;
  readonly #building: IndexBuilding;
  readonly #opening: TableOpening;
  readonly #tokens: TransactionTokens;
  readonly streams: TableStreams;
  readonly pasts: TablePasts;
  readonly replicas: TableReplicas;
  readonly #followers: TableFollowers;
  readonly expiry: ItemExpiry;
  readonly annotations: TableAnnotations;
  readonly statuses: TableStatuses;
  readonly grants: GrantCare;
  readonly restoring: TableRestoring;
  readonly copying: TableCopying;

  private constructor(options: TablesOptions, catalog: Catalog) {
    const { engine, keys, clock, log = silentLog, region, collectionBytesMax } = options;
    this.#engine = engine;
    this.#keys = keys;
    this.#clock = clock;
    this.#catalog = catalog;
    this.dataKeys = new DataKeyUpkeep({ catalog, keys, clock, log });
    this.grants = new GrantCare({ catalog, keys, log });
    this.#rekeying = new TableRekeying({ catalog, keys, clock, quota: options.encryptionChangeQuota });
    const { dataKeys } = this;
    this.#tokens = new TransactionTokens({ catalog, keys, dataKeys, engine, clock, region });
    const parts = { catalog, keys, engine, clock };
    const refresh = (known: KnownTable) => this.#opening.refresh(known);
    this.streams = new TableStreams({ ...parts, dataKeys, refresh });
    this.annotations = new TableAnnotations({ catalog, clock });
    this.pasts = new TablePasts({ ...parts, dataKeys, refresh });
    const opened = (known: KnownTable) => this.#opened(known);
    const { streams } = this;
    this.replicas = new TableReplicas({ ...parts, dataKeys, streams, refresh, open: opened });
    this.#followers = new TableFollowers([this.streams, this.pasts, this.replicas.keeper]);
    const followers = this.#followers;
    this.#opening = new TableOpening({ engine, keys, dataKeys, followers, collectionBytesMax });
    this.expiry = new ItemExpiry({ catalog, keys, clock, open: opened });
    this.#building = new IndexBuilding({
      catalog,
      keys,
      clock,
      log,
      open: (known) => this.#opening.open(known),
      refresh: (known) => this.#opening.refresh(known),
    });
    const onAccessible = (known: KnownTable) => this.#building.work(known);
    this.copying = new TableCopying({ catalog, keys, pasts: this.pasts });
    const open = (known: KnownTable) => this.#opening.open(known);
    const restored = { open, onRestored: onAccessible };
    this.restoring = new TableRestoring({ catalog, engine, keys, clock, log, dataKeys, ...restored });
    this.statuses = new TableStatuses({ catalog, engine, onAccessible });
  }

  /** Reads the catalogue, or makes it in a store without anything. Throws IntegrityFault for a changed store. */
  static async open(options: TablesOptions): Promise<Tables> {
    const { engine, keys, log = silentLog, account, region } = options;
    const namespace = { account, region };
    const tables = new Tables(options, await Catalog.open({ engine, keys, log, namespace }));
    await tables.grants.adoptAll();
    for (const known of tables.#catalog.all()) tables.#building.work(known);
    return tables;
  }

  /**
   * The table for one request of this caller: its key says whether, not its status. Refuses TableNotFound and
   * TableKeyRefused.
   */
  open(caller: Caller, connection: ClientConnection, name: string): OpenTable | Promise<OpenTable> {
    const known = this.#find(caller, name);
    if (known === undefined || isWithdrawn(known.record)) throw new Refusal('TableNotFound', {});
    if (!isWhole(known.record)) throw new Refusal('TableNotFound', {});
    const asking = this.#keys.authorize(caller, connection, known.record.id);
    if (asking !== undefined) return asking.then(() => this.#opened(known));
    return this.#opened(known);
  }

  #opened(known: KnownTable): PageTable | Promise<PageTable> {
    if (!this.#followers.isWaiting(known.record)) return this.#opening.open(known);
    return this.#followers.plant(known).then(() => this.#opening.open(known));
  }

  /** Work on items of several tables that `open` gave, in one commit: serial to every other, all of it or nothing. */
  transact<T>(work: (tx: Transaction) => MaybePromise<T>): Promise<T> {
    return this.#engine.transact(work);
  }

  /**
   * As `transact`, but once for one token in ten minutes, restarts or not: when the same request comes again, `again` is run
   * in its place. Refuses TokenReused where the token was another request's.
   */
  async transactOnce<T>(
    use: TokenUse,
    work: (tx: Transaction) => MaybePromise<T>,
    again: (tx: Transaction) => MaybePromise<T>,
  ): Promise<T> {
    const tree = await this.#tokens.tree();
    return this.#engine.transact(async (tx) => {
      if (await this.#tokens.wasMade(tx, tree, use)) return again(tx);
      const result = await work(tx);
      await this.#tokens.keep(tx, tree, use);
      return result;
    });
  }

  /** Refuses TableInUse, LimitExceeded and TableKeyRefused, and leaves nothing behind. */
  async create(
    caller: Caller,
    { encryption, indexes = [], stream, policy, ...definition }: TableDefinition,
  ): Promise<TableInfo> {
    const parts = { catalog: this.#catalog, keys: this.#keys, clock: this.#clock, streams: this.streams };
    const record = await addTable(parts, caller, {
      definition,
      indexes,
      encryption,
      stream,
      more: (identity) =>
        policy === undefined ? {} : { policies: this.annotations.first(identity, policy) },
    });
    return creatingInfo(tableInfo(record));
  }

  /** Needs no key. Refuses TableNotFound, for a table that is archived also: see `show`. */
  async describe(caller: Caller, name: string): Promise<TableInfo> {
    const info = await this.show(caller, name);
    if (info.status === 'ARCHIVING' || info.status === 'ARCHIVED') {
      throw new Refusal('TableNotFound', { table: info.definition.name });
    }
    return info;
  }

  /** As `describe`, and of any table. */
  async show(caller: Caller, name: string): Promise<TableInfo> {
    const known = this.#requireAny(caller, name);
    await this.#building.step(known);
    return this.#infoOf(known);
  }

  /** Names after `startAfter` in ascending order, `limit` at most. */
  async list(caller: Caller, startAfter: string | undefined, limit: number): Promise<readonly string[]> {
    const names = this.#catalog.names(caller);
    const after = startAfter === undefined ? names : names.filter((name) => name > startAfter);
    return after.toSorted((a, b) => (a < b ? -1 : 1)).slice(0, limit);
  }

  /**
   * Needs no key. Answers with the status UPDATING, but for protection alone, which AWS changes at once. Refuses
   * TableNotFound, and Validation where the change does not fit the table.
   */
  async changeSettings(caller: Caller, name: string, change: SettingsChange): Promise<TableInfo> {
    const known = this.#require(caller, name);
    const before = this.#infoOf(known);
    await this.#catalog.update(known.record, (record) =>
      changedSettings(record, change, this.#clock.nowMs()),
    );
    const { deletionProtection: _, ...slow } = change;
    if (Object.keys(slow).length === 0) return this.#infoOf(known);
    return updatingInfo(this.#infoOf(known), before, change.indexThroughput);
  }

  /**
   * Adds a global index, which is then filled in the background. Refuses TableNotFound, and as IndexBuilding.create does.
   */
  async createIndex(caller: Caller, name: string, index: NewIndex): Promise<TableInfo> {
    const known = this.#require(caller, name);
    await this.#building.create(caller, known, index);
    return this.#infoOf(known);
  }

  /** Needs no key. Refuses TableNotFound, also for an index that is not there, and as IndexBuilding.delete does. */
  async deleteIndex(caller: Caller, name: string, index: string): Promise<TableInfo> {
    const known = this.#require(caller, name);
    await this.#building.delete(known, index);
    return this.#infoOf(known);
  }

  /** Begins or ends the stream. Refuses TableNotFound, and as TableStreams.change does. */
  async changeStream(caller: Caller, name: string, choice: StreamChoice): Promise<TableInfo> {
    const known = this.#require(caller, name);
    await this.streams.change(caller, known, choice);
    return { ...this.#infoOf(known), status: 'UPDATING' };
  }

  /**
   * Begins or ends to heed an attribute as the time until which an item stays. Refuses TableNotFound, TableKeyRefused,
   * and as changedTimeToLive does.
   */
  async changeTimeToLive(
    { caller, connection }: { readonly caller: Caller; readonly connection: ClientConnection },
    name: string,
    choice: TimeToLiveChoice,
  ): Promise<void> {
    const { record: known } = this.#require(caller, name);
    await this.#keys.authorize(caller, connection, known.id);
    await this.#catalog.update(known, (record) => {
      const timeToLive = changedTimeToLive(record.timeToLive, choice, this.#clock.nowMs());
      return { ...record, timeToLive };
    });
  }

  /** Resolves when no index is filled or removed, but for those that wait for their table's key. */
  indexesSettled(): Promise<void> {
    return this.#building.settled();
  }

  /**
   * Puts the table under another key while reads and writes go on; done when this resolves, though the answer shows it
   * begin. Refuses TableNotFound, and what TableRekeying refuses.
   */
  async changeEncryption(caller: Caller, name: string, choice: EncryptionChoice): Promise<TableInfo> {
    const known = this.#require(caller, name);
    const before = this.#infoOf(known);
    await this.#rekeying.rekey(caller, known.record, choice);
    this.replicas.note(known.record);
    return rekeyingInfo(before);
  }

  /**
   * Needs no key, and wipes the table's; its streams can be read for another day. Refuses TableNotFound, Validation for a
   * protected table, and TableInUse.
   */
  async delete(caller: Caller, name: string): Promise<TableInfo> {
    const known = this.#requireAny(caller, name);
    const { record } = known;
    if (record.status !== 'ARCHIVED') refuseWithdrawn(record);
    refuseRestoring(record);
    this.#rekeying.refuseDeleting(record);
    const before = this.#infoOf(known);
    known.isDropping = true;
    try {
      await this.#catalog.remove(record, (current) => {
        refuseProtected(current);
        return remainsOf(current, this.#clock.nowMs());
      });
    } finally {
      known.isDropping = this.#catalog.findById(record.id) === undefined;
    }
    this.replicas.note(record);
    return { ...before, status: 'DELETING' };
  }

  /** The tables whose keys are customers' or managed: nobody can take the owned key away. */
  protectedTables(): readonly ProtectedTable[] {
    const all = this.#catalog.all().map(({ record }) => record);
    return all.filter(({ encryption }) => encryption !== 'owned').map(protectedTable);
  }

  summaries(): readonly TableSummary[] {
    return this.#catalog.all().map(({ record }) => tableSummary(record));
  }

  /** Deleted tables of which something can still be read, as they were. */
  deletedSummaries(): readonly TreeOwner[] {
    return this.#catalog.deleted().map(deletedSummary);
  }

  /** The keys of this table have been wiped: so are its opened pages. */
  forgetPages(id: string): void {
    const known = this.#catalog.findById(id);
    const trees =
      known === undefined ? treesOfStreams(this.#catalog.findDeleted(id)?.streams) : treesOf(known.record);
    for (const tree of trees) this.#engine.evictTree(tree);
  }

  /** Keeps what the open trees count, for descriptions before they are open again. */
  async close(): Promise<void> {
    await this.#building.close();
    await this.grants.settled();
    const opened = this.#catalog.all().filter((known) => known.opened !== undefined);
    await Promise.all(
      opened.map((known) =>
        this.statuses.change(known.record.id, (record) =>
          this.dataKeys.withUnused(withCounts(record, known.opened)),
        ),
      ),
    );
  }

  #find(caller: Caller, given: string): KnownTable | undefined {
    const name = bareTableName(caller, given);
    return name === undefined ? undefined : this.#catalog.find(caller.account, caller.region, name);
  }

  /** Refuses TableNotFound in the words of the control plane, for archived tables also, and TableInUse during archiving. */
  #require(caller: Caller, given: string): KnownTable {
    const known = this.#requireAny(caller, given);
    refuseWithdrawn(known.record);
    refuseRestoring(known.record);
    return known;
  }

  #infoOf({ record, opened }: KnownTable): TableInfo {
    return tableInfo(withCounts(record, opened), this.#clock.nowMs());
  }

  /** Refuses TableNotFound. */
  #requireAny(caller: Caller, given: string): KnownTable {
    const known = this.#find(caller, given);
    if (known !== undefined) return known;
    throw new Refusal('TableNotFound', { table: bareTableName(caller, given) ?? given });
  }
}
