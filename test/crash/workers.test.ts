/** `serve --workers` under load while workers are killed: nothing acknowledged is lost, and no read is older than it may be. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  ConditionalCheckFailedException,
  CreateTableCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import { CreateKeyCommand, DisableKeyCommand, EnableKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { childrenOf, tellsChildren } from '../support/children.ts';
import { isLinearizable, type RegisterCall } from '../support/register-history.ts';
import { type ServedProcess, serveProcess } from '../support/served-process.ts';

/** CI asks for 50. */
const kills = Number(process.env.CRYPTABLE_KILLS ?? 5);
const clientCount = 8;
/** So that the search through all orders ends. */
const callsPerRegister = 48;
const registersPerKill = 6;
const TableName = 'registers';

const folder = mkdtempSync(join(tmpdir(), 'cryptable-workers-'));
let server: ServedProcess;
let clients: DynamoDBClient[];
let KeyId: string | undefined;

/** A client has connections of its own, which come to one worker or the other in turn. */
function newClient(): DynamoDBClient {
  const credentials = { accessKeyId: 'any', secretAccessKey: 'any' };
  return new DynamoDBClient({ endpoint: server.endpoint, region: 'us-east-1', credentials, maxAttempts: 1 });
}

beforeAll(async () => {
  const data = ['--data', join(folder, 'data'), '--root-key', join(folder, 'root.key')];
  server = await serveProcess([...data, '--workers', '2']);
  clients = Array.from({ length: clientCount }, newClient);
  const kms = keys();
  KeyId = (await kms.send(new CreateKeyCommand({}))).KeyMetadata?.Arn;
  kms.destroy();
  await clients[0]?.send(
    new CreateTableCommand({
      TableName,
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      BillingMode: 'PAY_PER_REQUEST',
      SSESpecification: { Enabled: true, SSEType: 'KMS', ...(KeyId && { KMSMasterKeyId: KeyId }) },
    }),
  );
}, 60_000);

afterAll(async () => {
  for (const client of clients) client.destroy();
  await server.kill();
  rmSync(folder, { recursive: true, force: true });
});

function keys(): KMSClient {
  const credentials = { accessKeyId: 'any', secretAccessKey: 'any' };
  return new KMSClient({ endpoint: server.endpoint, region: 'us-east-1', credentials });
}

let moment = 0;
let lastValue = 0;

/** One call of a kind that is drawn, on the register of this name; what came of it is in its history. */
async function callOn(id: string, client: DynamoDBClient, history: RegisterCall[]): Promise<void> {
  const draw = Math.random();
  const begunAt = ++moment;
  const Key = { id: { S: id } };
  const end = () => ++moment;
  if (draw < 0.6) {
    const { Item } = await client.send(new GetItemCommand({ TableName, Key, ConsistentRead: true }));
    const value = Item?.value?.N === undefined ? undefined : Number(Item.value.N);
    history.push({ kind: 'read', value, begunAt, endedAt: end(), outcome: 'made' });
    return;
  }
  const value = ++lastValue;
  const Item = { ...Key, value: { N: String(value) } };
  const expected = draw < 0.8 ? undefined : history.findLast((call) => call.kind === 'read')?.value;
  const kind = expected === undefined ? 'write' : 'swap';
  const condition =
    expected === undefined
      ? {}
      : {
          ConditionExpression: '#value = :expected',
          ExpressionAttributeNames: { '#value': 'value' },
          ExpressionAttributeValues: { ':expected': { N: String(expected) } },
        };
  try {
    await client.send(new PutItemCommand({ TableName, Item, ...condition }));
    history.push({ kind, value, expected, begunAt, endedAt: end(), outcome: 'made' });
  } catch (fault) {
    const outcome = fault instanceof ConditionalCheckFailedException ? 'failed' : 'unknown';
    history.push({ kind, value, expected, begunAt, endedAt: end(), outcome });
    if (outcome === 'unknown') throw fault;
  }
}

/** All clients at once; a call that a kill cut off is followed by the next one. Resolves with the number of those. */
async function load(id: string, history: RegisterCall[]): Promise<number> {
  let left = callsPerRegister;
  let cut = 0;
  const work = async (client: DynamoDBClient) => {
    while (left > 0) {
      left--;
      await callOn(id, client, history).catch(() => cut++);
    }
  };
  await Promise.all(clients.map(work));
  return cut;
}

test.runIf(tellsChildren)(
  `${kills} kills of workers: what clients saw of each item can have happened in one order`,
  async () => {
    let cut = 0;
    let answers = 0;
    for (let life = 0; life < kills; life++) {
      for (let register = 0; register < registersPerKill; register++) {
        const id = `${life}/${register}`;
        const history: RegisterCall[] = [];
        const loading = load(id, history);
        if (register === registersPerKill - 2) {
          const [victim] = childrenOf(server.pid);
          if (victim !== undefined) process.kill(victim, 'SIGKILL');
        }
        cut += await loading;
        answers += history.filter(({ outcome }) => outcome !== 'unknown').length;
        expect(isLinearizable(history), JSON.stringify(history)).toBe(true);
      }
      await expect.poll(() => childrenOf(server.pid).length, { timeout: 20_000 }).toBe(2);
    }
    expect(answers).toBeGreaterThan((kills * registersPerKill * callsPerRegister) / 2);
    expect(cut).toBeGreaterThan(0);
  },
  60_000 + kills * 20_000,
);

test('a key that is disabled stops reads in every worker within a second (R-REV-1)', async () => {
  const read = (client: DynamoDBClient) =>
    client.send(new GetItemCommand({ TableName, Key: { id: { S: '0/0' } } })).then(
      () => 'read',
      (fault: Error) => fault.name,
    );
  // A connection that a kill ended fails once.
  await Promise.all(clients.map(read));
  expect(await Promise.all(clients.map(read))).toEqual(clients.map(() => 'read'));
  const kms = keys();
  await kms.send(new DisableKeyCommand({ KeyId }));
  const sinceMs = performance.now();
  const ends = clients.map(async (client) => {
    for (let lastMs = sinceMs; ; ) {
      const begunMs = performance.now();
      const outcome = await read(client);
      if (outcome !== 'read') return { outcome, lastMs };
      lastMs = begunMs;
    }
  });
  for (const { outcome, lastMs } of await Promise.all(ends)) {
    expect(outcome).toBe('ValidationException');
    expect(lastMs - sinceMs).toBeLessThan(1000);
  }
  await kms.send(new EnableKeyCommand({ KeyId }));
  expect(await Promise.all(clients.map(read))).toEqual(clients.map(() => 'read'));
  kms.destroy();
}, 30_000);
