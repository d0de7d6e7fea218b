/** How many requests a second the server answers over 64 connections, beside dynalite on the same machine. */
import { type ChildProcess, fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Bench, Figure } from './figures.ts';
import { itemBody, type LoadOrder, type LoadResult } from './http-load.ts';
import { type Contestant, interleaved, of } from './measure.ts';
import { productMain } from './product.ts';

const connections = 64;
const turnMs = 2_000;
const rounds = 3;
const itemCount = 10_000;
const tableName = 'bench';
const itemsPerBatch = 25;
const credentials = { accessKeyId: 'BENCHCALLER', secretAccessKey: 'a-secret-of-the-bench-alone' };
const operations = ['GetItem', 'PutItem'] as const;

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
      return figuresOf(await interleaved(contestants(load, ports), rounds));
    } finally {
      for (const process of processes) process.kill('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

const signedEnvironment = {
  CRYPTABLE_CREDENTIALS: `${credentials.accessKeyId}:${credentials.secretAccessKey}`,
};

function contestants(
  load: ChildProcess,
  ports: Record<'ours' | 'signed' | 'dynalite', number>,
): Contestant[] {
  return operations.flatMap((operation) => {
    const base = { operation, connections, turnMs, itemCount, tableName };
    return [
      { name: `ours ${operation}`, turn: () => drive(load, { ...base, port: ports.ours }) },
      { name: `dynalite ${operation}`, turn: () => drive(load, { ...base, port: ports.dynalite }) },
      {
        name: `signed ${operation}`,
        turn: () => drive(load, { ...base, port: ports.signed, credentials }),
      },
    ];
  });
}

function figuresOf(medians: ReadonlyMap<string, number>): readonly Figure[] {
  return operations.flatMap((operation) => {
    const prefix = operation === 'GetItem' ? 'get_64' : 'put_64';
    const ours = of(medians, `ours ${operation}`);
    const dynalite = of(medians, `dynalite ${operation}`);
    const kept = operation === 'PutItem' ? ', durable' : '';
    return [
      { name: `${prefix}_per_s`, value: ours, note: `${operation} a second${kept}, callers trusted` },
      {
        name: `${prefix}_signed_per_s`,
        value: of(medians, `signed ${operation}`),
        note: `${operation} a second${kept}, SigV4 verified`,
      },
      {
        name: `${prefix}_dynalite_per_s`,
        value: dynalite,
        note: `${operation} a second by dynalite, in memory, in clear`,
      },
      { name: `${prefix}_vs_dynalite`, value: ours / dynalite, note: 'ours / dynalite' },
    ];
  });
}

function drive(load: ChildProcess, order: LoadOrder): Promise<number> {
  return new Promise((resolve, reject) => {
    load.once('message', (result: LoadResult) => {
      if ('failed' in result) reject(new Error(`${order.operation} on port ${order.port}: ${result.failed}`));
      else resolve(result.perSecond);
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
