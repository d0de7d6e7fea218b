/** How many requests a second the server answers over 64 connections, beside dynalite on the same machine. */
import { type ChildProcess, fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Bench, Figure } from './figures.ts';
import { itemBody, type Load, type LoadOrder, type LoadResult } from './http-load.ts';
import { type Contestant, interleaved, median, of } from './measure.ts';
import { productMain } from './product.ts';

const connections = 64;
const turnMs = 2_000;
const rounds = 3;
const itemCount = 10_000;
const tableName = 'bench';
const itemsPerBatch = 25;
const credentials = { accessKeyId: 'BENCHCALLER', secretAccessKey: 'a-secret-of-the-bench-alone' };
const operations = ['GetItem', 'PutItem'] as const;
const servers = ['ours', 'signed', 'dynalite'] as const;

interface Server {
  readonly port: number;
  readonly process: ChildProcess;
}

export const http: Bench = {
  question: `requests a second over ${connections} connections, ours durable and encrypted, dynalite in memory`,
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

function contestants(process: ChildProcess, { ports, loads }: Run): Contestant[] {
  return operations.flatMap((operation) =>
    servers.map((server) => {
      const name = `${server} ${operation}`;
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
    value: of(medians, 'signed GetItem') / of(medians, 'ours GetItem'),
    note: 'GetItem with signatures verified / callers trusted',
  };
  return [...operations.flatMap((operation) => figuresOfOperation(operation, medians, loads)), ratio];
}

function figuresOfOperation(
  operation: (typeof operations)[number],
  medians: ReadonlyMap<string, number>,
  loads: ReadonlyMap<string, readonly Load[]>,
): readonly Figure[] {
  const prefix = operation === 'GetItem' ? 'get_64' : 'put_64';
  const kept = operation === 'PutItem' ? ', durable' : '';
  const ours = of(medians, `ours ${operation}`);
  const dynalite = of(medians, `dynalite ${operation}`);
  const latency = (part: 'p50Ms' | 'p99Ms') =>
    median((loads.get(`ours ${operation}`) ?? []).map((load) => load[part]));
  const rows: readonly (readonly [name: string, value: number, note: string])[] = [
    ['per_s', ours, `${operation} a second${kept}, callers trusted`],
    ['p50_ms', latency('p50Ms'), 'ms from sending to the whole answer, half of them'],
    ['p99_ms', latency('p99Ms'), 'ms, 99 of 100'],
    ['signed_per_s', of(medians, `signed ${operation}`), `${operation} a second${kept}, SigV4 verified`],
    ['dynalite_per_s', dynalite, `${operation} a second by dynalite, in memory, in clear`],
    ['vs_dynalite', ours / dynalite, 'ours / dynalite'],
  ];
  return rows.map(([name, value, note]) => ({ name: `${prefix}_${name}`, value, note }));
}

function drive(load: ChildProcess, order: LoadOrder): Promise<Load> {
  return new Promise((resolve, reject) => {
    load.once('message', (result: LoadResult) => {
      if ('failed' in result) reject(new Error(`${order.operation} on port ${order.port}: ${result.failed}`));
      else resolve(result);
    });
    load.send(order);
  });
}

function startOurs(data: string, rootKey: string, environment: Record<string, string>): Promise<Server> {
  const args = ['serve', '--data', data, '--root-key', rootKey, '--port', '0', '--log-level', 'warn'];
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
async function fill(port: number): Promise<void> {
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
      const id = { S: `item-${String(from + index).padStart(8, '0')}` };
      return { PutRequest: { Item: { id, ...itemBody(from + index) } } };
    });
    await client.send(new BatchWriteItemCommand({ RequestItems: { [tableName]: requests } }));
  }
  client.destroy();
}

function besideThis(file: string): string {
  return fileURLToPath(new URL(file, import.meta.url));
}
