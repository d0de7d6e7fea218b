/** Opens the store of another process to be read beside it: its keys come from there, its pages from the same file. */
import { readOperations } from './api/dynamodb/index.ts';
import { type Clock, systemClock } from './base/clock.ts';
import { Refusal } from './base/errors.ts';
import type { Log } from './base/log.ts';
import type { Closing } from './closing.ts';
import { openCryptoCore } from './crypto/open-core.ts';
import { TableKeys } from './keys/table-keys.ts';
import { type KeyRelay, relayedKeyService } from './kms/relayed.ts';
import { PageEngine } from './pages/pages.ts';
import { Dispatcher } from './server/dispatch.ts';
import { type Service, serviceOf } from './server/service.ts';
import type { SigningCallers } from './server/signature.ts';
import type { WorkerFrontOptions } from './server/worker-front.ts';
import type { WorkerSettings } from './server/worker-message.ts';
import { followSqliteStore } from './store/sqlite-follower.ts';
import { ReadTables } from './tables/read-tables.ts';

export interface ReaderOptions {
  readonly settings: WorkerSettings;
  /** What keys are sealed with on their way here. Taken, and wiped in these bytes. */
  readonly waySecret: Uint8Array;
  readonly relay: KeyRelay;
  readonly log: Log;
  readonly clock?: Clock;
}

/** Resolves with all that a worker's front needs, but for the line to the primary. `closing` closes it. Throws as a store's opening does. */
export async function openReader(
  { settings, waySecret, relay, log, clock = systemClock }: ReaderOptions,
  closing: Closing,
): Promise<Omit<WorkerFrontOptions, 'channel'>> {
  const { dir, account, region, cacheBytes, requireNative, trustsEveryCaller, credentials } = settings;
  const storeId = new Uint8Array(Buffer.from(settings.storeId, 'base64'));
  const core = openCryptoCore({ requireNative, log });
  const key = closing.add(core.importKey(waySecret), (opened) => opened.destroy());
  let tables: ReadTables | undefined;
  const onWiped = ({ id }: { readonly id: string }) => tables?.forgetPages(id);
  const service = relayedKeyService({ core, key }, relay);
  // Before the first step that waits: a change of a key must not be missed.
  const keys = closing.add(new TableKeys({ core, service, clock, log, onWiped }), (opened) => opened.close());
  const store = closing.add(followSqliteStore({ folder: dir, storeId, rows: core.rows }), (opened) =>
    opened.close(),
  );
  const bound = cacheBytes === undefined ? {} : { cacheBytes };
  const engine = closing.add(PageEngine.open({ store, storeId, clock, ...bound }), (opened) =>
    opened.close(),
  );
  tables = await ReadTables.open({ engine, keys, namespace: { account, region } });
  const services = servicesOf(tables);
  const [dynamodb] = services;
  const rules = { services, account, region, clock, log: quieter(log) };
  const knowsCallers = trustsEveryCaller || credentials.length > 0;
  return {
    trustsEveryCaller,
    reads: knowsCallers
      ? new Dispatcher({ ...rules, credentials, requireSignatures: !trustsEveryCaller, callers: noSessions })
      : undefined,
    rules: new Dispatcher(rules),
    ownTargets: new Set([...dynamodb.runs.keys()].map((name) => `${dynamodb.targetPrefix}.${name}`)),
  };
}

/** The others are there for how long their bodies may be. */
function servicesOf(tables: ReadTables): readonly [Service, ...Service[]] {
  const context = () => ({});
  return [
    serviceOf({
      model: 'dynamodb',
      operations: readOperations,
      context: ({ caller, connection }) => ({ tables, caller, connection }),
    }),
    serviceOf({ model: 'streams', operations: [], context }),
    serviceOf({ model: 'kms', operations: [], context }),
    serviceOf({ model: 'cloudtrail', operations: [], context }),
  ];
}

/** Whose a session is, and whether it has expired, its token tells the primary alone. */
const noSessions: SigningCallers = {
  find(_, sessionToken) {
    if (sessionToken === undefined) return undefined;
    throw new Refusal('UnrecognizedClient', {});
  },
};

/** A read that failed here is asked of the primary, which says what is wrong, if anything. */
function quieter(log: Log): Log {
  const warn: Log['warn'] = (details, sentence) => log.warn(details, sentence);
  return {
    ...log,
    warn,
    error: (details) => warn(details, 'A read failed in a worker; its primary is asked.'),
  };
}
