import { mkdtempSync, rmSync } from 'node:fs';
import { Agent } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Database } from '../src/database.ts';
import { open } from '../src/open.ts';
import { inProcessCall, type JsonCall, jsonCall } from './support/json-call.ts';
import { startWorkerBeside, type WorkerBeside } from './support/worker-beside.ts';

let folder: string;
let database: Database;
let worker: WorkerBeside;
/** Of the worker, over HTTP. */
let call: JsonCall;
/** Of the primary, without a socket. */
let own: JsonCall;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cryptable-worker-'));
  database = await open(join(folder, 'data'), { rootKey: { file: join(folder, 'root.key') } });
  worker = await startWorkerBeside(database);
  call = jsonCall(worker.endpoint);
  own = inProcessCall(database);
});

afterEach(async () => {
  await worker.close();
  await worker.ended;
  await database.close();
  rmSync(folder, { recursive: true, force: true });
});

const TableName = 'table';

function createTable(more: object = {}) {
  return own('CreateTable', {
    TableName,
    AttributeDefinitions: [
      { AttributeName: 'id', AttributeType: 'S' },
      { AttributeName: 'n', AttributeType: 'N' },
    ],
    KeySchema: [
      { AttributeName: 'id', KeyType: 'HASH' },
      { AttributeName: 'n', KeyType: 'RANGE' },
    ],
    LocalSecondaryIndexes: [
      {
        IndexName: 'local',
        KeySchema: [
          { AttributeName: 'id', KeyType: 'HASH' },
          { AttributeName: 'n', KeyType: 'RANGE' },
        ],
        Projection: { ProjectionType: 'KEYS_ONLY' },
      },
    ],
    BillingMode: 'PAY_PER_REQUEST',
    ...more,
  });
}

const Key = { id: { S: 'one' }, n: { N: '1' } };
const get = (from: JsonCall) => from('GetItem', { TableName, Key });
const put = (text: string) => own('PutItem', { TableName, Item: { ...Key, text: { S: text } } });
/** What worker and primary say to each other on the way of a call. */
const said = async (calls: () => Promise<unknown>) => {
  worker.lineBytes();
  await calls();
  return worker.lineBytes();
};
/** Until the worker has what it needs to answer alone. */
const warm = () => expect.poll(() => said(() => get(call))).toBe(0);

describe('a worker answers by itself', () => {
  const condition = {
    KeyConditionExpression: 'id = :id',
    ExpressionAttributeValues: { ':id': { S: 'one' } },
  };
  const reads: Readonly<Record<string, readonly [operation: string, input: object]>> = {
    'an item': ['GetItem', { TableName, Key, ReturnConsumedCapacity: 'TOTAL' }],
    'an item that is not there': ['GetItem', { TableName, Key: { id: { S: 'two' }, n: { N: '1' } } }],
    'many items': ['BatchGetItem', { RequestItems: { [TableName]: { Keys: [Key], ConsistentRead: true } } }],
    'a query': ['Query', { TableName, ...condition }],
    'a query of an index': [
      'Query',
      { TableName, IndexName: 'local', ...condition, Select: 'ALL_ATTRIBUTES' },
    ],
    'a scan': ['Scan', { TableName, Limit: 1 }],
  };
  for (const [what, [operation, input]] of Object.entries(reads)) {
    test(`${what}, as its primary does`, async () => {
      await createTable();
      await put('text');
      const expected = await own(operation, input);
      // A connection asks for the key once, and a client may open several.
      await expect.poll(() => said(() => call(operation, input))).toBe(0);
      expect(await call(operation, input)).toEqual(expected);
    });
  }

  test('with what was acknowledged last, whoever wrote it', async () => {
    await createTable();
    for (let index = 0; index < 200; index++) {
      await (index % 2 === 0 ? own : call)('PutItem', {
        TableName,
        Item: { ...Key, index: { N: String(index) } },
      });
      expect((await get(call)).Item.index.N).toBe(String(index));
    }
    await own('DeleteItem', { TableName, Key });
    expect(await get(call)).toEqual({});
  });

  test('items larger than a page, and those that others replace while it reads', async () => {
    await createTable();
    const large = (letter: string) => letter.repeat(200_000);
    await put(large('a'));
    const reading = Array.from({ length: 30 }, async () => (await get(call)).Item.text.S);
    await Promise.all([put(large('b')), put(large('c'))]);
    for (const text of await Promise.all(reading)) {
      expect([large('a'), large('b'), large('c')]).toContain(text);
    }
    expect((await get(call)).Item.text.S).toBe(large('c'));
  });
});

describe('a worker passes on', () => {
  const passed: Readonly<Record<string, readonly [operation: string, input: object]>> = {
    writes: ['PutItem', { TableName, Item: Key }],
    'transactions that read': ['TransactGetItems', { TransactItems: [{ Get: { TableName, Key } }] }],
    statements: ['ExecuteStatement', { Statement: `SELECT * FROM "${TableName}"` }],
    management: ['DescribeTable', { TableName }],
    streams: ['ListStreams', {}],
    keys: ['ListKeys', {}],
  };
  for (const [what, [operation, input]] of Object.entries(passed)) {
    test(`${what}: the answer is its primary's`, async () => {
      await createTable();
      await put('text');
      await warm();
      let answer = {};
      const bytes = await said(async () => {
        answer = await call(operation, input);
      });
      expect(bytes).toBeGreaterThan(0);
      expect(Object.keys(answer)).toEqual(Object.keys(await own(operation, input)));
    });
  }

  test('what is no request of the API, and what nobody knows', async () => {
    const health = await fetch(worker.endpoint);
    expect(await health.text()).toBe('healthy: dynamodb.us-east-1.amazonaws.com ');
    await expect(call('MakeCoffee', {})).rejects.toMatchObject({ type: 'UnknownOperationException' });
  });

  test('reads that it cannot answer, so that a fault is told by who knows best', async () => {
    await expect(get(call)).rejects.toMatchObject({ type: 'ResourceNotFoundException' });
    expect(worker.lineBytes()).toBeGreaterThan(0);
    await createTable();
    await expect(call('GetItem', { TableName, Key: { id: { S: 'one' } } })).rejects.toMatchObject({
      type: 'ValidationException',
    });
  });

  test('reads of a table with a policy, by which only its primary judges', async () => {
    await createTable();
    await put('text');
    await warm();
    const ResourceArn = (await own('DescribeTable', { TableName })).Table.TableArn;
    const Policy = JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { AWS: 'arn:aws:iam::000000000000:root' },
          Action: 'dynamodb:GetItem',
          Resource: ResourceArn,
        },
      ],
    });
    await own('PutResourcePolicy', { ResourceArn, Policy });
    expect((await get(call)).Item.text.S).toBe('text');
    expect(worker.lineBytes()).toBeGreaterThan(0);
  });
});

describe('a worker follows', () => {
  test('tables that are made, deleted, and made again under one name', async () => {
    for (const text of ['first', 'second', 'third']) {
      await createTable();
      expect(await get(call)).toEqual({});
      await put(text);
      expect((await get(call)).Item.text.S).toBe(text);
      await own('DeleteTable', { TableName });
      await expect(get(call)).rejects.toMatchObject({ type: 'ResourceNotFoundException' });
    }
  });

  test('indexes that are added and removed', async () => {
    await createTable();
    await put('text');
    await warm();
    const GlobalSecondaryIndexUpdates = [
      {
        Create: {
          IndexName: 'global',
          KeySchema: [{ AttributeName: 'n', KeyType: 'HASH' }],
          Projection: { ProjectionType: 'ALL' },
        },
      },
    ];
    const AttributeDefinitions = [{ AttributeName: 'n', AttributeType: 'N' }];
    await own('UpdateTable', { TableName, AttributeDefinitions, GlobalSecondaryIndexUpdates });
    const scan = () => call('Scan', { TableName, IndexName: 'global' });
    await expect.poll(scan, { timeout: 5000 }).toMatchObject({ Count: 1 });
    const Delete = { IndexName: 'global' };
    await own('UpdateTable', { TableName, GlobalSecondaryIndexUpdates: [{ Delete }] });
    await expect(scan()).rejects.toMatchObject({ type: 'ValidationException' });
  });

  test('a table to new data keys, and to another KMS key', async () => {
    await createTable();
    await put('first');
    await warm();
    await database.rotateDataKeys(TableName);
    await put('under a new data key');
    expect((await get(call)).Item.text.S).toBe('under a new data key');
    await database.reEncrypt(TableName);
    expect((await get(call)).Item.text.S).toBe('under a new data key');
    const { KeyMetadata } = await own('CreateKey', {});
    const SSESpecification = { Enabled: true, SSEType: 'KMS', KMSMasterKeyId: KeyMetadata.Arn };
    await own('UpdateTable', { TableName, SSESpecification });
    await put('under another key');
    expect((await get(call)).Item.text.S).toBe('under another key');
    await warm();
  });
});

describe('keys in a worker', () => {
  async function protectedTable(): Promise<string> {
    const { KeyMetadata } = await own('CreateKey', {});
    await createTable({
      SSESpecification: { Enabled: true, SSEType: 'KMS', KMSMasterKeyId: KeyMetadata.Arn },
    });
    await put('text');
    return KeyMetadata.Arn;
  }
  const decrypts = () => database.stats().kmsCalls.Decrypt ?? 0;

  test('go when they are disabled, and reads end within a second of it (R-REV-1)', async () => {
    const KeyId = await protectedTable();
    await warm();
    await own('DisableKey', { KeyId });
    const refused = expect.objectContaining({ type: 'ValidationException' });
    const sinceMs = performance.now();
    await expect.poll(() => get(call).catch((fault: unknown) => fault)).toEqual(refused);
    expect(performance.now() - sinceMs).toBeLessThan(1000);
    await own('EnableKey', { KeyId });
    expect((await get(call)).Item.text.S).toBe('text');
  });

  test('are asked for once for each connection', async () => {
    await protectedTable();
    const before = decrypts();
    const { host, port } = new URL(worker.endpoint);
    const agents = [1, 2].map(() => new Agent({ keepAlive: true, maxSockets: 1 }));
    const clients = agents.map(
      (httpAgent) =>
        new DynamoDBClient({
          endpoint: `http://${host}`,
          region: 'us-east-1',
          credentials: { accessKeyId: 'any', secretAccessKey: 'any' },
          requestHandler: { httpAgent },
        }),
    );
    expect(port).not.toBe('');
    for (const client of [...clients, ...clients]) await client.send(new GetItemCommand({ TableName, Key }));
    expect(decrypts() - before).toBe(2);
    for (const client of clients) client.destroy();
  });
});

describe('the end', () => {
  test('of a worker comes when its primary has gone', async () => {
    worker.cut();
    await worker.ended;
    await expect(fetch(worker.endpoint)).rejects.toThrow();
    worker = await startWorkerBeside(database);
  });

  test('of a worker waits for what is under way', async () => {
    await createTable();
    worker.lineBytes();
    const writing = call('PutItem', { TableName, Item: Key });
    await expect.poll(() => worker.lineBytes()).toBeGreaterThan(0);
    await worker.close();
    expect(await writing).toEqual({});
    await expect(fetch(worker.endpoint)).rejects.toThrow();
    worker = await startWorkerBeside(database);
  });
});
