/** An open store: clients in this process, servers, figures, and its end. */
import type { Clock } from './base/clock.ts';
import type { Log } from './base/log.ts';
import { type CensusRow, mayRetire, type Retirement, takeStoreCensus } from './census.ts';
import type { Closing } from './closing.ts';
import { EmbeddedTable } from './embedded-table.ts';
import type { TableKeys } from './keys/table-keys.ts';
import type { EmbeddedKms } from './kms/embedded/embedded-kms.ts';
import type { MoveProgress, ReEncryption } from './lifecycle/re-encryption.ts';
import type { Scrub, ScrubStats } from './lifecycle/scrub.ts';
import type { PageEngine } from './pages/pages.ts';
import { type ClientConfig, clientConfig } from './server/client-config.ts';
import { openConnection } from './server/connection.ts';
import { Dispatcher } from './server/dispatch.ts';
import { inProcessHandler } from './server/in-process.ts';
import { listen } from './server/listen.ts';
import { isLoopback } from './server/loopback.ts';
import type { Service } from './server/service.ts';
import { type Credentials, rootArn } from './server/signature.ts';
import { UnderWay } from './server/under-way.ts';
import type { NextTokens } from './tables/partiql/next-token.ts';
import type { Tables } from './tables/tables.ts';
import { type Report, verifyTables } from './verification.ts';

export interface ListenOptions {
  /** 127.0.0.1 unless said otherwise. */
  readonly host?: string;
  /** 0, the default, takes a free one. */
  readonly port?: number;
  /** Who may call. Empty: every caller is trusted. */
  readonly credentials?: readonly Credentials[];
  /** Listen beyond this machine without credentials. */
  readonly trustEveryCaller?: boolean;
  /** Refuse a signature that was used before. AWS does not. */
  readonly rejectReplays?: boolean;
}

export interface ListeningServer {
  readonly host: string;
  readonly port: number;
  /** Answers what is under way, and resolves when every socket is closed. */
  close(): Promise<void>;
}

export interface Stats {
  /** Of the cipher, as `vaes512`; `openssl` on the fallback core. */
  readonly kernel: string;
  /** Where the root key is. */
  readonly rootKey: string;
  /** Calls the key service answered since the start, by operation. */
  readonly kmsCalls: Readonly<Record<string, number>>;
  readonly pagesSealed: number;
  readonly bytesSealed: number;
  readonly sealMs: number;
  readonly pagesOpened: number;
  readonly bytesOpened: number;
  readonly openMs: number;
  /** Opened pages in memory. */
  readonly cachedBytes: number;
  /** What looking through the stored pages has found; absent where it was not asked for. */
  readonly scrub?: ScrubStats;
}

export interface KeyUse {
  readonly keyId: string;
  readonly arn: string;
  readonly region: string;
  readonly manager: 'AWS' | 'CUSTOMER';
  readonly state: string;
  readonly description: string;
  readonly aliases: readonly string[];
  /** Names of the tables it protects. */
  readonly tables: readonly string[];
}

export interface DatabaseParts {
  readonly kms: EmbeddedKms;
  readonly engine: PageEngine;
  readonly keys: TableKeys;
  readonly tables: Tables;
  readonly nextTokens: NextTokens;
  readonly reEncryption: ReEncryption;
  readonly scrub: Scrub | undefined;
  readonly services: readonly Service[];
  readonly account: string;
  readonly region: string;
  readonly clock: Clock;
  readonly log: Log;
  /** Everything the database is made of. */
  readonly closing: Closing;
}

export class Database {
  readonly #parts: DatabaseParts;
  readonly #dispatcher: Dispatcher;
  readonly #underWay = new UnderWay();
  readonly #embedded = openConnection();
  readonly #servers = new Set<ListeningServer>();
  #closing: Promise<void> | undefined;

  constructor(parts: DatabaseParts) {
    const { services, account, region, clock, log } = parts;
    this.#parts = parts;
    this.#dispatcher = new Dispatcher({ services, account, region, clock, log });
  }

  /**
   * For `new DynamoDBClient(database.clientConfig())`, or a client of KMS. Each call is a connection of its own, with its own
   * keys in the cache; clients made with one config share it.
   */
  clientConfig({ region = this.#parts.region }: { readonly region?: string } = {}): ClientConfig {
    return clientConfig(region, inProcessHandler(this.#dispatcher, this.#underWay));
  }

  /**
   * A table by its name or ARN, which need not be there yet, for callers in this process: without the wire, and much
   * faster. All such tables share one connection.
   */
  table(name: string, { region = this.#parts.region }: { readonly region?: string } = {}): EmbeddedTable {
    const { tables, nextTokens, account } = this.#parts;
    const caller = { arn: rootArn(account), account, region };
    const { connection } = this.#embedded;
    return new EmbeddedTable(name, { tables, nextTokens, caller, connection }, this.#underWay);
  }

  /** Rejects with a TypeError where other machines could come in unknown, else with the system's error. */
  async listen(options: ListenOptions = {}): Promise<ListeningServer> {
    const { host = '127.0.0.1', port = 0, credentials = [], trustEveryCaller = false } = options;
    if (credentials.length === 0 && !trustEveryCaller && !isLoopback(host)) {
      throw new TypeError(
        `Other machines can reach ${host}: give credentials, or trustEveryCaller if they may do anything.`,
      );
    }
    const { services, account, region, clock, log } = this.#parts;
    const { rejectReplays = false } = options;
    const rules = { credentials, account, region, rejectReplays };
    const dispatcher = new Dispatcher({ services, ...rules, clock, log });
    const server = await this.#underWay.run(() => listen({ dispatcher, host, port, clock, log }));
    this.#servers.add(server);
    return {
      host: server.host,
      port: server.port,
      close: async () => {
        await server.close();
        this.#servers.delete(server);
      },
    };
  }

  stats(): Stats {
    const { kms, engine, scrub } = this.#parts;
    const { sealedPages, sealedBytes, sealMs, openedPages, openedBytes, openMs } = engine.meter;
    return {
      kernel: kms.core.kernel,
      rootKey: kms.rootKeyPlace,
      kmsCalls: kms.meter.totals(),
      pagesSealed: sealedPages,
      bytesSealed: sealedBytes,
      sealMs,
      pagesOpened: openedPages,
      bytesOpened: openedBytes,
      openMs,
      cachedBytes: engine.cachedBytes,
      ...(scrub === undefined ? {} : { scrub: scrub.stats }),
    };
  }

  /** The keys of all regions but the engine's own, and what they protect. */
  async keys(): Promise<readonly KeyUse[]> {
    const { kms, tables } = this.#parts;
    const summaries = tables.summaries();
    return kms.summaries().map(({ keyId, arn, region, manager, state, description, aliases }) => ({
      keyId,
      arn,
      region,
      manager,
      state,
      description,
      aliases,
      tables: summaries
        .filter(({ keyArn }) => keyArn === arn)
        .map(({ name }) => name)
        .sort(),
    }));
  }

  /** Counts the pages of every tree by the data key that they are under. Needs no table's key. */
  census(): Promise<readonly CensusRow[]> {
    return this.#underWay.run(() => takeStoreCensus(this.#censusParts));
  }

  /** Whether nothing in this store needs a key, named by its id, ARN or alias, any more. Refuses KeyNotFound. */
  mayRetire(key: string): Promise<Retirement> {
    const { kms, region } = this.#parts;
    return this.#underWay.run(() => mayRetire({ ...this.#censusParts, kms }, { key, region }));
  }

  /**
   * Gives a table new data keys, which everything is sealed with once this resolves. What is under the older ones is
   * moved in the background, and they are then forgotten. Refuses TableNotFound, TableKeyRefused and TableInUse.
   */
  rotateDataKeys(
    name: string,
    { region = this.#parts.region }: { readonly region?: string } = {},
  ): Promise<void> {
    const { tables, account } = this.#parts;
    const { dataKeys } = tables;
    return this.#underWay.run(async () => dataKeys.rotate(dataKeys.find({ name, account, region }).id));
  }

  /** Moves at once what of a table is still under older data keys. Refuses TableNotFound and TableKeyRefused. */
  reEncrypt(
    name: string,
    {
      region = this.#parts.region,
      progress,
    }: { readonly region?: string; readonly progress?: MoveProgress } = {},
  ): Promise<void> {
    const { tables, reEncryption, account } = this.#parts;
    return this.#underWay.run(async () =>
      reEncryption.finish(tables.dataKeys.find({ name, account, region }), progress),
    );
  }

  /** Opens every page there is; writes wait meanwhile. Rejects on outages only. */
  verify(progress?: (done: number, total: number) => void): Promise<Report> {
    return this.#underWay.run(() => verifyTables(this.#parts, progress));
  }

  /** Answers what is under way, wipes every key and closes the files. A second call waits for the first. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  get #censusParts() {
    const { engine, tables } = this.#parts;
    return { store: engine.store, upkeep: tables.dataKeys };
  }

  async #close(): Promise<void> {
    const ended = this.#underWay.close();
    await Promise.all([...this.#servers].map((server) => server.close()));
    await ended;
    this.#embedded.end();
    await this.#parts.closing.close();
  }
}
