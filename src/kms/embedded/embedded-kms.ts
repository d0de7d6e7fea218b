/** The embedded key service: keys of many regions in one sealed store, for the table engine and for the KMS API. */
import { type Clock, systemClock } from '../../base/clock.ts';
import { Outage } from '../../base/errors.ts';
import { type Log, silentLog } from '../../base/log.ts';
import type { CryptoCore, SecretKey } from '../../crypto/core.ts';
import type { IsKnown } from '../../iam/named-principal.ts';
import type {
  Caller,
  DataKey,
  DecryptOptions,
  EncryptionContext,
  KeyDescription,
  KeyListener,
  KeyService,
} from '../key-service.ts';
import { KeyAccess } from './access.ts';
import { managedAlias } from './alias.ts';
import { AliasBook } from './alias-book.ts';
import { AsymmetricUse } from './asymmetric-use.ts';
import { deletionSchedule } from './deletion-schedule.ts';
import { GrantBook } from './grant-book.ts';
import { GrantTokens } from './grant-token.ts';
import { HmacUse } from './hmac-use.ts';
import { importExpiry } from './import-expiry.ts';
import { MaterialImport } from './import-material.ts';
import { ImportTokens } from './import-token.ts';
import { describe, type KeyRecord } from './key.ts';
import { KeyAdministration } from './key-administration.ts';
import { KeyEvents } from './key-event.ts';
import { KeyFinder } from './key-finder.ts';
import { isAlias } from './key-lookup.ts';
import { KeyRing } from './key-ring.ts';
import { KeyRotations } from './key-rotation.ts';
import type { KeySchedule } from './key-schedule.ts';
import { KeyUse } from './key-use.ts';
import { LastUses } from './last-use.ts';
import { ListMarkers, type ListPage, type ListRequest } from './list-page.ts';
import { MaterialSafe } from './material.ts';
import { KmsMeter } from './meter.ts';
import { Milestones } from './milestone.ts';
import { MultiRegion } from './multi-region.ts';
import type { KeyRecordStorage } from './record-storage.ts';
import type { RootKey } from './root-key.ts';
import { type OpenRecord, SealedRecords } from './sealed-records.ts';
import { EmbeddedTableGrants } from './table-grants.ts';

export interface EmbeddedKmsOptions {
  readonly core: CryptoCore;
  /** Closed with the service. */
  readonly storage: KeyRecordStorage;
  readonly rootKey: RootKey;
  readonly clock?: Clock;
  readonly log?: Log;
  /** Make a store where nothing is yet; true unless said otherwise. Without it: Outage StoreMissing. */
  readonly create?: boolean;
  /** Whom a key policy or a grant may name: everybody unless said otherwise. Asked each time. */
  readonly isKnown?: IsKnown;
}

/** What an operator sees of a key. */
export interface KeySummary extends KeyDescription {
  readonly region: string;
  readonly account: string;
  readonly description: string;
  readonly aliases: readonly string[];
  readonly createdMs: number;
  /** Of its material, until now. */
  readonly rotations: number;
}

export class EmbeddedKms implements KeyService {
  readonly meter = new KmsMeter();
  readonly access: KeyAccess;
  /** Keys as things: made, shown, enabled, deleted. */
  readonly keys: KeyAdministration;
  readonly aliases: AliasBook;
  readonly grants: GrantBook;
  readonly tableGrants: EmbeddedTableGrants;
  readonly rotations: KeyRotations;
  /** Keys at work. */
  readonly use: KeyUse;
  readonly macs: HmacUse;
  readonly lastUses: LastUses;
  readonly asymmetric: AsymmetricUse;
  readonly imports: MaterialImport;
  readonly multiRegion: MultiRegion;
  readonly finder: KeyFinder;
  /** How far stores had come that are kept beside the keys. */
  readonly milestones: Milestones;
  /** What happens to keys without a call. */
  readonly events: KeyEvents;
  readonly core: CryptoCore;
  /** Where the root key is, for people. */
  readonly rootKeyPlace: string;
  readonly #storage: KeyRecordStorage;
  readonly #records: SealedRecords;
  readonly #ring: KeyRing;
  readonly #materials: MaterialSafe;
  readonly #markers: ListMarkers;
  readonly #grantTokens: GrantTokens;
  readonly #importTokens: ImportTokens;
  readonly #deletions: KeySchedule;
  readonly #expiries: KeySchedule;
  #closing: Promise<void> | undefined;

  private constructor(options: EmbeddedKmsOptions, records: SealedRecords, contents: readonly OpenRecord[]) {
    const { core, storage, rootKey, clock = systemClock, log = silentLog } = options;
    const { meter } = this;
    const ring = new KeyRing(records, contents, log);
    this.milestones = new Milestones(ring);
    this.events = new KeyEvents(ring, clock);
    const materials = new MaterialSafe(core, records.deriveKey('materials'));
    const wipe = (key: KeyRecord) => materials.wipe(key);
    const deletions = deletionSchedule({ clock, ring, log, wipe });
    const expiries = importExpiry({ clock, ring, log, wipe });
    this.core = core;
    this.rootKeyPlace = rootKey.place;
    this.#storage = storage;
    this.#records = records;
    this.#ring = ring;
    this.#materials = materials;
    this.#markers = new ListMarkers(core, records.deriveKey('markers'));
    this.#deletions = deletions;
    this.#expiries = expiries;
    const deletionScheduled = () => deletions.look();
    const usableAgain = () => this.rotations.look();
    const access = new KeyAccess({ ring, clock });
    this.access = access;
    this.keys = new KeyAdministration({
      clock,
      access,
      ring,
      materials,
      meter,
      deletionScheduled,
      usableAgain,
      isKnown: options.isKnown,
    });
    const family = (key: KeyRecord) => this.multiRegion.family(key);
    this.rotations = new KeyRotations({ clock, ring, log, keys: this.keys, materials, family });
    this.aliases = new AliasBook({ clock, access, ring, meter });
    this.#grantTokens = new GrantTokens(core, records.deriveKey('grant tokens'));
    this.finder = new KeyFinder(ring, this.#grantTokens);
    const { isKnown } = options;
    this.grants = new GrantBook({ clock, access, ring, meter, tokens: this.#grantTokens, isKnown });
    this.tableGrants = new EmbeddedTableGrants({ ring, access, book: this.grants });
    this.use = new KeyUse({ core, access, ring, materials, meter });
    this.lastUses = new LastUses({ clock, ring, milestones: this.milestones, log });
    this.macs = new HmacUse({ use: this.use, materials });
    this.asymmetric = new AsymmetricUse({ use: this.use, materials });
    this.multiRegion = new MultiRegion({ clock, access, ring, keys: this.keys });
    this.#importTokens = new ImportTokens(core, records.deriveKey('import tokens'));
    this.imports = new MaterialImport({
      clock,
      ring,
      keys: this.keys,
      materials,
      tokens: this.#importTokens,
      expiryChanged: () => expiries.look(),
    });
  }

  /**
   * Opens the store, making it where nothing is; then does what fell due meanwhile: deletes keys whose waiting period
   * ended, rotates others, takes away imported material that expired. Throws Outage RootKeyMissing, RootKeyWrong,
   * RootKeyUnsafe or StoreMissing, and IntegrityFault for a store that is not what was written.
   */
  static async open(options: EmbeddedKmsOptions): Promise<EmbeddedKms> {
    const { core, storage, rootKey, create = true } = options;
    const { records, contents } = await SealedRecords.open({ core, storage, rootKey, create });
    const kms = new EmbeddedKms(options, records, contents);
    try {
      await kms.#deletions.start();
      await kms.rotations.start();
      await kms.#expiries.start();
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
    const made = this.use.generateDataKeyHandle(caller, { keyId, context });
    this.lastUses.note(made.keyArn, 'GenerateDataKey');
    return made;
  }

  async decryptDataKey(
    caller: Caller,
    ciphertext: Uint8Array,
    context: EncryptionContext,
    { byCallerAlone = false }: DecryptOptions = {},
  ): Promise<DataKey> {
    this.#requireOpen();
    const opened = this.use.decryptDataKeyHandle(caller, { ciphertext, context });
    try {
      if (!byCallerAlone) this.tableGrants.requireOwnRight(caller, opened.keyArn, context);
    } catch (fault) {
      opened.key.destroy();
      throw fault;
    }
    this.lastUses.note(opened.keyArn, 'Decrypt');
    return opened;
  }

  async ownedKey(region: string): Promise<string> {
    this.#requireOpen();
    return (await this.keys.ownedKey(region)).arn;
  }

  /** Called at once, in the turn in which the change became durable. */
  onKeyChange(listener: KeyListener): () => void {
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
        aliases: this.#ring.aliasesOf(key).map(({ name }) => name),
        createdMs: key.createdMs,
        rotations: key.materials.filter(({ rotated }) => rotated !== undefined).length,
      }));
  }

  /** A key of this store for a purpose that is none of the service's own; the caller's to destroy. */
  deriveKey(purpose: string): SecretKey {
    this.#requireOpen();
    return this.#records.deriveKey(purpose);
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
    await this.lastUses.close();
    await this.#ring.close();
    this.#deletions.close();
    this.rotations.close();
    this.#expiries.close();
    this.#materials.close();
    this.#markers.close();
    this.#grantTokens.close();
    this.#importTokens.close();
    this.#records.destroy();
    await this.#storage.close();
  }

  #requireOpen(): void {
    if (this.#ring.closed) throw new Outage('Closed');
  }
}
