import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { CreateAccessKeyCommand, CreateUserCommand, IAMClient } from '@aws-sdk/client-iam';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Database, ListenOptions } from '../src/database.ts';
import { open } from '../src/open.ts';
import { duplexPair } from './support/duplex-pair.ts';
import { inProcessCall } from './support/json-call.ts';
import { startWorkerBeside, type WorkerBeside } from './support/worker-beside.ts';

const TableName = 'table';
const Key = { id: { S: 'one' } };
const root = { accessKeyId: 'ROOTKEY', secretAccessKey: 'a secret' };
const user = {
  accessKeyId: 'USERKEY',
  secretAccessKey: 'another secret',
  arn: 'arn:aws:iam::000000000000:user/ada',
};

let folder: string;
let database: Database;
let worker: WorkerBeside | undefined;
const clients: { destroy(): void }[] = [];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cryptable-hosting-'));
  database = await open(join(folder, 'data'), { rootKey: { file: join(folder, 'root.key') } });
  await inProcessCall(database)('CreateTable', {
    TableName,
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    BillingMode: 'PAY_PER_REQUEST',
  });
});

afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy();
  await worker?.close();
  worker = undefined;
  await database.close();
  rmSync(folder, { recursive: true, force: true });
});

async function start(options: ListenOptions): Promise<WorkerBeside> {
  worker = await startWorkerBeside(database, options);
  return worker;
}

type Signer = {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
};

function reader({ endpoint }: WorkerBeside, credentials: Signer): () => Promise<unknown> {
  const client = new DynamoDBClient({ endpoint, region: 'us-east-1', credentials, maxAttempts: 1 });
  clients.push(client);
  return () => client.send(new GetItemCommand({ TableName, Key }));
}

/** Bytes between the two on the way of a read over a connection that has the table's key. */
async function saidFor(from: WorkerBeside, read: () => Promise<unknown>): Promise<number> {
  for (let time = 0; time < 3; time++) await read();
  from.lineBytes();
  await read();
  return from.lineBytes();
}

const named = (name: string) => expect.objectContaining({ name });

describe('a worker that asks for signatures', () => {
  test('answers reads of those who sign as a root, and passes on those of everybody else', async () => {
    const started = await start({ credentials: [root, user] });
    expect(await saidFor(started, reader(started, root))).toBe(0);
    expect(await saidFor(started, reader(started, user))).toBeGreaterThan(0);
  });

  const wrong = { ...root, secretAccessKey: 'not the secret' };
  const refusals: Readonly<Record<string, readonly [Signer, string]>> = {
    'a key that nobody has': [{ ...root, accessKeyId: 'NOBODYSKEY' }, 'UnrecognizedClientException'],
    'a wrong signature': [wrong, 'InvalidSignatureException'],
    'a token that nobody gave': [{ ...root, sessionToken: 'made up' }, 'UnrecognizedClientException'],
  };
  for (const [what, [credentials, name]] of Object.entries(refusals)) {
    test(`refuses ${what} as its primary does`, async () => {
      const started = await start({ credentials: [root] });
      await expect(reader(started, credentials)()).rejects.toEqual(named(name));
    });
  }

  test('trusts nobody where there are no roots among those who may call', async () => {
    const started = await start({ credentials: [user] });
    await expect(reader(started, root)()).rejects.toEqual(named('UnrecognizedClientException'));
    const unsigned = await fetch(started.endpoint, {
      method: 'POST',
      headers: { 'x-amz-target': 'DynamoDB_20120810.GetItem', 'content-type': 'application/x-amz-json-1.0' },
      body: JSON.stringify({ TableName, Key }),
    });
    expect(await unsigned.text()).toContain('MissingAuthenticationToken');
    expect(await reader(started, user)()).toMatchObject({});
  });

  test('leaves reads to its primary where no signature may be used twice (R-SIG-2)', async () => {
    const started = await start({ credentials: [root], rejectReplays: true });
    expect(await saidFor(started, reader(started, root))).toBeGreaterThan(0);
  });
});

describe('a worker that trusts every caller', () => {
  test('leaves reads to its primary once somebody has an access key of his own', async () => {
    const started = await start({});
    const read = reader(started, { accessKeyId: 'any', secretAccessKey: 'any' });
    expect(await saidFor(started, read)).toBe(0);
    const iam = new IAMClient({
      endpoint: started.endpoint,
      region: 'us-east-1',
      credentials: { accessKeyId: 'any', secretAccessKey: 'any' },
    });
    clients.push(iam);
    await iam.send(new CreateUserCommand({ UserName: 'bob' }));
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: 'bob' }));
    expect(await saidFor(started, read)).toBeGreaterThan(0);
    const { AccessKeyId = '', SecretAccessKey = '' } = AccessKey ?? {};
    const bob = reader(started, { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey });
    await expect(bob()).rejects.toEqual(named('AccessDeniedException'));
    await started.close();
    const next = await start({});
    await expect(
      reader(next, { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey })(),
    ).rejects.toEqual(named('AccessDeniedException'));
  });

  test('does so too where the access key was made in the primary’s own process', async () => {
    const started = await start({});
    const iam = new IAMClient(database.clientConfig());
    clients.push(iam);
    await iam.send(new CreateUserCommand({ UserName: 'bob' }));
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: 'bob' }));
    const { AccessKeyId: accessKeyId = '', SecretAccessKey: secretAccessKey = '' } = AccessKey ?? {};
    const bob = reader(started, { accessKeyId, secretAccessKey });
    await expect(bob()).rejects.toEqual(named('AccessDeniedException'));
  });

  test('is not begun where other machines could come in unknown', () => {
    const [one] = duplexPair();
    expect(() => database.hostWorker(one, { host: '0.0.0.0' })).toThrow(TypeError);
  });
});
