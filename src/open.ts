/** Opens a store: puts every layer on the one below, and takes all down again where one fails. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { StatusDelays } from './api/dynamodb/delayed-tables.ts';
import { type Clock, systemClock } from './base/clock.ts';
import { Outage } from './base/errors.ts';
import { type Log, silentLog } from './base/log.ts';
import { Closing } from './closing.ts';
import type { CryptoCore } from './crypto/core.ts';
import { openCryptoCore } from './crypto/open-core.ts';
import { Database } from './database.ts';
import type { DataKeyLimits } from './keys/data-key-use.ts';
import { type TableIdentity, TableKeys } from './keys/table-keys.ts';
import { EmbeddedKms } from './kms/embedded/embedded-kms.ts';
import type { RootKey } from './kms/embedded/root-key.ts';
import { KeyWatch } from './lifecycle/key-watch.ts';
import { ReEncryption } from './lifecycle/re-encryption.ts';
import { Scrub, type ScrubOptions } from './lifecycle/scrub.ts';
import { startUpkeep } from './lifecycle/upkeep.ts';
import { PageEngine } from './pages/pages.ts';
import { anchorPlaceOf, keyDirectoryOf, keyFile, type PlaceOptions, rootKeyOf } from './places.ts';
import { openServices } from './services.ts';
import { AnchoredStore } from './store/anchored-store.ts';
import type { PageStore } from './store/page-store.ts';
import { openRecordStorage } from './store/record-storage.ts';
import { openSqliteStore, type SqliteStore, storeFile } from './store/sqlite.ts';
import { catalogTree, rootTree } from './tables/catalog-root.ts';
import { Tables } from './tables/tables.ts';

export interface OpenOptions extends PlaceOptions {
  /** Make a store where there is none, which is the default; else that is Outage StoreMissing. */
  readonly create?: boolean;
  /** Take a store that its anchor speaks against: after a backup was put back on purpose. */
  readonly acceptRollback?: boolean;
  /** Of callers that name none. */
  readonly account?: string;
  /** Of callers that name none. */
  readonly region?: string;
  /** Bound of the memory for opened pages. */
  readonly pageCacheBytes?: number;
  /** How long changes of tables are seen to take, as on AWS; tables of `database.table` are there at once. */
  readonly statusDelays?: StatusDelays;
  /** Bound of what the store holds; its log beside it takes up to 128 MiB more. What would go beyond is Outage StoreFull. */
  readonly maxStoreBytes?: number;
  readonly keyWatchIntervalMs?: number;
  /** Look through all stored pages in the background at this rate. Not unless it is given. */
  readonly scrubBytesPerSecond?: number;
  /** From the end of one search for items whose time is up to the next. */
  readonly timeToLiveIntervalMs?: number;
  /** How fast pages are moved from older data keys to new ones in the background. */
  readonly reEncryptionPagesPerSecond?: number;
  /** Fail rather than go on without the addon. */
  readonly requireNative?: boolean;
  readonly log?: Log;
  readonly clock?: Clock;
}

/** Parts that benches and tests put in place of the product's own. */
export interface OpenParts {
  readonly core?: CryptoCore;
  readonly dataKeyLimits?: DataKeyLimits;
}

const accountForm = /^\d{12}$/;
const regionForm = /^[a-z][a-z0-9-]{1,31}$/;

/**
 * Opens the store in this folder, which from then on is this process's alone. Throws Outages (StoreLocked, StoreMissing,
 * StoreForeign, StoreRolledBack, RootKeyMissing, RootKeyWrong, RootKeyUnsafe, AddonUnavailable …) and IntegrityFault
 * where stored bytes are not what was written.
 */
export function open(dir: string, options: OpenOptions = {}): Promise<Database> {
  return openWith(dir, options, {});
}

export async function openWith(dir: string, options: OpenOptions, parts: OpenParts): Promise<Database> {
  requireForms(options);
  const closing = new Closing();
  try {
    return await assemble({ dir, options, parts, closing });
  } catch (fault) {
    // The fault that stopped the opening says more than one of a half-open part.
    await closing.close().catch(() => {});
    throw fault;
  }
}

interface Assembly {
  readonly dir: string;
  readonly options: OpenOptions;
  readonly parts: OpenParts;
  /** Receives each part as soon as it is open. */
  readonly closing: Closing;
}

async function assemble({ dir, options, parts, closing }: Assembly): Promise<Database> {
  const { account = '000000000000', region = 'us-east-1' } = options;
  const { create = true, clock = systemClock, log = silentLog } = options;
  const core = parts.core ?? openCryptoCore({ requireNative: options.requireNative === true, log });
  const kms = await openKeyService(
    { dir, folder: keyDirectoryOf(dir, options), create, core, rootKey: rootKeyOf(dir, options), clock, log },
    closing,
  );
  const store = await openStore({ dir, create, kms, bytesMax: options.maxStoreBytes }, closing);
  let tables: Tables | undefined;
  const onWiped = ({ id }: { readonly id: string }) => tables?.forgetPages(id);
  let reEncryption: ReEncryption | undefined;
  const onDataKeyNotice = (table: TableIdentity) => reEncryption?.notice(table);
  const limits = parts.dataKeyLimits === undefined ? {} : { dataKeyLimits: parts.dataKeyLimits };
  const keys = closing.add(
    new TableKeys({ core, service: kms, clock, log, onWiped, onDataKeyNotice, ...limits }),
    (opened) => opened.close(),
  );
  const { storeId } = store;
  const anchored = await anchor({ dir, options, store, kms, clock, log }, closing);
  const cacheBytes = options.pageCacheBytes === undefined ? {} : { cacheBytes: options.pageCacheBytes };
  const engine = closing.add(PageEngine.open({ store: anchored, storeId, clock, ...cacheBytes }), (opened) =>
    opened.close(),
  );
  tables = closing.add(await Tables.open({ engine, keys, clock, log, account, region }), (opened) =>
    opened.close(),
  );
  const watchInterval =
    options.keyWatchIntervalMs === undefined ? {} : { intervalMs: options.keyWatchIntervalMs };
  const watch = closing.add(new KeyWatch({ tables, keys, clock, log, ...watchInterval }), (opened) =>
    opened.stop(),
  );
  watch.start();
  const { reEncryptionPagesPerSecond: pagesPerSecond } = options;
  const rate = pagesPerSecond === undefined ? {} : { pagesPerSecond };
  reEncryption = closing.add(
    new ReEncryption({ upkeep: tables.dataKeys, keys, engine, clock, log, ...rate }),
    (opened) => opened.stop(),
  );
  reEncryption.start();
  const scrub = startScrub({ tables, keys, engine, clock, log }, options, closing);
  const { timeToLiveIntervalMs } = options;
  const upkeep = startUpkeep({ tables, clock, log, timeToLiveIntervalMs });
  closing.add(upkeep, (opened) => opened.stop());
  const { statusDelays } = options;
  const { services, nextTokens } = openServices({ tables, kms, clock, statusDelays }, closing);
  return new Database({
    kms,
    engine,
    keys,
    tables,
    nextTokens,
    reEncryption,
    scrub,
    services,
    account,
    region,
    clock,
    log,
    closing,
  });
}

interface KeyServiceOptions {
  readonly dir: string;
  readonly folder: string;
  readonly create: boolean;
  readonly core: CryptoCore;
  readonly rootKey: RootKey;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * First of all, since it says whether the page store may be made. It is never made beside pages that are there: no new
 * key would open them.
 */
async function openKeyService(
  { dir, folder, create: mayCreate, ...options }: KeyServiceOptions,
  closing: Closing,
): Promise<EmbeddedKms> {
  const create = mayCreate && !existsSync(join(dir, storeFile));
  const storage = openRecordStorage({ folder, file: keyFile, create });
  closing.add(storage, (opened) => opened.close());
  const kms = await EmbeddedKms.open({ ...options, storage, create });
  return closing.add(kms, (opened) => opened.close());
}

interface StoreOptions {
  readonly dir: string;
  readonly create: boolean;
  readonly kms: EmbeddedKms;
  readonly bytesMax: number | undefined;
}

/**
 * The page store; made only while the key service has made no key, which the catalogue asks for as its first step: one
 * that is missing later is lost, and an empty one in its place would hide that (R-INT-5). A crash between the
 * steps of the first opening leaves what the next one goes on from.
 */
async function openStore(
  { dir, create, kms, bytesMax }: StoreOptions,
  closing: Closing,
): Promise<SqliteStore> {
  const store = openSqliteStore({ folder: dir, create: create && kms.commits === 0, bytesMax });
  closing.add(store, (opened) => opened.close());
  // The first key belongs to the catalogue, and may be there before it; a second one came after.
  if (kms.commits > 1 && (await storeIsEmpty(store))) {
    throw new Outage('StoreMissing', { hint: 'There is an empty one, but the key service knows another.' });
  }
  return store;
}

interface Anchoring {
  readonly dir: string;
  readonly options: OpenOptions;
  readonly store: SqliteStore;
  readonly kms: EmbeddedKms;
  readonly clock: Clock;
  readonly log: Log;
}

/** The store as the engine sees it. Before a page is opened: a store that was put back should be told by that name. */
async function anchor(
  { dir, options, store, kms, clock, log }: Anchoring,
  closing: Closing,
): Promise<PageStore> {
  const place = anchorPlaceOf(dir, options);
  if (place === undefined) return store;
  const key = closing.add(kms.deriveKey('anchors'), (opened) => opened.destroy());
  const anchored = await AnchoredStore.open({
    store,
    storeId: store.storeId,
    lastingTrees: [rootTree, catalogTree],
    place,
    key: { core: kms.core, key },
    clock,
    log,
    acceptRollback: options.acceptRollback === true,
  });
  return closing.add(anchored, (opened) => opened.close());
}

function startScrub(
  parts: Omit<ScrubOptions, 'bytesPerSecond'>,
  { scrubBytesPerSecond: bytesPerSecond }: OpenOptions,
  closing: Closing,
): Scrub | undefined {
  if (bytesPerSecond === undefined) return undefined;
  const scrub = closing.add(new Scrub({ ...parts, bytesPerSecond }), (opened) => opened.stop());
  scrub.start();
  return scrub;
}

/** True where there is nothing, or only where a catalogue would begin. */
export async function storeIsEmpty(store: PageStore): Promise<boolean> {
  const [tree] = await store.listTrees(rootTree, 1);
  return tree === undefined;
}

function requireForms({ account, region, maxStoreBytes, scrubBytesPerSecond }: OpenOptions): void {
  if (scrubBytesPerSecond !== undefined && !(scrubBytesPerSecond > 0)) {
    throw new TypeError('a scrub has a rate above 0, or is not asked for');
  }
  if (maxStoreBytes !== undefined && !(Number.isSafeInteger(maxStoreBytes) && maxStoreBytes > 0)) {
    throw new TypeError('a bound of the store is a whole number of bytes above 0');
  }
  if (account !== undefined && !accountForm.test(account)) {
    throw new TypeError('an account has twelve digits');
  }
  if (region !== undefined && !regionForm.test(region)) {
    throw new TypeError('a region is written as us-east-1');
  }
}
