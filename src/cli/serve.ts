/** `cryptable serve`: runs the HTTP server on a data folder until it is told to stop. */
import { statSync } from 'node:fs';
import { Command, Option } from 'commander';
import type { Logger } from 'pino';
import { type AuditOption, type Database, type OpenOptions, open } from '../index.ts';
import { bucketsOf } from './bucket-option.ts';
import { type Credentials, credentialsOf, credentialsVariable, isLoopback } from './credentials.ts';
import { openingFault } from './existing-store.ts';
import { CommandFault, exitCodes, usageFault } from './exit-code.ts';
import { type HardeningOptions, harden, withHardeningOption } from './hardening.ts';
import { type NoticeFlags, noticesOf, withNoticeOptions } from './notice-options.ts';
import { matching, repeatable, wholeNumber } from './option-parsers.ts';
import { answerParent, leaveParent } from './parent-process.ts';
import { type PeersFlags, peersOf, peersText, withPeersOption } from './peers-option.ts';
import { type QuotaFlags, quotasOf, withQuotaOptions } from './quota-options.ts';
import { type ServeClockOptions, serveClockOf, withClockOption } from './serve-clock.ts';
import { serveWithWorkers } from './serve-workers.ts';
import { serverLog } from './server-log.ts';
import {
  keyDirectoryOf,
  keyServiceOf,
  type RootKeyOptions,
  rootKeyOf,
  withRootKeyOptions,
} from './store-options.ts';
import { version } from './version.ts';

export interface ServeOptions
  extends RootKeyOptions,
    NoticeFlags,
    PeersFlags,
    QuotaFlags,
    ServeClockOptions,
    HardeningOptions {
  readonly data: string;
  readonly host: string;
  readonly port: number;
  readonly region: string;
  readonly account: string;
  readonly keyWatchSeconds: number;
  readonly keyWatchJitterSeconds: number;
  readonly scrubMbPerS: number;
  readonly ttlIntervalSeconds: number;
  readonly bucket: readonly string[];
  readonly maxStoreBytes?: number;
  readonly accessKey: readonly string[];
  readonly iam?: string;
  readonly trustEveryCaller?: true;
  readonly requireNative?: true;
  readonly acceptRollback?: true;
  readonly audit: 'on' | 'off';
  readonly auditLog?: string;
  readonly metricsPort?: number;
  readonly logLevel: string;
}

const workersMax = 64;
const logLevels = ['silent', 'error', 'warn', 'info'] as const;

export const serve = withRootKeyOptions(
  new Command('serve')
    .description('run the server until it is stopped')
    .option('--data <dir>', 'the data folder; made where there is none', './data')
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--port <number>', 'port to listen on; 0 takes a free one', wholeNumber('--port', 65_535), 8000)
    .option(
      '--region <name>',
      'region of callers that name none',
      matching(/^[a-z][a-z0-9-]{1,31}$/, 'a region, as us-east-1'),
      'us-east-1',
    )
    .option(
      '--account <id>',
      'account that owns all tables and keys',
      matching(/^\d{12}$/, 'an account of twelve digits'),
      '000000000000',
    ),
)
  .option(
    '--key-watch-seconds <number>',
    'how often the state of customer keys is looked at',
    wholeNumber('--key-watch-seconds', 86_400, 1),
    900,
  )
  .option(
    '--key-watch-jitter-seconds <number>',
    'what that is longer by at most, by chance',
    wholeNumber('--key-watch-jitter-seconds', 86_400),
    0,
  )
  .option(
    '--scrub-mb-per-s <number>',
    'look through all stored pages in the background, so many MB a second; 0: not at all',
    wholeNumber('--scrub-mb-per-s', 1000),
    0,
  )
  .option(
    '--ttl-interval-seconds <number>',
    'how often items whose time to live is up are looked for',
    wholeNumber('--ttl-interval-seconds', 86_400, 1),
    600,
  )
  .addOption(
    repeatable(
      '--bucket <name=dir>',
      'a folder in the place of an S3 bucket, for exports, which lie there in clear, and imports; repeatable',
    ),
  )
  .option(
    '--max-store-bytes <number>',
    'refuse writes that would make the store larger; its log beside it takes up to 128 MiB more',
    wholeNumber('--max-store-bytes', Number.MAX_SAFE_INTEGER, 1),
  )
  .addOption(
    repeatable(
      '--access-key <id:secret>',
      `a caller to let in; repeatable. ${credentialsVariable} keeps it off the command line`,
    ),
  )
  .option(
    '--iam <file>',
    'users, roles, policies and access keys, as JSON; then every request must be signed',
  )
  .option('--trust-every-caller', 'listen beyond this machine without credentials')
  .option('--accept-rollback', 'take a store that is older than its anchor, as one put back from a backup')
  .option('--require-native', 'refuse to start on the fallback core')
  .option(
    '--workers <number>',
    'processes that answer requests and do the reads; from 2 on, one more does all the rest',
    wholeNumber('--workers', workersMax, 1),
    1,
  )
  .addOption(
    new Option(
      '--audit <switch>',
      'whether KMS calls and calls that manage tables are recorded before their answer',
    )
      .choices(['on', 'off'])
      .default('on'),
  )
  .option('--audit-log <dir|->', 'write recorded calls as JSON lines, in clear, to a folder or to stdout')
  .option(
    '--metrics-port <number>',
    'answer Prometheus at /metrics on this port, for this machine alone; 0 takes a free one',
    wholeNumber('--metrics-port', 65_535),
  )
  .addOption(
    new Option('--log-level <level>', 'what goes to stderr, as JSON lines')
      .choices(logLevels)
      .default('info'),
  )
  .action(run);
withNoticeOptions(serve);
withPeersOption(serve);
withQuotaOptions(serve);
withClockOption(serve);
withHardeningOption(serve);

async function run(options: ServeOptions): Promise<void> {
  const credentials = credentialsOf(options.accessKey);
  assertCallersKnown(options, credentials);
  const rootKey = rootKeyOf(options);
  const peers = peersOf(options);
  const log = serverLog({ level: options.logLevel });
  harden(options, log);
  const virtual = await serveClockOf(options);
  const database = await opened(options.data, {
    ...rootKey,
    ...(virtual === undefined ? {} : { clock: virtual.clock }),
    account: options.account,
    region: options.region,
    keyWatchIntervalMs: options.keyWatchSeconds * 1000,
    keyWatchJitterMs: options.keyWatchJitterSeconds * 1000,
    timeToLiveIntervalMs: options.ttlIntervalSeconds * 1000,
    ...bucketsOf(options.bucket),
    ...peers,
    ...(options.scrubMbPerS === 0 ? {} : { scrubBytesPerSecond: options.scrubMbPerS * 1_000_000 }),
    ...(options.maxStoreBytes === undefined ? {} : { maxStoreBytes: options.maxStoreBytes }),
    requireNative: options.requireNative === true,
    ...keyDirectoryOf(options),
    ...keyServiceOf(options),
    ...noticesOf(options),
    ...quotasOf(options),
    acceptRollback: options.acceptRollback === true,
    ...(options.iam === undefined ? {} : { iam: options.iam }),
    audit: auditOf(options),
    log,
  });
  const server = await listen({ database, options, credentials, log });
  const metrics = await listenMetrics(database, options);
  process.stdout.write(
    startText({ options, address: server, stats: database.stats(), credentials }) +
      peersText(peers) +
      metrics +
      (virtual?.text ?? ''),
  );
  await stopAsked(log, (stop) => answerParent(database, server, stop));
  try {
    await virtual?.server.close();
    await server.close();
    await database.close();
  } finally {
    // What could not be closed must not keep the process from ending.
    leaveParent();
  }
  log.info({}, 'stopped');
}

async function opened(dir: string, options: OpenOptions): Promise<Database> {
  try {
    return await open(dir, options);
  } catch (fault) {
    throw openingFault(dir, fault);
  }
}

/** What the start says of it; nothing where nobody asked for figures. */
async function listenMetrics(database: Database, { metricsPort }: ServeOptions): Promise<string> {
  if (metricsPort === undefined) return '';
  try {
    const { host, port } = await database.listenMetrics({ port: metricsPort });
    return `  metrics   http://${host}:${port}/metrics\n`;
  } catch (cause) {
    await database.close();
    const sentence = `Port ${metricsPort} cannot be taken for metrics; --metrics-port chooses another.`;
    throw new CommandFault(sentence, exitCodes.fault, { cause });
  }
}

/** Refuses to deliver what is not recorded. */
export function auditOf({ audit, auditLog }: Pick<ServeOptions, 'audit' | 'auditLog'>): AuditOption {
  if (auditLog === undefined) return audit;
  if (audit === 'off') throw usageFault('--audit-log needs --audit on: there is nothing to write.');
  return { deliverTo: auditLog === '-' ? (line) => process.stdout.write(line) : auditLog };
}

function assertCallersKnown(
  { host, trustEveryCaller, iam }: ServeOptions,
  credentials: readonly Credentials[],
): void {
  if (isLoopback(host) || credentials.length > 0 || iam !== undefined || trustEveryCaller === true) return;
  throw usageFault(
    `${host} can be reached by other machines and no credentials are configured: give --access-key, --iam or ` +
      `${credentialsVariable}, or --trust-every-caller if every machine that reaches it may do anything.`,
  );
}

interface Listening {
  readonly database: Database;
  readonly options: ServeOptions;
  readonly credentials: readonly Credentials[];
  readonly log: Logger;
}

async function listen({ database, options, credentials, log }: Listening) {
  const { host, port, trustEveryCaller = false, workers: count, logLevel, allowCoreDumps } = options;
  const rules = { host, port, credentials, trustEveryCaller };
  try {
    if (count === 1) return await database.listen(rules);
    return await serveWithWorkers({ database, rules, count, log, logLevel, allowCoreDumps });
  } catch (fault) {
    await database.close();
    const code = fault instanceof Error && 'code' in fault ? fault.code : undefined;
    if (code === 'EADDRINUSE') {
      throw new CommandFault(`Port ${port} of ${host} is taken; --port chooses another.`, exitCodes.fault, {
        cause: fault,
      });
    }
    if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
      throw new CommandFault(
        `${host} is no address of this machine; --host chooses another.`,
        exitCodes.fault,
        { cause: fault },
      );
    }
    throw fault;
  }
}

/** Resolves when the process is asked to stop; a second signal ends it on the spot. */
function stopAsked(log: Logger, onStop: (stop: () => void) => void): Promise<void> {
  return new Promise((resolve) => {
    const stop = (signal: string) => {
      log.info({ signal }, 'stopping: answering what is under way');
      resolve();
    };
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.once(signal, () => {
        process.once(signal, () => process.exit(exitCodes.fault));
        stop(signal);
      });
    }
    onStop(() => stop('parent gone'));
  });
}

interface Start {
  readonly options: Pick<ServeOptions, 'data' | 'region' | 'account' | 'iam'>;
  readonly address: { readonly host: string; readonly port: number };
  readonly stats: { readonly kernel: string; readonly rootKey: string };
  readonly credentials: readonly Credentials[];
}

/** What the operator should know at a glance. */
export function startText({ options, address, stats, credentials }: Start): string {
  const host = address.host.includes(':') ? `[${address.host}]` : address.host;
  const lines = [
    `cryptable ${version()} listens on http://${host}:${address.port}`,
    `  data      ${options.data} (region ${options.region}, account ${options.account})`,
    `  kernel    ${stats.kernel}`,
    `  root key  ${stats.rootKey}`,
    `  callers   ${callersText(options, credentials)}`,
  ];
  if (sharesDisk(stats.rootKey, options.data)) {
    lines.push(
      '  warning   the root key lies on the disk of the data: who takes that disk has both (--root-key)',
    );
  }
  return `${lines.join('\n')}\n`;
}

function callersText({ iam }: Start['options'], credentials: readonly Credentials[]): string {
  const { length: count } = credentials;
  const keys = count === 0 ? [] : [`${count} access key${count === 1 ? '' : 's'}`];
  const known = iam === undefined ? keys : [...keys, `identities of ${iam}`];
  if (known.length === 0) return 'no credentials are configured: EVERY CALLER IS TRUSTED';
  return `${known.join(' and ')}, every request must be signed`;
}

function sharesDisk(rootKey: string, data: string): boolean {
  const [key, folder] = [rootKey, data].map((path) => statSync(path, { throwIfNoEntry: false }));
  return key !== undefined && folder !== undefined && key.dev === folder.dev;
}
