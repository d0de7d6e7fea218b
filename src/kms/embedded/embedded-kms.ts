/** The embedded key service: keys of many regions in one sealed store, for the table engine and for the KMS API. */
import { type Clock, systemClock } from '../../base/clock.ts';
import { Outage } from '../../base/errors.ts';
import { type Log, silentLog } from '../../base/log.ts';
import type { CryptoCore } from '../../crypto/core.ts';
import type { Caller, DataKey, EncryptionContext, KeyDescription, KeyService } from '../key-service.ts';
import { managedAlias } from './alias.ts';
import { AliasBook } from './alias-book.ts';
import { DeletionSchedule } from './deletion-schedule.ts';
import { describe, type KeyRecord } from './key.ts';
import { KeyAdministration } from './key-administration.ts';
import { isAlias } from './key-lookup.ts';
import { KeyRing } from './key-ring.ts';
import { KeyUse } from './key-use.ts';
import { ListMarkers, type ListPage, type ListRequest } from './list-page.ts';
import { MaterialSafe } from './material.ts';
import { KmsMeter } from './meter.ts';
import type { KeyRecordStorage } from './record-storage.ts';
import type { RootKey } from './root-key.ts';
import { type OpenRecord, SealedRecords } from './sealed-records.ts';

export interface EmbeddedKmsOptions {
  readonly core: CryptoCore;
  /** Closed with the service. */
  readonly storage: KeyRecordStorage;
  readonly rootKey: RootKey;
  readonly clock?: Clock;
  readonly log?: Log;
  /** Make a store where nothing is yet; true unless said otherwise. Without it: Outage StoreMissing. */
  readonly create?: boolean;
}

/** What an operator sees of a key. */
export interface KeySummary extends KeyDescription {
  readonly region: string;
  readonly account: string;
  readonly description: string;
  readonly aliases: readonly string[];
  readonly createdMs: number;
  readonly deletionMs?: number;
}

export class EmbeddedKms implements KeyService {
  readonly meter = new KmsMeter();
  /** Keys as things: made, shown, enabled, deleted. */
  readonly keys: KeyAdministration;
  readonly aliases: AliasBook;
  /** Keys at work. */
  readonly use: KeyUse;
  readonly core: CryptoCore;
  /** Where the root key is, for people. */
  readonly rootKeyPlace: string;
  readonly #storage: KeyRecordStorage;
  readonly #records: SealedRecords;
  readonly #ring: KeyRing;
  readonly #materials: MaterialSafe;
  readonly #markers: ListMarkers;
  readonly #deletions: DeletionSchedule;
  #closing: Promise<void> | undefined;

  private constructor(options: EmbeddedKmsOptions, records: SealedRecords, contents: readonly OpenRecord[]) {
    const { core, storage, rootKey, clock = systemClock, log = silentLog } = options;
    const { meter } = this;
    const ring = new KeyRing(records, contents, log);
    const materials = new MaterialSafe(core, records.deriveKey('materials'));
    const wipe = (key: KeyRecord) => materials.wipe(key);
    const deletions = new DeletionSchedule({ clock, ring, log, wipe });
    this.core = core;
    this.rootKeyPlace = rootKey.place;
    this.#storage = storage;
    this.#records = records;
    this.#ring = ring;
    this.#materials = materials;
    this.#markers = new ListMarkers(core, records.deriveKey('markers'));
    this.#deletions = deletions;
    const deletionScheduled = () => deletions.look();
    this.keys = new KeyAdministration({ clock, ring, materials, meter, deletionScheduled });
    this.aliases = new AliasBook({ clock, ring, meter });
    this.use = new KeyUse({ core, ring, materials, meter });
  }

  /**
   * Opens the store, making it where nothing is; then deletes the keys whose waiting period ended meanwhile. Throws
   * Outage RootKeyMissing, RootKeyWrong, RootKeyUnsafe or StoreMissing, and IntegrityFault for a store that is not what
   * was written.
   */
  static async open(options: EmbeddedKmsOptions): Promise<EmbeddedKms> {
    const { core, storage, rootKey, create = true } = options;
    const { records, contents } = await SealedRecords.open({ core, storage, rootKey, create });
    const kms = new EmbeddedKms(options, records, contents);
    try {
      await kms.#deletions.start();
    } catch (fault) {
      await kms.close();
      throw fault;
    }
    return kms;
  }

  async describeKey(caller: Caller, keyId: string): Promise<KeyDescription> {
    this.#requireOpen();
    return describe(await this.keys.describe(caller, keyId));
  }

  async generateDataKey(caller: Caller, keyId: string, context: EncryptionContext): Promise<DataKey> {
    this.#requireOpen();
    if (caller.service !== undefined && isAlias(caller, keyId, managedAlias)) {
      await this.keys.managedKey(caller);
    }
    return this.use.generateDataKeyHandle(caller, { keyId, context });
  }

  async decryptDataKey(caller: Caller, ciphertext: Uint8Array, context: EncryptionContext): Promise<DataKey> {
    this.#requireOpen();
    return this.use.decryptDataKeyHandle(caller, { ciphertext, context });
  }

  async ownedKey(region: string): Promise<string> {
    this.#requireOpen();
    return (await this.keys.ownedKey(region)).arn;
  }

  /** Called at once, in the turn in which the change became durable. */
  onKeyChange(listener: (keyArn: string) => void): () => void {
    return this.#ring.onKeyChange(listener);
  }

  /** One page of a list, for operations that list. */
  page<Item>(request: ListRequest<Item>): ListPage<Item> {
    return this.#markers.page(request);
  }

  /** All keys of all regions but the service's own, for the operator. Not an operation of the API, and not metered. */
  summaries(): readonly KeySummary[] {
    return [...this.#ring.keys()]
      .filter((key) => key.owner !== 'OWNED')
      .map((key) => ({
        ...describe(key),
        region: key.region,
        account: key.account,
        description: key.description,
        aliases: this.#ring.aliasesOf(key.keyId).map(({ name }) => name),
        createdMs: key.createdMs,
        ...(key.deletionMs === undefined ? {} : { deletionMs: key.deletionMs }),
      }));
  }

  /** The number of the last durable change. */
  get commits(): number {
    return this.#records.commits;
  }

  /** Lets changes under way finish, wipes every key and closes the storage. A second call waits for the first. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await this.#ring.close();
    this.#deletions.close();
    this.#materials.close();
    this.#markers.close();
    this.#records.destroy();
    await this.#storage.close();
  }

  #requireOpen(): void {
    if (this.#ring.closed) throw new Outage('Closed');
  }
}
