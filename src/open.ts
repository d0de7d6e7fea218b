/** Opens a store: puts every layer on the one below, and takes all down again where one fails. */
import type { StatusDelays } from './api/dynamodb/delayed-tables.ts';
import type { KeyRequestQuota } from './api/kms/request-quota.ts';
import { type Clock, systemClock } from './base/clock.ts';
import { Outage } from './base/errors.ts';
import { type Log, silentLog } from './base/log.ts';
import { Closing } from './closing.ts';
import type { CryptoCore } from './crypto/core.ts';
import { openCryptoCore } from './crypto/open-core.ts';
import { Database } from './database.ts';
import { identityServices } from './identities.ts';
import { chosenKeyServices, type KeyServiceChoice } from './key-service-choice.ts';
import type { DataKeyLimits } from './keys/data-key-use.ts';
import { TableKeys } from './keys/table-keys.ts';
import type { EmbeddedKms } from './kms/embedded/embedded-kms.ts';
import type { KeyService } from './kms/key-service.ts';
import type { Backups } from './lifecycle/backups.ts';
import type { BucketFolders } from './lifecycle/bucket.ts';
import type { NoticeOptions } from './lifecycle/notice-channels.ts';
import { ReEncryption } from './lifecycle/re-encryption.ts';
import type { ReplicationOptions } from './lifecycle/replication.ts';
import { Scrub, type ScrubOptions } from './lifecycle/scrub.ts';
import { startTableCare } from './lifecycle/table-care.ts';
import { startUpkeep } from './lifecycle/upkeep.ts';
import { type AuditOption, openAudit, recordedService } from './open-audit.ts';
import { openBackups } from './open-backups.ts';
import { openExchange } from './open-exchange.ts';
import { openKeyService } from './open-key-service.ts';
import { openReplicas } from './open-replicas.ts';
import { PageEngine } from './pages/pages.ts';
import { anchorPlaceOf, type PlaceOptions } from './places.ts';
import type { PeerOptions } from './server/peers/peer-options.ts';
import type { Service } from './server/service.ts';
import { openServices } from './services.ts';
import { AnchoredStore } from './store/anchored-store.ts';
import type { PageStore } from './store/page-store.ts';
import { openSqliteStore, type SqliteStore } from './store/sqlite.ts';
import { catalogTree, rootTree } from './tables/catalog-root.ts';
import type { EncryptionQuota } from './tables/encryption-quota.ts';
import { Tables } from './tables/tables.ts';
import { WorkerHosting } from './worker-hosting.ts';

export interface OpenOptions extends PlaceOptions, KeyServiceChoice {
  /** Make a store where there is none, which is the default; else that is Outage StoreMissing. */
  readonly create?: boolean;
  /** Take a store that its anchor speaks against: after a backup was put back on purpose. */
  readonly acceptRollback?: boolean;
  /** Of callers that name none: twelve zeros unless said otherwise. */
  readonly account?: string;
  /** Of callers that name none: `us-east-1` unless said otherwise. */
  readonly region?: string;
  /** Bound of the memory for opened pages: 64 MiB unless said otherwise. */
  readonly pageCacheBytes?: number;
  /** How long changes of tables are seen to take, as on AWS; tables of `database.table` are there at once. */
  readonly statusDelays?: StatusDelays;
  /** Bound of what the store holds; its log beside it takes up to 128 MiB more. What would go beyond is Outage StoreFull. */
  readonly maxStoreBytes?: number;
  /** From the end of one look at the keys of tables to the next: a quarter of an hour unless said otherwise. */
  readonly keyWatchIntervalMs?: number;
  /** What that is longer by at most, by chance. */
  readonly keyWatchJitterMs?: number;
  /** Where the owner of tables is told of keys that cannot be used. */
  readonly notices?: NoticeOptions;
  /** How often a table may be put under another key: as on AWS, unless it says `none`. */
  readonly encryptionChangeQuota?: EncryptionQuota;
  /** How often an account may call the key service: no bound unless it says otherwise. */
  readonly keyRequestQuota?: KeyRequestQuota;
  /** Look through all stored pages in the background at this rate. Not unless it is given. */
  readonly scrubBytesPerSecond?: number;
  /** Folders in the place of S3 buckets, by the names of those: what is exported lies there in clear. */
  readonly buckets?: BucketFolders;
  /** From the end of one search for items whose time is up to the next: ten minutes unless said otherwise. */
  readonly timeToLiveIntervalMs?: number;
  /** How fast pages are moved from older data keys to new ones in the background. */
  readonly reEncryptionPagesPerSecond?: number;
  /** Whether calls are recorded, in the folder `audit`; `on` unless said otherwise. Reading and writing items never is. */
  readonly audit?: AuditOption;
  /** Processes that serve other regions, to which tables can be replicated: docs/global-tables.md. */
  readonly peers?: PeerOptions;
  /** A file that declares users, roles, policies and access keys: its form is told in docs/identities.md. */
  readonly iam?: string;
  /** Fail rather than go on without the addon. */
  readonly requireNative?: boolean;
  readonly log?: Log;
  readonly clock?: Clock;
}

/** Parts that benches and tests put in place of the product's own. */
export interface OpenParts {
  readonly core?: CryptoCore;
  readonly dataKeyLimits?: DataKeyLimits;
  /** What stands between the table engine and its key service. */
  readonly keyService?: (service: KeyService) => KeyService;
  /** What stands between one region and another that it is replicated with. */
  readonly between?: ReplicationOptions['between'];
  /** What stands between callers and the operations. */
  readonly services?: (services: readonly Service[]) => readonly Service[];
}

const accountForm = /^\d{12}$/;
const regionForm = /^[a-z][a-z0-9-]{1,31}$/;

/**
 * Opens the store in this folder, which from then on is this process's alone. Throws Outages (StoreLocked, StoreMissing,
 * StoreForeign, StoreRolledBack, RootKeyMissing, RootKeyWrong, RootKeyUnsafe, RootKeyRefused, KeyServiceUnavailable,
 * AddonUnavailable …) and IntegrityFault where stored bytes are not what was written.
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

async function assemble(assembly: Assembly): Promise<Database> {
  const { dir, options, parts, closing } = assembly;
  const { account = '000000000000', region = 'us-east-1', clock = systemClock, log = silentLog } = options;
  const world = { clock, log, account, region };
  const calls = await openCalls(assembly, world);
  const { kms, identities, chosen, audit, recorded } = calls;
  const opened = await openTables(assembly, world, calls);
  const { engine, keys, tables, anchored, storeId } = opened;
  const made = { kms, service: recorded, keys, tables, clock, log };
  const { core } = kms;
  const copies = await openBackups({ dir, store: anchored, storeId, ...made }, closing);
  const { backups, restores, pointInTime, manifestKey } = copies;
  const exchange = await openExchange(
    { ...made, core, manifestKey, backups, buckets: options.buckets },
    closing,
  );
  const background = await startBackground(assembly, world, { ...opened, backups, service: recorded });
  opened.onReEncryption(background.reEncryption);
  const { care, ...others } = background;
  const replicas = await openReplicas(
    { ...made, ...care, peers: options.peers, between: parts.between },
    closing,
  );
  care.onStatusChange(() => replicas.statusesChanged());
  const doors = { backups, restores, pointInTime, ...exchange, replicas: replicas.groups };
  const { statusDelays, keyRequestQuota } = options;
  const { services, nextTokens } = openServices(
    { tables, copies: doors, kms, audit, clock, statusDelays, keyRequestQuota },
    closing,
  );
  // Before all others: what waits for a remote key service would keep them from closing.
  closing.add(chosen, (service) => service.close());
  return new Database({
    ...made,
    ...world,
    ...others,
    engine,
    copies: doors,
    verifyBackup: copies.verify,
    nextTokens,
    services: parts.services?.(services) ?? services,
    queries: identityServices(identities, clock),
    identities,
    audit,
    hosting: new WorkerHosting({
      ...options,
      ...world,
      engine,
      dir,
      storeId,
      core,
      service: recorded,
      identities,
    }),
    closing,
  });
}

/** What every part is told of where it is. */
interface World {
  readonly clock: Clock;
  readonly log: Log;
  readonly account: string;
  readonly region: string;
}

/** The key service, who may call it, and the record of who did. The page store comes in between: see openStore. */
async function openCalls({ dir, options, parts, closing }: Assembly, { clock, log }: World) {
  const { create = true, acceptRollback = false, iam } = options;
  const core = parts.core ?? openCryptoCore({ requireNative: options.requireNative === true, log });
  const asked = { dir, places: options, create, iam, acceptRollback, core, clock, log };
  const { kms, identities } = await openKeyService(asked, closing);
  const chosen = chosenKeyServices({ kms, choice: options, clock, log }, closing);
  const store = await openStore({ dir, create, kms, bytesMax: options.maxStoreBytes }, closing);
  const audit = await openAudit({ dir, places: options, kms, option: options.audit, clock, log }, closing);
  const recorded = recordedService(parts.keyService?.(chosen) ?? chosen, kms, audit);
  return { kms, identities, chosen, store, audit, recorded };
}

type Calls = Awaited<ReturnType<typeof openCalls>>;

/** Tables over pages over the store, with their keys. */
async function openTables(
  { dir, options, parts, closing }: Assembly,
  world: World,
  { kms, identities, store, recorded }: Calls,
) {
  const { clock, log } = world;
  const { storeId } = store;
  let tables: Tables | undefined;
  let reEncryption: ReEncryption | undefined;
  const limits = parts.dataKeyLimits === undefined ? {} : { dataKeyLimits: parts.dataKeyLimits };
  const keys = closing.add(
    new TableKeys({
      core: kms.core,
      service: recorded,
      clock,
      log,
      onWiped: ({ id }) => tables?.forgetPages(id),
      onDataKeyNotice: (table) => reEncryption?.notice(table),
      holder: Buffer.from(storeId).toString('hex'),
      onGrantLeft: () => tables?.grants.left(),
      ...limits,
    }),
    (opened) => opened.close(),
  );
  identities.directory.onChange(() => keys.callersChanged());
  const anchored = await anchor({ dir, options, store, kms, clock, log }, closing);
  const cacheBytes = options.pageCacheBytes === undefined ? {} : { cacheBytes: options.pageCacheBytes };
  const engine = closing.add(PageEngine.open({ store: anchored, storeId, clock, ...cacheBytes }), (opened) =>
    opened.close(),
  );
  tables = closing.add(await Tables.open({ ...options, ...world, engine, keys }), (opened) => opened.close());
  const onReEncryption = (started: ReEncryption) => {
    reEncryption = started;
  };
  return { keys, engine, tables, anchored, storeId, onReEncryption };
}

type OpenedTables = Pick<Awaited<ReturnType<typeof openTables>>, 'keys' | 'engine' | 'tables'>;

/** What time does to tables without being asked. */
async function startBackground(
  { options, closing }: Assembly,
  { clock, log }: World,
  {
    keys,
    engine,
    tables,
    backups,
    service,
  }: OpenedTables & {
    readonly backups: Backups;
    readonly service: KeyService;
  },
) {
  const onKeyChange: KeyService['onKeyChange'] = (listener) => service.onKeyChange(listener);
  let onStatusChange = () => {};
  const care = await startTableCare({
    ...options,
    ...{ tables, keys, backups, onKeyChange, clock, log },
    onStatusChange: () => onStatusChange(),
  });
  closing.add(care, (started) => started.stop());
  const { reEncryptionPagesPerSecond: pagesPerSecond, timeToLiveIntervalMs } = options;
  const rate = pagesPerSecond === undefined ? {} : { pagesPerSecond };
  const reEncryption = closing.add(
    new ReEncryption({ upkeep: tables.dataKeys, keys, engine, clock, log, ...rate }),
    (started) => started.stop(),
  );
  reEncryption.start();
  const scrub = startScrub({ tables, keys, engine, clock, log }, options, closing);
  const upkeep = startUpkeep({ tables, backups, clock, log, timeToLiveIntervalMs });
  closing.add(upkeep, (started) => started.stop());
  const told = (listener: () => void) => {
    onStatusChange = listener;
  };
  return { reEncryption, scrub, care: { lifecycle: care.lifecycle, time: care.time, onStatusChange: told } };
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
  const store = openSqliteStore({
    folder: dir,
    create: create && kms.commits === 0,
    bytesMax,
    rows: kms.core.rows,
  });
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

function requireForms({
  account,
  region,
  maxStoreBytes,
  scrubBytesPerSecond,
  ...options
}: OpenOptions): void {
  const { keyRequestQuota: quota } = options;
  if (typeof quota === 'number' && !(quota > 0)) throw new TypeError('a quota of calls is above 0, or none');
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
