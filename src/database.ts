/** An open store: clients in this process, servers, figures, and its end. */
import type { Duplex } from 'node:stream';
import { type AccessExplanation, type AccessQuestion, explainAccess } from './access-explanation.ts';
import type { BackupDoors, DynamoContext, ExchangeDoors, ReplicaDoors } from './api/dynamodb/context.ts';
import type { Audit } from './audit/audit.ts';
import type { UsageRow } from './audit/usage.ts';
import type { Clock } from './base/clock.ts';
import type { Log } from './base/log.ts';
import { isLoopback } from './base/loopback.ts';
import { type BillOptions, type ItemisedBill, takeBill } from './billing.ts';
import { type CensusRow, mayRetire, type Retirement, takeStoreCensus } from './census.ts';
import type { Closing } from './closing.ts';
import { EmbeddedTable } from './embedded-table.ts';
import {
  type TransactGet,
  type TransactWrite,
  type TransactWriteOptions,
  transactGet,
  transactWrite,
} from './embedded-transaction.ts';
import { rootArn } from './iam/principal.ts';
import type { Identities } from './identities.ts';
import type { TableKeys } from './keys/table-keys.ts';
import type { EmbeddedKms } from './kms/embedded/embedded-kms.ts';
import type { BackupReport } from './lifecycle/backup-verification.ts';
import type { MoveProgress, ReEncryption } from './lifecycle/re-encryption.ts';
import type { Scrub, ScrubStats } from './lifecycle/scrub.ts';
import type { PageEngine } from './pages/pages.ts';
import { type PrincipalSummary, principalSummaries } from './principal-summary.ts';
import { auditedCalls } from './server/audited-calls.ts';
import { type ClientConfig, type ClientCredentials, clientConfig } from './server/client-config.ts';
import { openConnection } from './server/connection.ts';
import { Dispatcher } from './server/dispatch.ts';
import { inProcessHandler } from './server/in-process.ts';
import { listen } from './server/listen.ts';
import type { QueryService, Service } from './server/service.ts';
import type { Credentials } from './server/signature.ts';
import { UnderWay } from './server/under-way.ts';
import type { WorkerHost } from './server/worker-host.ts';
import type { Item } from './tables/attribute.ts';
import type { NextTokens } from './tables/partiql/next-token.ts';
import type { Tables } from './tables/tables.ts';
import { type Report, verifyTables } from './verification.ts';
import type { WorkerHosting } from './worker-hosting.ts';

export interface ListenOptions {
  /** 127.0.0.1 unless said otherwise. */
  readonly host?: string;
  /** 0, the default, takes a free one. */
  readonly port?: number;
  /** Who may call beside known identities. Empty: every other caller is trusted, unless `open` was given a file of them. */
  readonly credentials?: readonly Credentials[];
  /** Listen beyond this machine without credentials. */
  readonly trustEveryCaller?: boolean;
  /** Refuse a signature that was used before. AWS does not. */
  readonly rejectReplays?: boolean;
}

type CallerRules = Required<Pick<ListenOptions, 'host' | 'credentials' | 'trustEveryCaller'>>;

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

/** The record of calls, as it can be looked through. */
export type AuditHistory = Pick<Audit, 'entries' | 'verify'>;

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
  readonly copies: BackupDoors & ExchangeDoors & ReplicaDoors;
  readonly verifyBackup: (path: string) => Promise<BackupReport>;
  readonly nextTokens: NextTokens;
  readonly reEncryption: ReEncryption;
  readonly scrub: Scrub | undefined;
  readonly services: readonly Service[];
  readonly queries: readonly QueryService[];
  readonly identities: Identities;
  readonly audit: Audit;
  readonly hosting: WorkerHosting;
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
    this.#parts = parts;
    this.#dispatcher = new Dispatcher({ ...this.#served, inProcess: true });
  }

  /**
   * For `new DynamoDBClient(database.clientConfig())`, or a client of KMS. Each call is a connection of its own, with its own
   * keys in the cache; clients made with one config share it. With the credentials of a user or session they may do what that
   * one may; without, anything.
   */
  clientConfig({
    region = this.#parts.region,
    credentials,
  }: {
    readonly region?: string;
    readonly credentials?: ClientCredentials;
  } = {}): ClientConfig {
    return clientConfig(region, inProcessHandler(this.#dispatcher, this.#underWay), credentials);
  }

  /**
   * A table by its name or ARN, which need not be there yet, for callers in this process: without the wire, and much
   * faster. All such tables share one connection.
   */
  table(name: string, { region = this.#parts.region }: { readonly region?: string } = {}): EmbeddedTable {
    return new EmbeddedTable(name, this.#embeddedContext(region), this.#underWay);
  }

  /**
   * Writes and checks of up to 100 items of any tables in one region, all in one commit or none. Over the connection of
   * `table`; refuses what TransactWriteItems refuses.
   */
  transactWrite(
    writes: readonly TransactWrite[],
    { region = this.#parts.region, ...options }: TransactWriteOptions & { readonly region?: string } = {},
  ): Promise<void> {
    return this.#underWay.run(() => transactWrite(this.#embeddedContext(region), writes, options));
  }

  /** Up to 100 items of any tables in one region as they were at one moment; refuses what TransactGetItems refuses. */
  transactGet(
    gets: readonly TransactGet[],
    { region = this.#parts.region }: { readonly region?: string } = {},
  ): Promise<readonly (Item | undefined)[]> {
    return this.#underWay.run(() => transactGet(this.#embeddedContext(region), gets));
  }

  #embeddedContext(region: string): DynamoContext {
    const { tables, copies, nextTokens, account } = this.#parts;
    const caller = { arn: rootArn(account), account, region };
    return { tables, ...copies, nextTokens, caller, connection: this.#embedded.connection };
  }

  /** Rejects with a TypeError where other machines could come in unknown, else with the system's error. */
  async listen(options: ListenOptions = {}): Promise<ListeningServer> {
    const { host = '127.0.0.1', port = 0 } = options;
    const dispatcher = this.#dispatcherFor(options);
    const { clock, log } = this.#parts;
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

  /**
   * For `serve --workers`: has the process at the other end of the stream, which runs `runWorker` and which nobody else
   * may reach, answer the connections that it is handed. It reads by itself; this process does everything else. Refuses
   * a TypeError as `listen` does.
   */
  hostWorker(stream: Duplex, options: Omit<ListenOptions, 'port'> = {}): WorkerHost {
    const { host = '127.0.0.1', credentials = [], rejectReplays = false } = options;
    const dispatcher = this.#dispatcherFor(options);
    // Only one that sees every signature knows which was used before.
    const known = rejectReplays ? [] : credentials;
    return this.#parts.hosting.host(stream, { host, credentials: known, dispatcher });
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

  /** Whether a user, a role or an account's root may do something, and why: for the operator. Refuses EntityNotFound. */
  explainAccess(question: AccessQuestion): AccessExplanation {
    return explainAccess(this.#parts, question);
  }

  /** Users and roles of all accounts, for the operator. */
  principals(): readonly PrincipalSummary[] {
    return principalSummaries(this.#parts.identities.directory);
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

  /**
   * Opens every page of a backup file of this store, which has its own name. Rejects with IntegrityFault where the file as a
   * whole is not what was written, and refuses TableKeyRefused.
   */
  verifyBackup(path: string): Promise<BackupReport> {
    return this.#underWay.run(() => this.#parts.verifyBackup(path));
  }

  /** Counts the pages of every tree by the data key that they are under. Needs no table's key. */
  census(): Promise<readonly CensusRow[]> {
    return this.#underWay.run(() => takeStoreCensus(this.#censusParts));
  }

  /** Whether nothing in this store needs a key, named by its id, ARN or alias, any more. Refuses KeyNotFound. */
  mayRetire(key: string): Promise<Retirement> {
    const { kms, copies, region } = this.#parts;
    const backups = () => copies.backups.all();
    return this.#underWay.run(() => mayRetire({ ...this.#censusParts, kms, backups }, { key, region }));
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

  /** Calls of key services since the start that KMS would charge for, recorded or not. */
  kmsUsage(): readonly UsageRow[] {
    return this.#parts.audit.usage.rows();
  }

  /** What KMS would charge for the calls that are recorded, and for the keys. */
  bill(options: BillOptions = {}): Promise<ItemisedBill> {
    return this.#underWay.run(() => takeBill(this.#parts, options));
  }

  /** Figures for Prometheus at /metrics, for this machine alone: else it rejects with a TypeError. */
  async listenMetrics({ host, port = 0 }: { host?: string; port?: number } = {}): Promise<ListeningServer> {
    // Who never asks for them need not wait until the library of such figures is read.
    const { serveMetrics } = await metricsModule();
    const read = () => ({ ...this.stats(), usage: this.kmsUsage() });
    const options = host === undefined ? { read, port } : { read, port, host };
    const server = await this.#underWay.run(() => serveMetrics(options));
    this.#servers.add(server);
    return server;
  }

  /** The record of calls, of all accounts and regions: for the operator. */
  get audit(): AuditHistory {
    return this.#parts.audit;
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

  /** What every way in leads to. Clients date signatures by the time of the day, whatever clock the store goes by. */
  get #served() {
    const { services, queries, identities, audit, account, region, log } = this.#parts;
    const observer = auditedCalls(audit);
    return { services, queries, callers: identities.callers, account, region, observer, log };
  }

  /** Where somebody is declared who can. Identities that operations made keep nobody of this machine out. */
  #asksForSignatures({ host, credentials, trustEveryCaller }: CallerRules): boolean {
    const { areDeclared, directory } = this.#parts.identities;
    if (credentials.length > 0) return true;
    return areDeclared || (!trustEveryCaller && directory.hasCallers && !isLoopback(host));
  }

  #dispatcherFor(options: ListenOptions): Dispatcher {
    const { host = '127.0.0.1', credentials = [], trustEveryCaller = false, rejectReplays = false } = options;
    const requireSignatures = this.#asksForSignatures({ host, credentials, trustEveryCaller });
    if (!requireSignatures && !trustEveryCaller && !isLoopback(host)) {
      throw new TypeError(
        `Other machines can reach ${host}: give credentials, or trustEveryCaller if they may do anything.`,
      );
    }
    return new Dispatcher({ ...this.#served, credentials, requireSignatures, rejectReplays });
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

async function metricsModule(): Promise<typeof import('./server/metrics.ts')> {
  try {
    return await import('./server/metrics.ts');
  } catch (cause) {
    throw new TypeError('metrics need the package prom-client: npm install prom-client', { cause });
  }
}
