/** The tables of one store: made, opened for requests, described, changed and deleted. */
import type { Clock } from '../base/clock.ts';
import { IntegrityFault, isRefusal, Refusal } from '../base/errors.ts';
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
import { PageTable } from './page-table.ts';
import type { OpenTable } from './table.ts';
import { newTableId } from './table-id.ts';
import { keySchemaOf, rekeyingInfo, type TableCounts, tableInfo } from './table-info.ts';
import { bareTableName, tableArn } from './table-name.ts';
import type { EncryptionChoice, SettingsChange, TableDefinition, TableInfo } from './table-record.ts';
import { keyIdOf, TableRekeying } from './table-rekeying.ts';
import { changedSettings, initialDates } from './table-settings.ts';

export interface TablesOptions {
  /** Both are the caller's to close, after the tables. */
  readonly engine: PageEngine;
  readonly keys: TableKeys;
  readonly clock: Clock;
  readonly log?: Log;
  /** Of whoever runs this store: a new catalogue is under the owned key of this region. */
  readonly account: string;
  readonly region: string;
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
  readonly #engine: PageEngine;
  readonly #keys: TableKeys;
  readonly #clock: Clock;
  readonly #catalog: Catalog;
  readonly #rekeying: TableRekeying;

  private constructor({ engine, keys, clock }: TablesOptions, catalog: Catalog) {
    this.#engine = engine;
    this.#keys = keys;
    this.#clock = clock;
    this.#catalog = catalog;
    this.#rekeying = new TableRekeying({ catalog, keys });
  }

  /** Reads the catalogue, or makes it in a store without anything. Throws IntegrityFault for a changed store. */
  static async open(options: TablesOptions): Promise<Tables> {
    const { engine, keys, log = silentLog, account, region } = options;
    return new Tables(options, await Catalog.open({ engine, keys, log, namespace: { account, region } }));
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
    return known.opened ?? this.#opened(known);
  }

  /** Work on items of several tables that `open` gave, in one commit: serial to every other, all of it or nothing. */
  transact<T>(work: (tx: Transaction) => MaybePromise<T>): Promise<T> {
    return this.#engine.transact(work);
  }

  /** Refuses TableInUse, LimitExceeded and TableKeyRefused, and leaves nothing behind. */
  async create(caller: Caller, { encryption, ...definition }: TableDefinition): Promise<TableInfo> {
    const { account, region } = caller;
    const { name } = definition;
    if (this.#catalog.find(account, region, name) !== undefined) throw nameInUse(name);
    const keyId = await keyIdOf(this.#keys, caller, encryption);
    const identity = { id: newTableId(), name, account, region };
    const tree = this.#catalog.takeTree();
    const record: TableRecord = {
      id: identity.id,
      account,
      region,
      definition,
      encryption: encryption.kind,
      keys: await this.#keys.create(caller, identity, keyId, [tree]),
      tree,
      status: 'ACTIVE',
      itemCount: 0,
      tableBytes: 0,
      ...initialDates(definition, this.#clock.nowMs()),
    };
    await this.#catalog.add(record);
    return { ...tableInfo(record), status: 'CREATING' };
  }

  /** Needs no key. Refuses TableNotFound. */
  async describe(caller: Caller, name: string): Promise<TableInfo> {
    return infoOf(this.#require(caller, name));
  }

  /** Names after `startAfter` in ascending order, `limit` at most. */
  async list(caller: Caller, startAfter: string | undefined, limit: number): Promise<readonly string[]> {
    const names = this.#catalog.names(caller);
    const after = startAfter === undefined ? names : names.filter((name) => name > startAfter);
    return after.toSorted((a, b) => (a < b ? -1 : 1)).slice(0, limit);
  }

  /** Needs no key. Refuses TableNotFound, and Validation where the change does not fit the table. */
  async changeSettings(caller: Caller, name: string, change: SettingsChange): Promise<TableInfo> {
    const known = this.#require(caller, name);
    await this.#catalog.update(known.record, (record) =>
      changedSettings(record, change, this.#clock.nowMs()),
    );
    return { ...infoOf(known), status: 'UPDATING' };
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

  markAccessible(id: string): Promise<void> {
    return this.#mark(id, (record) => (record.status === 'ACTIVE' ? record : accessible(record)));
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
    const opened = this.#catalog.all().filter((known) => known.opened !== undefined);
    await Promise.all(
      opened.map((known) =>
        this.#mark(known.record.id, (record) => withCounts(record, known.opened?.counts)),
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

  #opened(known: KnownTable): OpenTable | Promise<OpenTable> {
    if (known.opened !== undefined) return known.opened;
    known.opening ??= this.#openTree(known).finally(() => {
      known.opening = undefined;
    });
    return known.opening;
  }

  async #openTree(known: KnownTable): Promise<PageTable> {
    const { id, tree: number, definition } = known.record;
    try {
      const tree = await this.#engine.openTree(number, this.#keys.cipher(id, number));
      const { name } = definition;
      const arn = tableArn(known.record, name);
      known.opened = new PageTable({
        name,
        arn,
        keySchema: keySchemaOf(definition),
        engine: this.#engine,
        tree,
      });
      return known.opened;
    } catch (fault) {
      // The pages of a table that is being deleted are not missed.
      if (fault instanceof IntegrityFault && known.isDropping) throw new Refusal('TableNotFound', {});
      throw fault;
    }
  }
}

function infoOf({ record, opened }: KnownTable): TableInfo {
  return tableInfo(record, opened?.counts);
}

function withCounts(record: TableRecord, counts: TableCounts = record): TableRecord {
  const { itemCount, tableBytes } = counts;
  if (record.itemCount === itemCount && record.tableBytes === tableBytes) return record;
  return { ...record, itemCount, tableBytes };
}

function refuseProtected({ definition }: TableRecord): void {
  if (!definition.deletionProtection) return;
  throw new Refusal('Validation', {
    message:
      'Resource cannot be deleted as it is currently protected against deletion. ' +
      'Disable deletion protection first.',
  });
}
