/** The tables of one store: made, opened for requests, described, changed and deleted. */
import type { Clock } from '../base/clock.ts';
import { isRefusal, Refusal } from '../base/errors.ts';
import { type Log, silentLog } from '../base/log.ts';
import type { ClientConnection } from '../keys/client-connection.ts';
import type { TableIdentity } from '../keys/table-identity.ts';
import type { TableKeys } from '../keys/table-keys.ts';
import type { Caller } from '../kms/key-service.ts';
import type { Transaction } from '../pages/commit.ts';
import type { PageEngine } from '../pages/pages.ts';
import type { MaybePromise } from '../store/page-store.ts';
import { Catalog, type KnownTable, nameInUse } from './catalog.ts';
import { accessible, identityOf, type RecordedStatus, type TableRecord, treesOf } from './catalog-record.ts';
import { DataKeyUpkeep } from './data-key-upkeep.ts';
import { IndexBuilding, type NewIndex } from './index-building.ts';
import type { IndexDefinition, IndexRecord } from './index-definition.ts';
import { ItemExpiry } from './item-expiry.ts';
import type { PageTable } from './page-table.ts';
import { type StreamChoice, TableStreams } from './stream/table-streams.ts';
import type { OpenTable } from './table.ts';
import { TableAnnotations } from './table-annotations.ts';
import { withCounts } from './table-counts.ts';
import { newTableId } from './table-id.ts';
import { creatingInfo, rekeyingInfo, tableInfo, updatingInfo } from './table-info.ts';
import { bareTableName, tableArn } from './table-name.ts';
import { TableOpening } from './table-opening.ts';
import type { EncryptionChoice, SettingsChange, TableDefinition, TableInfo } from './table-record.ts';
import { keyIdOf, TableRekeying } from './table-rekeying.ts';
import { changedSettings, initialDates } from './table-settings.ts';
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
}

/** What an operator, and verify, want to know of a table. */
export interface TableSummary extends TableIdentity {
  readonly arn: string;
  readonly status: RecordedStatus;
  readonly keyArn: string;
  readonly trees: readonly number[];
}

/** A table whose key somebody can take away. */
export interface ProtectedTable {
  readonly identity: TableIdentity;
  readonly status: RecordedStatus;
  readonly keyArn: string;
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
  readonly expiry: ItemExpiry;
  readonly annotations: TableAnnotations;

  private constructor(options: TablesOptions, catalog: Catalog) {
    const { engine, keys, clock, log = silentLog, region, collectionBytesMax } = options;
    this.#engine = engine;
    this.#keys = keys;
    this.#clock = clock;
    this.#catalog = catalog;
    this.dataKeys = new DataKeyUpkeep({ catalog, keys, clock, log });
    this.#rekeying = new TableRekeying({ catalog, keys });
    const { dataKeys } = this;
    this.#tokens = new TransactionTokens({ catalog, keys, dataKeys, engine, clock, region });
    this.streams = new TableStreams({
      catalog,
      keys,
      dataKeys,
      engine,
      clock,
      refresh: (known) => this.#opening.refresh(known),
    });
    this.annotations = new TableAnnotations({ catalog, clock });
    const { streams } = this;
    this.#opening = new TableOpening({ engine, keys, dataKeys, streams, collectionBytesMax });
    this.expiry = new ItemExpiry({ catalog, keys, clock, open: (known) => this.#opened(known) });
    this.#building = new IndexBuilding({
      catalog,
      keys,
      clock,
      log,
      open: (known) => this.#opening.open(known),
      refresh: (known) => this.#opening.refresh(known),
    });
  }

  /** Reads the catalogue, or makes it in a store without anything. Throws IntegrityFault for a changed store. */
  static async open(options: TablesOptions): Promise<Tables> {
    const { engine, keys, log = silentLog, account, region } = options;
    const namespace = { account, region };
    const tables = new Tables(options, await Catalog.open({ engine, keys, log, namespace }));
    for (const known of tables.#catalog.all()) tables.#building.work(known);
    return tables;
  }

  /**
   * The table for one request of this caller: its key says whether, not its status. Refuses TableNotFound and
   * TableKeyRefused.
   */
  open(caller: Caller, connection: ClientConnection, name: string): OpenTable | Promise<OpenTable> {
    const known = this.#find(caller, name);
    if (known === undefined) throw new Refusal('TableNotFound', {});
    const asking = this.#keys.authorize(caller, connection, known.record.id);
    if (asking !== undefined) return asking.then(() => this.#opened(known));
    return this.#opened(known);
  }

  #opened(known: KnownTable): PageTable | Promise<PageTable> {
    if (!this.streams.isWaiting(known.record)) return this.#opening.open(known);
    return this.streams.plant(known).then(() => this.#opening.open(known));
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
    { encryption, indexes: defined = [], stream: view, policy, ...definition }: TableDefinition,
  ): Promise<TableInfo> {
    const { account, region } = caller;
    const { name } = definition;
    if (this.#catalog.find(account, region, name) !== undefined) throw nameInUse(name);
    const keyId = await keyIdOf(this.#keys, caller, encryption);
    const identity = { id: newTableId(), name, account, region };
    const tree = this.#catalog.takeTree();
    const indexes = defined.map((index) => newIndexRecord(index, this.#catalog.takeTree()));
    const streams = view === undefined ? [] : [this.streams.first(view)];
    const hasCollections = indexes.some(({ kind }) => kind === 'local');
    const collections = hasCollections ? { collectionTree: this.#catalog.takeTree() } : {};
    const places = { tree, indexes, streams, ...collections };
    const record: TableRecord = {
      id: identity.id,
      account,
      region,
      definition,
      encryption: encryption.kind,
      keys: await this.#keys.create(caller, identity, keyId, treesOf(places)),
      tree,
      ...collections,
      ...(indexes.length > 0 && { indexes }),
      ...(streams.length > 0 && { streams }),
      ...(policy !== undefined && { policies: this.annotations.first(identity, policy) }),
      status: 'ACTIVE',
      itemCount: 0,
      tableBytes: 0,
      ...initialDates(definition, this.#clock.nowMs()),
    };
    await this.#catalog.add(record);
    return creatingInfo(tableInfo(record));
  }

  /** Needs no key. Refuses TableNotFound. */
  async describe(caller: Caller, name: string): Promise<TableInfo> {
    const known = this.#require(caller, name);
    await this.#building.step(known);
    return infoOf(known);
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
    await this.#catalog.update(known.record, (record) =>
      changedSettings(record, change, this.#clock.nowMs()),
    );
    const { deletionProtection: _, ...slow } = change;
    if (Object.keys(slow).length === 0) return infoOf(known);
    return updatingInfo(infoOf(known), change.indexThroughput);
  }

  /**
   * Adds a global index, which is then filled in the background. Refuses TableNotFound, and as IndexBuilding.create does.
   */
  async createIndex(caller: Caller, name: string, index: NewIndex): Promise<TableInfo> {
    const known = this.#require(caller, name);
    await this.#building.create(caller, known, index);
    return infoOf(known);
  }

  /** Needs no key. Refuses TableNotFound, also for an index that is not there, and as IndexBuilding.delete does. */
  async deleteIndex(caller: Caller, name: string, index: string): Promise<TableInfo> {
    const known = this.#require(caller, name);
    await this.#building.delete(known, index);
    return infoOf(known);
  }

  /** Begins or ends the stream. Refuses TableNotFound, and as TableStreams.change does. */
  async changeStream(caller: Caller, name: string, choice: StreamChoice): Promise<TableInfo> {
    const known = this.#require(caller, name);
    await this.streams.change(caller, known, choice);
    return { ...infoOf(known), status: 'UPDATING' };
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
    const before = infoOf(known);
    await this.#rekeying.rekey(caller, known.record, choice);
    return rekeyingInfo(before);
  }

  /** Needs no key, and wipes the table's. Refuses TableNotFound, Validation for a protected table, and TableInUse. */
  async delete(caller: Caller, name: string): Promise<TableInfo> {
    const known = this.#require(caller, name);
    const { record } = known;
    this.#rekeying.refuseDeleting(record);
    const before = infoOf(known);
    known.isDropping = true;
    try {
      await this.#catalog.remove(record, refuseProtected);
    } finally {
      known.isDropping = this.#catalog.findById(record.id) === undefined;
    }
    return { ...before, status: 'DELETING' };
  }

  /** The tables whose keys are customers' or managed: nobody can take the owned key away. */
  protectedTables(): readonly ProtectedTable[] {
    return this.#catalog
      .all()
      .filter(({ record }) => record.encryption !== 'owned')
      .map(({ record }) => ({
        identity: identityOf(record),
        status: record.status,
        keyArn: record.keys.keyArn,
      }));
  }

  /** The key was found to be unusable at `sinceMs`: of no meaning for a table that is under another by now. */
  markInaccessible(id: string, keyArn: string, sinceMs: number): Promise<void> {
    return this.#mark(id, (record) => {
      if (record.keys.keyArn !== keyArn || record.status !== 'ACTIVE') return record;
      return { ...record, status: 'INACCESSIBLE_ENCRYPTION_CREDENTIALS', inaccessibleSinceMs: sinceMs };
    });
  }

  async markAccessible(id: string): Promise<void> {
    await this.#mark(id, (record) => (record.status === 'ACTIVE' ? record : accessible(record)));
    const known = this.#catalog.findById(id);
    if (known !== undefined) this.#building.work(known);
  }

  async #mark(id: string, change: (record: TableRecord) => TableRecord): Promise<void> {
    const known = this.#catalog.findById(id);
    if (known === undefined) return;
    try {
      await this.#catalog.update(known.record, change);
    } catch (fault) {
      // Deleted meanwhile: there is nothing to mark.
      if (!isRefusal(fault, 'TableNotFound')) throw fault;
    }
  }

  summaries(): readonly TableSummary[] {
    return this.#catalog.all().map(({ record }) => ({
      ...identityOf(record),
      arn: tableArn(record, record.definition.name),
      status: record.status,
      keyArn: record.keys.keyArn,
      trees: treesOf(record),
    }));
  }

  /** The keys of this table have been wiped: so are its opened pages. */
  forgetPages(id: string): void {
    const known = this.#catalog.findById(id);
    if (known === undefined) return;
    for (const tree of treesOf(known.record)) this.#engine.evictTree(tree);
  }

  /** Keeps what the open trees count, for descriptions before they are open again. */
  async close(): Promise<void> {
    await this.#building.close();
    const opened = this.#catalog.all().filter((known) => known.opened !== undefined);
    await Promise.all(
      opened.map((known) =>
        this.#mark(known.record.id, (record) => this.dataKeys.withUnused(withCounts(record, known.opened))),
      ),
    );
  }

  #find(caller: Caller, given: string): KnownTable | undefined {
    const name = bareTableName(caller, given);
    return name === undefined ? undefined : this.#catalog.find(caller.account, caller.region, name);
  }

  /** Refuses TableNotFound in the words of the control plane. */
  #require(caller: Caller, given: string): KnownTable {
    const known = this.#find(caller, given);
    if (known !== undefined) return known;
    throw new Refusal('TableNotFound', { table: bareTableName(caller, given) ?? given });
  }
}

function newIndexRecord(definition: IndexDefinition, tree: number): IndexRecord {
  return { ...definition, tree, status: 'ACTIVE', itemCount: 0, bytes: 0 };
}

function infoOf({ record, opened }: KnownTable): TableInfo {
  return tableInfo(withCounts(record, opened));
}

function refuseProtected({ definition }: TableRecord): void {
  if (!definition.deletionProtection) return;
  throw new Refusal('Validation', {
    message:
      'Resource cannot be deleted as it is currently protected against deletion. ' +
      'Disable deletion protection first.',
  });
}
