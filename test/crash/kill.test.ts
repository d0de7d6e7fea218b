/** kill -9 in the middle of the load: what was acknowledged is there afterwards, and nothing is there that was not sent. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  BatchWriteItemCommand,
  CreateTableCommand,
  DeleteItemCommand,
  DynamoDBClient,
  PutItemCommand,
  UpdateItemCommand,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, paginateScan } from '@aws-sdk/lib-dynamodb';
import { afterAll, expect, test } from 'vitest';
import { runCommandLine } from '../support/command-line.ts';
import { type ServedProcess, serveProcess } from '../support/served-process.ts';

/** CI asks for 50; a run at the desk is content with fewer. */
const kills = Number(process.env.CRYPTABLE_KILLS ?? 5);
const writersPerKind = 6;
const acknowledgedPerLifeMax = 400;
const itemsMin = 200;
const tableName = 'load';
const counters = ['counter-a', 'counter-b', 'counter-c'];

const folder = mkdtempSync(join(tmpdir(), 'cryptable-kill-'));
const data = join(folder, 'data');
const rootKey = ['--root-key', join(folder, 'root.key')];
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What the load knows of the table: acknowledged, or sent and never heard of. */
class Ledger {
  readonly acknowledged = new Map<string, number>();
  /** Sent without an answer: there or not there, both are right. */
  readonly open = new Map<string, number | 'deleted'>();
  readonly sums = new Map(counters.map((id) => [id, { acknowledged: 0, sent: 0 }]));
  answers = 0;
  #next = 0;

  nextId(): string {
    return `item-${String(this.#next++).padStart(7, '0')}`;
  }
}

function clientOf({ endpoint }: ServedProcess): DynamoDBClient {
  return new DynamoDBClient({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'AKID', secretAccessKey: 'secret' },
    maxAttempts: 1,
  });
}

const attributes = (id: string, value: number) => ({
  id: { S: id },
  value: { N: String(value) },
  text: { S: `text of ${id} `.repeat(value % 40) },
});

async function putOne(client: DynamoDBClient, ledger: Ledger): Promise<void> {
  const id = ledger.nextId();
  const value = id.length + Number(id.slice(5));
  ledger.open.set(id, value);
  await client.send(new PutItemCommand({ TableName: tableName, Item: attributes(id, value) }));
  ledger.open.delete(id);
  ledger.acknowledged.set(id, value);
}

async function putBatch(client: DynamoDBClient, ledger: Ledger): Promise<void> {
  const ids = Array.from({ length: 10 }, () => ledger.nextId());
  for (const id of ids) ledger.open.set(id, 1);
  const requests = ids.map((id) => ({ PutRequest: { Item: attributes(id, 1) } }));
  await client.send(new BatchWriteItemCommand({ RequestItems: { [tableName]: requests } }));
  for (const id of ids) {
    ledger.open.delete(id);
    ledger.acknowledged.set(id, 1);
  }
}

async function addToCounter(client: DynamoDBClient, ledger: Ledger): Promise<void> {
  const id = counters[ledger.answers % counters.length] ?? '';
  const sum = ledger.sums.get(id) ?? { acknowledged: 0, sent: 0 };
  sum.sent++;
  await client.send(
    new UpdateItemCommand({
      TableName: tableName,
      Key: { id: { S: id } },
      UpdateExpression: 'ADD #value :one',
      ExpressionAttributeNames: { '#value': 'value' },
      ExpressionAttributeValues: { ':one': { N: '1' } },
    }),
  );
  sum.acknowledged++;
}

async function deleteOne(client: DynamoDBClient, ledger: Ledger): Promise<void> {
  // Few are left alone: the table must grow, so that it has leaves to split and to merge.
  if (ledger.acknowledged.size < itemsMin) return putOne(client, ledger);
  const [id, value] = [...ledger.acknowledged][ledger.answers % itemsMin] ?? ['', 0];
  ledger.acknowledged.delete(id);
  ledger.open.set(id, 'deleted');
  ledger.open.set(`value of ${id}`, value);
  await client.send(new DeleteItemCommand({ TableName: tableName, Key: { id: { S: id } } }));
  ledger.open.delete(id);
  ledger.open.delete(`value of ${id}`);
}

const kinds = [putOne, putOne, putBatch, addToCounter, deleteOne];

/** Writes until the server dies under it: after so many answers, at whatever moment that is. */
async function loadUntilKilled(server: ServedProcess, ledger: Ledger, killAfter: number): Promise<void> {
  const client = clientOf(server);
  const end = ledger.answers + killAfter;
  let killed: Promise<void> | undefined;
  const writer = async (write: (typeof kinds)[number]) => {
    while (killed === undefined) {
      try {
        await write(client, ledger);
      } catch (fault) {
        // Only a server that was killed may leave a caller without an answer.
        if (killed === undefined) throw fault;
        return;
      }
      ledger.answers++;
      if (ledger.answers >= end) killed ??= server.kill();
    }
  };
  await Promise.all(kinds.flatMap((kind) => Array.from({ length: writersPerKind }, () => writer(kind))));
  await killed;
  client.destroy();
}

async function itemsOf(server: ServedProcess): Promise<ReadonlyMap<string, number>> {
  const client = clientOf(server);
  const documents = DynamoDBDocumentClient.from(client);
  const found = new Map<string, number>();
  for await (const page of paginateScan(
    { client: documents },
    { TableName: tableName, ConsistentRead: true },
  )) {
    for (const { id, value } of page.Items ?? []) found.set(id, value);
  }
  client.destroy();
  return found;
}

/** Compares, and settles what was open: it is known now. */
function expectNothingLost(ledger: Ledger, found: ReadonlyMap<string, number>): void {
  const lost = [...ledger.acknowledged].filter(([id, value]) => found.get(id) !== value);
  expect(lost, 'acknowledged, and not there or another').toEqual([]);
  for (const id of counters) {
    const sum = ledger.sums.get(id) ?? { acknowledged: 0, sent: 0 };
    const held = found.get(id) ?? 0;
    expect(held, `${id}: every acknowledged addition counts`).toBeGreaterThanOrEqual(sum.acknowledged);
    expect(held, `${id}: no addition counts twice`).toBeLessThanOrEqual(sum.sent);
    ledger.sums.set(id, { acknowledged: held, sent: held });
  }
  for (const [id, value] of found) {
    if (counters.includes(id) || ledger.acknowledged.has(id)) continue;
    const sent = ledger.open.get(id);
    expect(
      sent,
      `${id} is there though nobody sent it, or though its deletion was acknowledged`,
    ).toBeDefined();
    expect(value).toBe(sent === 'deleted' ? ledger.open.get(`value of ${id}`) : sent);
    ledger.acknowledged.set(id, value);
  }
  ledger.open.clear();
}

test(
  `${kills} kills lose no acknowledged write, and every page is sound after the last`,
  async () => {
    const ledger = new Ledger();
    let server = await serveProcess(['--data', data, ...rootKey]);
    const client = clientOf(server);
    await client.send(
      new CreateTableCommand({
        TableName: tableName,
        AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
        BillingMode: 'PAY_PER_REQUEST',
        SSESpecification: { Enabled: true, SSEType: 'KMS' },
      }),
    );
    await waitUntilTableExists({ client, maxWaitTime: 30, minDelay: 1 }, { TableName: tableName });
    client.destroy();
    for (let life = 1; life <= kills; life++) {
      await loadUntilKilled(server, ledger, 1 + ((life * 137) % acknowledgedPerLifeMax));
      server = await serveProcess(['--data', data, ...rootKey]);
      expectNothingLost(ledger, await itemsOf(server));
    }
    expect(ledger.acknowledged.size).toBeGreaterThan(kills);
    expect(await server.stop()).toBe(0);
    const { code, stdout } = await runCommandLine(['verify', data, ...rootKey]);
    expect(stdout).toContain('all sound');
    expect(code).toBe(0);
  },
  60_000 + kills * 10_000,
);
