/** All that is below the API, over a memory store and an embedded key service, its time standing still. */
import { createFallbackCore } from '../../src/crypto/fallback-core.ts';
import type { ClientConnection } from '../../src/keys/client-connection.ts';
import type { DataKeyLimits } from '../../src/keys/data-key-use.ts';
import { type TableIdentity, TableKeys } from '../../src/keys/table-keys.ts';
import type { EmbeddedKms } from '../../src/kms/embedded/embedded-kms.ts';
import { PageEngine } from '../../src/pages/pages.ts';
import { createMemoryStore, type MemoryStore } from '../../src/store/memory.ts';
import type { PageStore } from '../../src/store/page-store.ts';
import type { EncryptionChoice } from '../../src/tables/encryption-choice.ts';
import type { EncryptionQuota } from '../../src/tables/encryption-quota.ts';
import type { TableDefinition } from '../../src/tables/table-record.ts';
import { Tables } from '../../src/tables/tables.ts';
import { account, openKms, region, user } from './embedded-kms.ts';
import type { VirtualClock } from './virtual-clock.ts';

/** What a restart makes anew. */
export interface Running {
  readonly engine: PageEngine;
  readonly keys: TableKeys;
  readonly tables: Tables;
}

export interface TablesForTest extends Running {
  readonly kms: EmbeddedKms;
  readonly clock: VirtualClock;
  /** The pages themselves, to be looked at and tampered with. */
  readonly memory: MemoryStore;
  /** Opens what is stored, as a new process does, after closing all but the key service; after a `crash`, nothing. */
  restart(options?: { readonly crash?: boolean }): Promise<TablesForTest>;
  close(): Promise<void>;
}

export interface TablesForTestOptions {
  /** Between the engine and the memory. */
  readonly wrapStore?: (memory: PageStore) => PageStore;
  /** Of opened pages; with nothing to keep, everything is read anew. */
  readonly cacheBytes?: number;
  readonly dataKeyLimits?: DataKeyLimits;
  readonly collectionBytesMax?: number;
  readonly onDataKeyNotice?: (table: TableIdentity) => void;
  readonly encryptionChangeQuota?: EncryptionQuota;
}

export async function openTables(options: TablesForTestOptions = {}): Promise<TablesForTest> {
  const { kms, clock } = await openKms();
  const memory = createMemoryStore();
  const start = async (): Promise<TablesForTest> => {
    const running = await startTables({ ...options, kms, clock, memory });
    return {
      ...running,
      kms,
      clock,
      memory,
      restart: async ({ crash = false } = {}) => {
        if (!crash) await stop(running);
        return start();
      },
      close: async () => {
        await stop(running);
        await kms.close();
      },
    };
  };
  return start();
}

export async function startTables({
  kms,
  clock,
  memory,
  wrapStore = (store) => store,
  cacheBytes,
  collectionBytesMax,
  encryptionChangeQuota,
  dataKeyLimits: limits,
  onDataKeyNotice = () => {},
}: TablesForTestOptions & {
  readonly kms: EmbeddedKms;
  readonly clock: VirtualClock;
  readonly memory: MemoryStore;
}): Promise<Running> {
  let tables: Tables | undefined;
  const { storeId } = memory;
  const bound = cacheBytes === undefined ? {} : { cacheBytes };
  const engine = PageEngine.open({ store: wrapStore(memory), storeId, clock, ...bound });
  const keys = new TableKeys({
    core: createFallbackCore(),
    service: kms,
    clock,
    onWiped: ({ id }) => tables?.forgetPages(id),
    onDataKeyNotice,
    holder: Buffer.from(storeId).toString('hex'),
    onGrantLeft: () => tables?.grants.left(),
    ...(limits === undefined ? {} : { dataKeyLimits: limits }),
  });
  tables = await Tables.open({
    engine,
    keys,
    clock,
    account,
    region,
    collectionBytesMax,
    encryptionChangeQuota,
  });
  return { engine, keys, tables };
}

async function stop({ engine, keys, tables }: Running): Promise<void> {
  await tables.close();
  await engine.close();
  keys.close();
}

let connectionCount = 0;

export function newConnection(): ClientConnection & { close(): void } {
  const controller = new AbortController();
  return { id: ++connectionCount, closed: controller.signal, close: () => controller.abort() };
}

/** A table of items that are known by their `id`. */
export function definitionOf(
  name: string,
  encryption: EncryptionChoice = { kind: 'owned' },
  more: Partial<TableDefinition> = {},
): TableDefinition {
  return {
    name,
    keySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    attributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    billingMode: 'PAY_PER_REQUEST',
    deletionProtection: false,
    tags: [],
    encryption,
    ...more,
  };
}

/** A new customer managed key's ARN. */
export async function newKey(kms: EmbeddedKms): Promise<string> {
  return (await kms.keys.create(user, {})).arn;
}
