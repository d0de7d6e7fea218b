/** The keys of all tables: made and opened through the key service, cached for a while, wiped when due. */
import type { Clock } from '../base/clock.ts';
import { assert, Outage, Refusal } from '../base/errors.ts';
import { type Log, silentLog } from '../base/log.ts';
import type { CryptoCore } from '../crypto/core.ts';
import type { Caller, KeyChange, KeyService } from '../kms/key-service.ts';
import { type Asker, askerName } from './caller-map.ts';
import type { ClientConnection } from './client-connection.ts';
import { firstDataKeyId, makeDataKey } from './data-key.ts';
import { type DataKeyLimits, dataKeyLimits } from './data-key-use.ts';
import { type DataKeyState, HeldTable, type HeldTableParts } from './held-table.ts';
import type { KeyLoss } from './key-loss.ts';
import { NeededGrants } from './needed-grants.ts';
import { encryptionContext, serviceItself, type TableIdentity } from './table-identity.ts';
import { type MadeTableKey, makeTableKey } from './table-key.ts';
import type { DataKeyCount, DataKeyNumber } from './table-keyring.ts';
import type { TreeCipher } from './tree-cipher.ts';
import type { WrappedTableKeys } from './wrapped-table-keys.ts';

export type { DataKeyState } from './held-table.ts';
export type { TableIdentity } from './table-identity.ts';
export type { TreeCipher } from './tree-cipher.ts';
export type { WrappedTableKeys } from './wrapped-table-keys.ts';

export interface TableKeysOptions {
  readonly core: CryptoCore;
  readonly service: KeyService;
  readonly clock: Clock;
  readonly log?: Log;
  /** Called when the last key of a table that was open has been wiped: opened pages must go too. */
  readonly onWiped?: (table: TableIdentity) => void;
  /** For benches and tests: a cipher in place of the tree's own. */
  readonly pageCipher?: (tree: number) => TreeCipher | undefined;
  /** Of every data key (R-LIM-1). */
  readonly dataKeyLimits?: DataKeyLimits;
  /** For tables that are no more, and whose grants went with them: the right of whoever asks is enough. */
  readonly byCallersAlone?: boolean;
  /** The store, by whose name its grants are told from those of others. */
  readonly holder?: string;
  /** Called when a table is gone, or is under another key: a grant may be needed no more. */
  readonly onGrantLeft?: () => void;
  /** Called when a data key of this table has sealed so much that `dataKeys` should be looked at; in the midst of sealing. */
  readonly onDataKeyNotice?: (table: TableIdentity) => void;
}

export class TableKeys {
  readonly #parts: HeldTableParts;
  readonly #pageCipher: (tree: number) => TreeCipher | undefined;
  readonly #tables = new Map<string, HeldTable>();
  readonly #grants: NeededGrants;
  readonly #onGrantLeft: () => void;
  /** Connections whose end is listened for. */
  readonly #connections = new WeakSet<ClientConnection>();
  readonly #stopListening: () => void;
  /** Changes of any key. */
  #keyChangeCount = 0;
  #closed = false;

  constructor({
    core,
    service,
    clock,
    log = silentLog,
    onWiped = () => {},
    pageCipher = () => undefined,
    dataKeyLimits: limits = dataKeyLimits,
    onDataKeyNotice = () => {},
    holder = '',
    byCallersAlone = false,
    onGrantLeft = () => {},
  }: TableKeysOptions) {
    this.#grants = new NeededGrants({
      service,
      clock,
      holder,
      keyArnOf: (tableId) => this.#tables.get(tableId)?.keyArn,
    });
    this.#onGrantLeft = onGrantLeft;
    this.#parts = { core, service, clock, log, onWiped, limits, onDataKeyNotice, holder, byCallersAlone };
    this.#pageCipher = pageCipher;
    this.#stopListening = service.onKeyChange((keyArn, change) => this.#keyChanged(keyArn, change));
  }

  /**
   * A new table key under `keyId` and a fresh data key for each tree. The table is then held, and its keys
   * are there for `connection`; without one, for the few seconds that a use may linger. Refuses
   * TableKeyRefused.
   */
  async create(
    caller: Caller,
    table: TableIdentity,
    keyId: string,
    trees: readonly number[],
    connection?: ClientConnection,
  ): Promise<WrappedTableKeys> {
    const { core, clock } = this.#parts;
    const asker = connection === undefined ? undefined : this.#asker(caller, connection);
    const askedMs = clock.monotonicMs();
    const changesBefore = this.#keyChangeCount;
    const made = await this.#makeTableKey(caller, table, keyId);
    const { key: tableKey, ciphertext, keyArn, grantId } = made;
    try {
      const dataKeys = trees.map((tree) =>
        makeDataKey(core, tableKey, { tableId: table.id, tree, id: firstDataKeyId }),
      );
      const wrapped = { keyArn, ...(grantId !== undefined && { grantId }), tableKey: ciphertext, dataKeys };
      const held = this.#hold(table, wrapped);
      // Opened from what will be stored: what could not be opened later fails now.
      if (this.#keyChangeCount === changesBefore) held.openMade(tableKey, { asker, askedMs });
      else await this.#openMissed(caller, held, asker);
      return wrapped;
    } finally {
      this.#grants.forget(table.id);
      tableKey.destroy();
    }
  }

  /**
   * The grant for a table from before there were grants: it is made without asking anyone, since nobody could have asked
   * for it then. Undefined where the key needs none.
   */
  async adoptGrant(table: TableIdentity, keyArn: string): Promise<string | undefined> {
    const { tableGrants } = this.#parts.service;
    const wanted = { keyArn, name: table.id, context: encryptionContext(table), holder: this.#parts.holder };
    return await tableGrants?.adopt(serviceItself(table), wanted);
  }

  /** Gives back the grants that no table needs. To be called where the tables that are held are all there are. */
  retireOtherGrants(): Promise<void> {
    return this.#grants.retireOthers();
  }

  /** Makes a table known; touches no key. */
  hold(table: TableIdentity, wrapped: WrappedTableKeys): void {
    this.#hold(table, wrapped);
  }

  /** Forgets a table that was deleted and wipes its keys. Its ciphers refuse TableNotFound from now on. */
  release(tableId: string): void {
    const held = this.#tables.get(tableId);
    this.#tables.delete(tableId);
    held?.end(new Refusal('TableNotFound', {}));
    this.#onGrantLeft();
  }

  /**
   * The cipher of a tree. It works whenever keys of the table are cached; else it throws the refusal that
   * took them away, or an Outage where they only expired. Refuses TableNotFound.
   */
  cipher(tableId: string, tree: number): TreeCipher {
    return this.#pageCipher(tree) ?? this.#held(tableId).cipher(tree);
  }

  /**
   * Before every request that touches data: undefined at once where this caller was let in over this
   * connection less than five minutes ago; else asks the key service. Refuses TableKeyRefused and
   * TableNotFound.
   */
  authorize(caller: Caller, connection: ClientConnection, tableId: string): Promise<void> | undefined {
    const asking = this.#held(tableId).authorize(caller, connection);
    if (asking !== undefined) this.#listenTo(connection);
    return asking;
  }

  /** Opens, for ever, keys that the engine itself cannot be without. Refuses TableKeyRefused. */
  async holdForService(caller: Caller, tableId: string): Promise<void> {
    await this.#held(tableId).hold(caller);
  }

  /**
   * A short use by the service itself; afterwards the keys are wiped unless they are cached. Refuses
   * TableKeyRefused.
   */
  async withService<T>(table: TableIdentity, work: () => Promise<T>): Promise<T> {
    const held = this.#held(table.id);
    await held.hold(serviceItself(table));
    try {
      return await work();
    } finally {
      held.letGo();
    }
  }

  /**
   * Asks whether the service itself may open the table at this moment, and resolves with the refusal if not.
   */
  async check(table: TableIdentity): Promise<Refusal<'TableKeyRefused'> | undefined> {
    return await this.#held(table.id).check();
  }

  /** As `check`, and why, where the key is lost: asks for its state as well then. */
  async findLoss(table: TableIdentity): Promise<KeyLoss | undefined> {
    return await this.#held(table.id).findLoss();
  }

  /**
   * A new table key under `keyId` and the same data keys under it, to be stored and then adopted; until then
   * nothing changes here, and no page ever does. Refuses TableKeyRefused, for the old key before the new one.
   */
  async rewrap(caller: Caller, table: TableIdentity, keyId: string): Promise<WrappedTableKeys> {
    const held = this.#held(table.id);
    this.#grants.note(table.id);
    try {
      return await held.rewrap(caller, keyId);
    } catch (fault) {
      this.#grants.forget(table.id);
      throw fault;
    }
  }

  /**
   * A further data key for each of these trees, under the table's key: to be stored and then adopted. Their ciphers work
   * at once, so that a tree can be made in the very commit that stores its key. Refuses TableKeyRefused.
   */
  async extend(caller: Caller, table: TableIdentity, trees: readonly number[]): Promise<WrappedTableKeys> {
    return await this.#held(table.id).extend(caller, trees);
  }

  /** From now on these are the table's keys; under another table key every caller's right is asked for anew. */
  adopt(tableId: string, wrapped: WrappedTableKeys): void {
    const held = this.#held(tableId);
    const before = held.keyArn;
    held.adopt(wrapped);
    if (held.keyArn === before) return;
    this.#grants.forget(tableId);
    this.#onGrantLeft();
  }

  /**
   * From now on the table's data keys seal no more than is granted. `written`: how much is written down as used;
   * absent for a table that was made just now, whose first block is granted.
   */
  meter(tableId: string, written?: readonly DataKeyCount[]): void {
    this.#held(tableId).meter(written);
  }

  /** The data keys that the table's trees are sealed with. */
  dataKeys(tableId: string): readonly DataKeyState[] {
    return this.#held(tableId).dataKeys();
  }

  /** A further block has been written down for each of these. */
  grant(tableId: string, dataKeys: readonly DataKeyNumber[]): void {
    this.#held(tableId).grant(dataKeys);
  }

  get limits(): DataKeyLimits {
    return this.#parts.limits;
  }

  ownedKey(region: string): Promise<string> {
    return this.#parts.service.ownedKey(region);
  }

  /** Wipes everything. A second call does nothing. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#stopListening();
    for (const held of this.#tables.values()) held.end(new Outage('Closed'));
    this.#tables.clear();
  }

  #hold(table: TableIdentity, wrapped: WrappedTableKeys): HeldTable {
    if (this.#closed) throw new Outage('Closed');
    assert(!this.#tables.has(table.id), 'a table is held once');
    const held = new HeldTable(this.#parts, table, wrapped);
    this.#tables.set(table.id, held);
    return held;
  }

  #held(tableId: string): HeldTable {
    const held = this.#tables.get(tableId);
    if (held !== undefined) return held;
    if (this.#closed) throw new Outage('Closed');
    throw new Refusal('TableNotFound', {});
  }

  /** A table that was not held yet when keys changed, and may have missed that its own did. */
  async #openMissed(caller: Caller, held: HeldTable, asker: Asker | undefined): Promise<void> {
    try {
      await held.openFor(asker === undefined ? serviceItself(held.identity) : caller, asker);
    } catch (fault) {
      this.release(held.identity.id);
      throw fault;
    }
  }

  async #makeTableKey(caller: Caller, table: TableIdentity, keyId: string): Promise<MadeTableKey> {
    const { service, holder } = this.#parts;
    this.#grants.note(table.id);
    try {
      return await makeTableKey(service, { caller, table, keyId, holder });
    } catch (fault) {
      this.#grants.forget(table.id);
      throw fault;
    }
  }

  /** What callers' own policies let them do has changed: everyone's right to every table's key is asked for anew. */
  callersChanged(): void {
    for (const held of this.#tables.values()) held.rightsChanged();
  }

  #keyChanged(keyArn: string, change: KeyChange | undefined): void {
    this.#keyChangeCount++;
    for (const held of this.#tables.values()) {
      if (held.keyArn !== keyArn) continue;
      if (change === 'rights') held.rightsChanged();
      else held.keyChanged();
    }
  }

  #asker(caller: Caller, connection: ClientConnection): Asker {
    this.#listenTo(connection);
    return { connection, arn: askerName(caller) };
  }

  #listenTo(connection: ClientConnection): void {
    if (this.#connections.has(connection) || connection.closed.aborted) return;
    this.#connections.add(connection);
    const forget = () => {
      for (const held of this.#tables.values()) held.forget(connection);
    };
    connection.closed.addEventListener('abort', forget, { once: true });
  }
}
