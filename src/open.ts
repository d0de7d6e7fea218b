/** Opens a store: puts every layer on the one below, and takes all down again where one fails. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { dynamodbOperations } from './api/dynamodb/index.ts';
import { kmsOperations } from './api/kms/index.ts';
import { type Clock, systemClock } from './base/clock.ts';
import { Outage } from './base/errors.ts';
import { type Log, silentLog } from './base/log.ts';
import { Closing } from './closing.ts';
import type { CryptoCore } from './crypto/core.ts';
import { openCryptoCore } from './crypto/open-core.ts';
import { Database } from './database.ts';
import { TableKeys } from './keys/table-keys.ts';
import { EmbeddedKms } from './kms/embedded/embedded-kms.ts';
import type { RootKey } from './kms/embedded/root-key.ts';
import { defaultRootKeyPath, rootKeyFromFile } from './kms/embedded/root-key-file.ts';
import { rootKeyFromPassphrase } from './kms/embedded/root-key-passphrase.ts';
import { KeyWatch } from './lifecycle/key-watch.ts';
import { PageEngine } from './pages/pages.ts';
import { type Service, serviceOf } from './server/service.ts';
import type { PageStore } from './store/page-store.ts';
import { openRecordStorage } from './store/record-storage.ts';
import { openSqliteStore, type SqliteStore, storeFile } from './store/sqlite.ts';
import { rootTree } from './tables/catalog-root.ts';
import { Tables } from './tables/tables.ts';

export interface OpenOptions {
  /** Make a store where there is none, which is the default; else that is Outage StoreMissing. */
  readonly create?: boolean;
  /** A file outside the data folder, or a passphrase. Without either, root.key in the user's configuration directory. */
  readonly rootKey?: { readonly file: string } | { readonly passphrase: string };
  /** Of callers that name none. */
  readonly account?: string;
  /** Of callers that name none. */
  readonly region?: string;
  /** Bound of the memory for opened pages. */
  readonly pageCacheBytes?: number;
  readonly keyWatchIntervalMs?: number;
  /** Fail rather than go on without the addon. */
  readonly requireNative?: boolean;
  readonly log?: Log;
  readonly clock?: Clock;
}

/** Parts that benches and tests put in place of the product's own. */
export interface OpenParts {
  readonly core?: CryptoCore;
}

/** The files of the key service, in their own folder inside the store's. */
const keyFolder = 'kms';
const keyFile = 'keys.sqlite';

const accountForm = /^\d{12}$/;
const regionForm = /^[a-z][a-z0-9-]{1,31}$/;

/**
 * Opens the store in this folder, which from then on is this process's alone. Throws Outages (StoreLocked, StoreMissing,
 * StoreForeign, RootKeyMissing, RootKeyWrong, RootKeyUnsafe, AddonUnavailable …) and IntegrityFault where stored
 * bytes are not what was written.
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
    { dir, create, core, rootKey: rootKeyOf(dir, options), clock, log },
    closing,
  );
  const store = await openStore({ dir, create, kms }, closing);
  let tables: Tables | undefined;
  const onWiped = ({ id }: { readonly id: string }) => tables?.forgetPages(id);
  const keys = closing.add(new TableKeys({ core, service: kms, clock, log, onWiped }), (opened) =>
    opened.close(),
  );
  const { storeId } = store;
  const cacheBytes = options.pageCacheBytes === undefined ? {} : { cacheBytes: options.pageCacheBytes };
  const engine = closing.add(PageEngine.open({ store, storeId, clock, ...cacheBytes }), (opened) =>
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
  const services = servicesOf(tables, kms);
  return new Database({ kms, engine, keys, tables, services, account, region, clock, log, closing });
}

interface KeyServiceOptions {
  readonly dir: string;
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
  { dir, create: mayCreate, ...options }: KeyServiceOptions,
  closing: Closing,
): Promise<EmbeddedKms> {
  const create = mayCreate && !existsSync(join(dir, storeFile));
  const storage = openRecordStorage({ folder: join(dir, keyFolder), file: keyFile, create });
  closing.add(storage, (opened) => opened.close());
  const kms = await EmbeddedKms.open({ ...options, storage, create });
  return closing.add(kms, (opened) => opened.close());
}

/**
 * The page store; made only while the key service has made no key, which the catalogue asks for as its first step: one
 * that is missing later is lost, and an empty one in its place would hide that (R-INT-5). A crash between the
 * steps of the first opening leaves what the next one goes on from.
 */
async function openStore(
  { dir, create, kms }: { readonly dir: string; readonly create: boolean; readonly kms: EmbeddedKms },
  closing: Closing,
): Promise<SqliteStore> {
  const store = openSqliteStore({ folder: dir, create: create && kms.commits === 0 });
  closing.add(store, (opened) => opened.close());
  // The first key belongs to the catalogue, and may be there before it; a second one came after.
  if (kms.commits > 1 && (await isEmpty(store))) {
    throw new Outage('StoreMissing', { hint: 'There is an empty one, but the key service knows another.' });
  }
  return store;
}

async function isEmpty(store: PageStore): Promise<boolean> {
  const [tree] = await store.listTrees(rootTree, 1);
  return tree === undefined;
}

function rootKeyOf(dir: string, { rootKey }: OpenOptions): RootKey {
  if (rootKey !== undefined && 'passphrase' in rootKey) return rootKeyFromPassphrase(rootKey.passphrase);
  return rootKeyFromFile({ path: rootKey?.file ?? defaultRootKeyPath(), dataDirectory: dir });
}

function servicesOf(tables: Tables, kms: EmbeddedKms): readonly Service[] {
  return [
    serviceOf({
      model: 'dynamodb',
      operations: dynamodbOperations,
      context: (caller, connection) => ({ tables, caller, connection }),
    }),
    serviceOf({ model: 'kms', operations: kmsOperations, context: (caller) => ({ kms, caller }) }),
  ];
}

function requireForms({ account, region }: OpenOptions): void {
  if (account !== undefined && !accountForm.test(account)) {
    throw new TypeError('an account has twelve digits');
  }
  if (region !== undefined && !regionForm.test(region)) {
    throw new TypeError('a region is written as us-east-1');
  }
}
