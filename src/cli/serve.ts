/** `cryptable serve`: runs the HTTP server on a data folder until it is told to stop. */
import { statSync } from 'node:fs';
import { Command, Option } from 'commander';
import { type Logger, pino } from 'pino';
import { type Database, open } from '../index.ts';
import { type Credentials, credentialsOf, credentialsVariable, isLoopback } from './credentials.ts';
import { CommandFault, exitCodes, usageFault } from './exit-code.ts';
import { matching, wholeNumber } from './option-parsers.ts';
import { answerParent, leaveParent } from './parent-process.ts';
import { keyDirectoryOf, type RootKeyOptions, rootKeyOf, withRootKeyOptions } from './store-options.ts';
import { version } from './version.ts';

export interface ServeOptions extends RootKeyOptions {
  readonly data: string;
  readonly host: string;
  readonly port: number;
  readonly region: string;
  readonly account: string;
  readonly keyWatchSeconds: number;
  readonly scrubMbPerS: number;
  readonly maxStoreBytes?: number;
  readonly accessKey: readonly string[];
  readonly trustEveryCaller?: true;
  readonly requireNative?: true;
  readonly acceptRollback?: true;
  readonly logLevel: string;
}

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
    60,
  )
  .option(
    '--scrub-mb-per-s <number>',
    'look through all stored pages in the background, so many MB a second; 0: not at all',
    wholeNumber('--scrub-mb-per-s', 1000),
    0,
  )
  .option(
    '--max-store-bytes <number>',
    'refuse writes that would make the store larger; its log beside it takes up to 128 MiB more',
    wholeNumber('--max-store-bytes', Number.MAX_SAFE_INTEGER, 1),
  )
  .option(
    '--access-key <id:secret>',
    `a caller to let in; repeatable. ${credentialsVariable} keeps it off the command line`,
    collect,
    [],
  )
  .option('--trust-every-caller', 'listen beyond this machine without credentials')
  .option('--accept-rollback', 'take a store that is older than its anchor, as one put back from a backup')
  .option('--require-native', 'refuse to start on the fallback core')
  .addOption(
    new Option('--log-level <level>', 'what goes to stderr, as JSON lines')
      .choices(logLevels)
      .default('info'),
  )
  .action(run);

async function run(options: ServeOptions): Promise<void> {
  const credentials = credentialsOf(options.accessKey);
  assertCallersKnown(options, credentials);
  const rootKey = rootKeyOf(options);
  const log = pino({ level: options.logLevel, base: null }, pino.destination({ fd: 2, sync: true }));
  const database = await open(options.data, {
    ...rootKey,
    account: options.account,
    region: options.region,
    keyWatchIntervalMs: options.keyWatchSeconds * 1000,
    ...(options.scrubMbPerS === 0 ? {} : { scrubBytesPerSecond: options.scrubMbPerS * 1_000_000 }),
    ...(options.maxStoreBytes === undefined ? {} : { maxStoreBytes: options.maxStoreBytes }),
    requireNative: options.requireNative === true,
    ...keyDirectoryOf(options),
    acceptRollback: options.acceptRollback === true,
    log,
  });
  const server = await listen(database, options, credentials);
  process.stdout.write(startText({ options, address: server, stats: database.stats(), credentials }));
  await stopAsked(log, (stop) => answerParent(database, server, stop));
  try {
    await server.close();
    await database.close();
  } finally {
    // What could not be closed must not keep the process from ending.
    leaveParent();
  }
  log.info({}, 'stopped');
}

function assertCallersKnown(
  { host, trustEveryCaller }: ServeOptions,
  credentials: readonly Credentials[],
): void {
  if (isLoopback(host) || credentials.length > 0 || trustEveryCaller === true) return;
  throw usageFault(
    `${host} can be reached by other machines and no credentials are configured: give --access-key or ` +
      `${credentialsVariable}, or --trust-every-caller if every machine that reaches it may do anything.`,
  );
}

async function listen(database: Database, options: ServeOptions, credentials: readonly Credentials[]) {
  const { host, port, trustEveryCaller = false } = options;
  try {
    return await database.listen({ host, port, credentials, trustEveryCaller });
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
  readonly options: Pick<ServeOptions, 'data' | 'region' | 'account'>;
  readonly address: { readonly host: string; readonly port: number };
  readonly stats: { readonly kernel: string; readonly rootKey: string };
  readonly credentials: readonly Credentials[];
}

/** What the operator should know at a glance. */
export function startText({ options, address, stats, credentials }: Start): string {
  const host = address.host.includes(':') ? `[${address.host}]` : address.host;
  const callers =
    credentials.length > 0
      ? `${credentials.length} access key${credentials.length === 1 ? '' : 's'}, every request must be signed`
      : 'no credentials are configured: EVERY CALLER IS TRUSTED';
  const lines = [
    `cryptable ${version()} listens on http://${host}:${address.port}`,
    `  data      ${options.data} (region ${options.region}, account ${options.account})`,
    `  kernel    ${stats.kernel}`,
    `  root key  ${stats.rootKey}`,
    `  callers   ${callers}`,
  ];
  if (sharesDisk(stats.rootKey, options.data)) {
    lines.push(
      '  warning   the root key lies on the disk of the data: who takes that disk has both (--root-key)',
    );
  }
  return `${lines.join('\n')}\n`;
}

function sharesDisk(rootKey: string, data: string): boolean {
  const [key, folder] = [rootKey, data].map((path) => statSync(path, { throwIfNoEntry: false }));
  return key !== undefined && folder !== undefined && key.dev === folder.dev;
}

function collect(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}
