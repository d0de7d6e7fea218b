/** One table's keys from day to day: opened for who may use them, gone as soon as the key service says so. */
import { equalBytes } from '../base/bytes.ts';
import type { Clock } from '../base/clock.ts';
import { isRefusal, Outage, type Refusal } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { CryptoCore, SecretKey } from '../crypto/core.ts';
import type { Caller, KeyService } from '../kms/key-service.ts';
import { type Asker, askerName, CallerMap } from './caller-map.ts';
import type { ClientConnection } from './client-connection.ts';
import { firstDataKeyId, makeDataKey, rewrapDataKeys } from './data-key.ts';
import type { DataKeyLimits, SealCount } from './data-key-use.ts';
import { KeyCache } from './key-cache.ts';
import { type KeyLoss, keyLossReason } from './key-loss.ts';
import { serviceItself, type TableIdentity } from './table-identity.ts';
import { makeTableKey, openTableKey } from './table-key.ts';
import { type DataKeyCount, type DataKeyNumber, TableKeyring } from './table-keyring.ts';
import type { TreeCipher } from './tree-cipher.ts';
import type { WrappedTableKeys } from './wrapped-table-keys.ts';

/** Each time a key changed while its service was asked, it is asked again, but no more often than this. */
const asksMax = 8;

export interface HeldTableParts {
  readonly core: CryptoCore;
  readonly service: KeyService;
  readonly clock: Clock;
  readonly log: Log;
  readonly onWiped: (table: TableIdentity) => void;
  readonly limits: DataKeyLimits;
  readonly holder: string;
  readonly byCallersAlone: boolean;
  readonly onDataKeyNotice: (table: TableIdentity) => void;
}

/** The data key that a tree is sealed with, and how much it has sealed. */
export interface DataKeyState extends DataKeyCount {
  /** A further block should be written down and granted. */
  readonly isLow: boolean;
  /** It has sealed so much that another should take its place. */
  readonly isDue: boolean;
  /** What is written down as used, and is not. */
  readonly unused: SealCount;
}

export class HeldTable {
  readonly identity: TableIdentity;
  readonly #parts: HeldTableParts;
  readonly #keyring: TableKeyring;
  readonly #cache: KeyCache;
  /** Questions under way; later requests of the same caller wait for the same answer. */
  readonly #asking = new CallerMap<Promise<void>>();
  #wrapped: WrappedTableKeys;
  /** The last number that was given to a data key of each tree, whether or not that came to be stored. */
  readonly #lastIds = new Map<number, number>();
  /** Counts what became of the KMS key: an answer from before such a change is worth nothing. */
  #changeCount = 0;
  #ended: Error | undefined;

  constructor(parts: HeldTableParts, identity: TableIdentity, wrapped: WrappedTableKeys) {
    const keyring = new TableKeyring(parts.core, identity.id, wrapped.dataKeys, {
      limits: parts.limits,
      onNotice: () => parts.onDataKeyNotice(identity),
    });
    const wipe = () => {
      if (keyring.wipe()) parts.onWiped(identity);
    };
    this.identity = identity;
    this.#parts = parts;
    this.#keyring = keyring;
    this.#cache = new KeyCache({ clock: parts.clock, wipe });
    this.#wrapped = wrapped;
  }

  get keyArn(): string {
    return this.#wrapped.keyArn;
  }

  cipher(tree: number): TreeCipher {
    return this.#keyring.cipher(tree);
  }

  /** See TableKeys.authorize. */
  authorize(caller: Caller, connection: ClientConnection): Promise<void> | undefined {
    const arn = askerName(caller);
    if (this.#cache.use(connection, arn)) return undefined;
    const underWay = this.#asking.get(connection, arn);
    if (underWay !== undefined) return underWay;
    const asker = { connection, arn };
    const asking = this.openFor({ ...caller, connection: connection.id }, asker).finally(() =>
      this.#asking.delete(asker),
    );
    this.#asking.set(asker, asking);
    return asking;
  }

  /** Asks the key service. Without an asker, the keys stay for a moment only. Refuses TableKeyRefused. */
  async openFor(caller: Caller, asker: Asker | undefined): Promise<void> {
    try {
      await this.#open(caller, (askedMs) => this.#grant(asker, askedMs));
    } catch (fault) {
      if (asker !== undefined && isRefusal(fault, 'TableKeyRefused')) this.#refused(asker, fault);
      throw fault;
    }
  }

  /**
   * Opens the keys with the table key that was made just now, when the key service was asked at `askedMs`.
   */
  openMade(tableKey: SecretKey, { asker, askedMs }: { asker: Asker | undefined; askedMs: number }): void {
    this.#keyring.open(tableKey, this.#wrapped.dataKeys);
    this.#grant(asker, askedMs);
  }

  /** Opens the keys until `letGo`. Refuses TableKeyRefused. */
  hold(caller: Caller): Promise<void> {
    return this.#open(caller, () => this.#cache.hold());
  }

  letGo(): void {
    this.#cache.letGo();
  }

  /** See TableKeys.check. */
  async check(): Promise<Refusal<'TableKeyRefused'> | undefined> {
    try {
      (await this.#openTableKey(serviceItself(this.identity))).destroy();
      return undefined;
    } catch (fault) {
      if (isRefusal(fault, 'TableKeyRefused')) return fault;
      throw fault;
    }
  }

  /** See TableKeys.findLoss. */
  async findLoss(): Promise<KeyLoss | undefined> {
    const { identity: table, keyArn } = this;
    const refusal = await this.check();
    if (refusal === undefined) return undefined;
    return { refusal, ...(await keyLossReason(this.#parts.service, { table, keyArn }, refusal)) };
  }

  /** See TableKeys.rewrap. */
  async rewrap(caller: Caller, keyId: string): Promise<WrappedTableKeys> {
    const { core, service, holder } = this.#parts;
    const { id: tableId } = this.identity;
    const { dataKeys } = this.#wrapped;
    // A table whose grant was revoked can be put under another key by whoever may still use the old one.
    const from = await this.#openTableKey(caller, { byCallerAlone: true });
    try {
      const made = await makeTableKey(service, { caller, table: this.identity, keyId, holder });
      const { key: to, ciphertext, keyArn, grantId } = made;
      try {
        const rewrapped = rewrapDataKeys(core, { from, to }, { tableId, dataKeys });
        return {
          keyArn,
          ...(grantId !== undefined && { grantId }),
          tableKey: ciphertext,
          dataKeys: rewrapped,
        };
      } finally {
        to.destroy();
      }
    } finally {
      from.destroy();
    }
  }

  /** See TableKeys.extend. */
  async extend(caller: Caller, trees: readonly number[]): Promise<WrappedTableKeys> {
    const { core } = this.#parts;
    const { id: tableId } = this.identity;
    await this.hold(caller);
    try {
      const wrapped = this.#wrapped;
      const tableKey = await this.#openTableKey(caller);
      try {
        if (this.#ended !== undefined) throw this.#ended;
        const made = trees.map((tree) =>
          makeDataKey(core, tableKey, { tableId, tree, id: this.#takeDataKeyId(wrapped, tree) }),
        );
        this.#keyring.openMore(tableKey, made);
        return { ...wrapped, dataKeys: [...wrapped.dataKeys, ...made] };
      } finally {
        tableKey.destroy();
      }
    } finally {
      this.#cache.touch();
      this.letGo();
    }
  }

  /**
   * What is under way goes on. Where the table key is another, every caller's right to it is asked for at the next
   * request.
   */
  adopt(wrapped: WrappedTableKeys): void {
    const isSameKey = equalBytes(wrapped.tableKey, this.#wrapped.tableKey);
    this.#wrapped = wrapped;
    this.#keyring.follow(wrapped.dataKeys);
    if (isSameKey) return;
    this.#changeCount++;
    this.#cache.expire();
  }

  /** See TableKeys.meter. */
  meter(written?: readonly DataKeyCount[]): void {
    this.#keyring.meter(written);
  }

  /** See TableKeys.dataKeys. */
  dataKeys(): readonly DataKeyState[] {
    return this.#keyring.sealing().map((dataKey) => {
      const use = this.#keyring.use(dataKey);
      const { count, isLow, isDue, unused } = use;
      return { ...dataKey, ...count, isLow, isDue, unused };
    });
  }

  /** See TableKeys.grant. */
  grant(dataKeys: readonly DataKeyNumber[]): void {
    for (const dataKey of dataKeys) this.#keyring.use(dataKey).grant();
  }

  /** The client has gone. */
  forget(connection: ClientConnection): void {
    this.#cache.forget(connection);
  }

  /** The KMS key is in another state now: nobody keeps what was opened before. */
  keyChanged(): void {
    const wasOpen = this.#keyring.isOpen;
    this.#changeCount++;
    this.#cache.revoke();
    if (!wasOpen) return;
    const { keyArn } = this;
    this.#parts.log.info(
      { table: this.identity.id, keyArn },
      'Keys of a table were wiped: its KMS key changed.',
    );
    void this.#explain();
  }

  /** Someone may no longer use the KMS key, or may now: everyone asks again, and what is under way may finish. */
  rightsChanged(): void {
    this.#changeCount++;
    this.#cache.expire();
  }

  /** Wipes the keys for good: from now on everything here fails with `why`. */
  end(why: Error): void {
    this.#ended = why;
    this.#keyring.explain(why);
    this.#cache.revoke();
  }

  /** No two open keys ever have one number: what is sealed under a key that is not the stored one would be lost. */
  #takeDataKeyId({ dataKeys }: WrappedTableKeys, tree: number): number {
    const stored = dataKeys.filter((dataKey) => dataKey.tree === tree).map(({ id }) => id);
    const id = Math.max(firstDataKeyId - 1, this.#lastIds.get(tree) ?? 0, ...stored) + 1;
    this.#lastIds.set(tree, id);
    return id;
  }

  /** Asks as `caller` and opens the keys; `granted` runs in the same turn, so that nothing comes between. */
  async #open(caller: Caller, granted: (askedMs: number) => void): Promise<void> {
    for (let asks = 0; asks < asksMax; asks++) {
      const changeCount = this.#changeCount;
      const { dataKeys } = this.#wrapped;
      const askedMs = this.#parts.clock.monotonicMs();
      let tableKey: SecretKey;
      try {
        tableKey = await this.#openTableKey(caller);
      } catch (fault) {
        if (this.#ended !== undefined) throw this.#ended;
        if (this.#changeCount !== changeCount) continue;
        throw fault;
      }
      try {
        if (this.#ended !== undefined) throw this.#ended;
        if (this.#changeCount !== changeCount) continue;
        this.#keyring.open(tableKey, dataKeys);
        granted(askedMs);
        return;
      } finally {
        tableKey.destroy();
      }
    }
    throw new Outage('KeyServiceUnavailable', { hint: 'The key changes faster than it answers.' });
  }

  #openTableKey(caller: Caller, { byCallerAlone = this.#parts.byCallersAlone } = {}): Promise<SecretKey> {
    const { service } = this.#parts;
    return openTableKey(service, { caller, table: this.identity, wrapped: this.#wrapped, byCallerAlone });
  }

  #grant(asker: Asker | undefined, askedMs: number): void {
    if (asker === undefined) this.#cache.touch();
    else this.#cache.add(asker, askedMs);
  }

  /**
   * One caller was refused; where it is the key that fails, whoever still works with it shall read the same.
   */
  #refused(asker: Asker, refusal: Refusal<'TableKeyRefused'>): void {
    const wholeKey = !refusal.details.denied;
    if (wholeKey) this.#keyring.explain(refusal);
    this.#cache.refuse(asker, { wholeKey });
  }

  /** Finds the words for requests that were under way when the keys went. */
  async #explain(): Promise<void> {
    const changeCount = this.#changeCount;
    try {
      const refusal = await this.check();
      const isCurrent = this.#ended === undefined && this.#changeCount === changeCount;
      if (refusal !== undefined && isCurrent) this.#keyring.explain(refusal);
    } catch (fault) {
      if (this.#ended !== undefined) return;
      this.#parts.log.warn({ table: this.identity.id, fault }, 'What became of a key could not be asked.');
    }
  }
}
