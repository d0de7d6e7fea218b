/** How many requests a second the server answers over 16 and 64 connections, beside dynalite on the same machine. */
import { type ChildProcess, fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Bench, Figure } from './figures.ts';
import { type BenchOperation, benchOperations, idOf, itemBody, itemsOf, itemsPerBatch } from './http-body.ts';
import type { Load, LoadOrder, LoadResult } from './http-load.ts';
import { type Contestant, interleaved, median, of } from './measure.ts';
import { productMain } from './product.ts';

const connectionCounts = [16, 64] as const;
const turnMs = 1_000;
const rounds = 3;
const itemCount = 10_000;
export const tableName = 'bench';
const credentials = { accessKeyId: 'BENCHCALLER', secretAccessKey: 'a-secret-of-the-bench-alone' };
/** The beginning of the names of its figures. */
const figureNames: Readonly<Record<BenchOperation, string>> = {
  GetItem: 'get',
  PutItem: 'put',
  UpdateItem: 'update',
  BatchWriteItem: 'batch_25',
  TransactWriteItems: 'transact_4',
};

export interface Server {
  readonly port: number;
  readonly process: ChildProcess;
}

export const http: Bench = {
  question: `requests a second over ${connectionCounts.join(' and ')} connections, ours durable and encrypted, dynalite in memory`,
  async run(say) {
    const folder = mkdtempSync(join(tmpdir(), 'cryptable-bench-'));
    const processes: ChildProcess[] = [];
    const started = async (server: Promise<Server>) => {
      const { port, process } = await server;
      processes.push(process);
      return port;
    };
    try {
      const ports = {
        ours: await started(startOurs(join(folder, 'trusting'), join(folder, 'root.key'), {})),
        signed: await started(
          startOurs(join(folder, 'checking'), join(folder, 'root.key'), signedEnvironment),
        ),
        dynalite: await started(startChild('./dynalite-process.js', [])),
      };
      say('filling three tables');
      for (const port of Object.values(ports)) await fill(port);
      const load = fork(besideThis('./http-load.js'), []);
      processes.push(load);
      say(`${rounds} rounds of ${turnMs / 1000} s each`);
      const loads = new Map<string, Load[]>();
      const medians = await interleaved(contestants(load, { ports, loads }), rounds);
      return figuresOf(medians, loads);
    } finally {
      for (const process of processes) process.kill('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

const signedEnvironment = {
  CRYPTABLE_CREDENTIALS: `${credentials.accessKeyId}:${credentials.secretAccessKey}`,
};

interface Run {
  readonly ports: Record<'ours' | 'signed' | 'dynalite', number>;
  /** Receives what each contestant's turns measured. */
  readonly loads: Map<string, Load[]>;
}

/** What is measured of one operation over so many connections. */
interface Match {
  readonly operation: BenchOperation;
  readonly connections: number;
  readonly servers: readonly ('ours' | 'signed' | 'dynalite')[];
}

const matches: readonly Match[] = benchOperations.flatMap((operation) =>
  connectionCounts.map((connections) => {
    const isBasic = operation === 'GetItem' || operation === 'PutItem';
    const servers: Match['servers'][number][] = ['ours'];
    if (isBasic && connections === 64) servers.push('signed');
    // It has no transactions.
    if (operation !== 'TransactWriteItems') servers.push('dynalite');
    return { operation, connections, servers };
  }),
);

const nameOf = (server: string, { operation, connections }: Match) => `${server} ${operation} ${connections}`;

function contestants(process: ChildProcess, { ports, loads }: Run): Contestant[] {
  return matches.flatMap((match) =>
    match.servers.map((server) => {
      const { operation, connections } = match;
      const name = nameOf(server, match);
      const base = { operation, connections, turnMs, itemCount, tableName, port: ports[server] };
      const order = server === 'signed' ? { ...base, credentials } : base;
      const turn = async () => {
        const load = await drive(process, order);
        loads.set(name, [...(loads.get(name) ?? []), load]);
        return load.perSecond;
      };
      return { name, turn };
    }),
  );
}

function figuresOf(
  medians: ReadonlyMap<string, number>,
  loads: ReadonlyMap<string, readonly Load[]>,
): readonly Figure[] {
  const ratio = {
    name: 'http_get_sigv4_ratio',
    value: of(medians, 'signed GetItem 64') / of(medians, 'ours GetItem 64'),
    note: 'GetItem with signatures verified / callers trusted',
  };
  return [...matches.flatMap((match) => figuresOfMatch(match, medians, loads)), ratio];
}

function figuresOfMatch(
  match: Match,
  medians: ReadonlyMap<string, number>,
  loads: ReadonlyMap<string, readonly Load[]>,
): readonly Figure[] {
  const { operation, connections, servers } = match;
  const kept = operation === 'GetItem' ? '' : ', durable';
  const rate = (server: string) => of(medians, nameOf(server, match));
  const latency = (part: 'p50Ms' | 'p99Ms') =>
    median((loads.get(nameOf('ours', match)) ?? []).map((load) => load[part]));
  const rows: (readonly [name: string, value: number, note: string])[] = [
    ['per_s', rate('ours'), `${describe(operation)} a second${kept}, callers trusted`],
    ['p50_ms', latency('p50Ms'), 'ms from sending to the whole answer, half of them'],
    ['p99_ms', latency('p99Ms'), 'ms, 99 of 100'],
  ];
  if (servers.includes('signed')) {
    rows.push(['signed_per_s', rate('signed'), `${operation} a second${kept}, SigV4 verified`]);
  }
  if (servers.includes('dynalite')) {
    rows.push(['dynalite_per_s', rate('dynalite'), `${operation} a second by dynalite, in memory, in clear`]);
    rows.push(['vs_dynalite', rate('ours') / rate('dynalite'), 'ours / dynalite']);
  }
  const prefix = `${figureNames[operation]}_${connections}`;
  return rows.map(([name, value, note]) => ({ name: `${prefix}_${name}`, value, note }));
}

function describe(operation: BenchOperation): string {
  const count = itemsOf(operation);
  if (count > 1) return `${operation} of ${count} items`;
  return operation === 'UpdateItem' ? `${operation} with a condition` : operation;
}

export function drive(load: ChildProcess, order: LoadOrder): Promise<Load> {
  return new Promise((resolve, reject) => {
    load.once('message', (result: LoadResult) => {
      if ('failed' in result) reject(new Error(`${order.operation} on port ${order.port}: ${result.failed}`));
      else resolve(result);
    });
    load.send(order);
  });
}

export function startOurs(
  data: string,
  rootKey: string,
  environment: Record<string, string>,
  more: readonly string[] = [],
): Promise<Server> {
  const args = [
    'serve',
    '--data',
    data,
    '--root-key',
    rootKey,
    '--port',
    '0',
    '--log-level',
    'warn',
    ...more,
  ];
  return startChild(productMain, args, environment);
}

/** Starts a child that tells its port, as `{ port }` or as `{ listening: { port } }`. */
function startChild(
  file: string,
  args: readonly string[],
  environment: Record<string, string> = {},
): Promise<Server> {
  const path = file.startsWith('./') ? besideThis(file) : file;
  const child = fork(path, args, {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`${file} ended with ${code}`)));
    child.once('message', (message: { port: number } | { listening: { port: number } }) => {
      resolve({ port: 'port' in message ? message.port : message.listening.port, process: child });
    });
  });
}

/** The table and its items, through the real SDK. */
export async function fill(port: number): Promise<void> {
  const { DynamoDBClient, CreateTableCommand, BatchWriteItemCommand, waitUntilTableExists } = await import(
    '@aws-sdk/client-dynamodb'
  );
  const client = new DynamoDBClient({
    endpoint: `http://127.0.0.1:${port}`,
    region: 'us-east-1',
    credentials,
  });
  await client.send(
    new CreateTableCommand({
      TableName: tableName,
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      BillingMode: 'PAY_PER_REQUEST',
    }),
  );
  await waitUntilTableExists({ client, maxWaitTime: 30 }, { TableName: tableName });
  for (let from = 0; from < itemCount; from += itemsPerBatch) {
    const requests = Array.from({ length: itemsPerBatch }, (_, index) => {
      return { PutRequest: { Item: { id: idOf(from + index), ...itemBody(from + index) } } };
    });
    await client.send(new BatchWriteItemCommand({ RequestItems: { [tableName]: requests } }));
  }
  client.destroy();
}

export function besideThis(file: string): string {
  return fileURLToPath(new URL(file, import.meta.url));
}
