/** Tables whose keys are in a key service elsewhere: our own KMS over HTTP, behind a proxy that lets the network fail. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateTableCommand,
  DescribeTableCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  UpdateTableCommand,
} from '@aws-sdk/client-dynamodb';
import {
  CreateKeyCommand,
  DisableKeyCommand,
  EnableKeyCommand,
  KMSClient,
  ScheduleKeyDeletionCommand,
} from '@aws-sdk/client-kms';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Database } from '../src/database.ts';
import { examine } from '../src/examination.ts';
import { awsKms } from '../src/kms/aws-kms.ts';
import { type OpenOptions, open } from '../src/open.ts';
import type { ProxyAnswer } from './support/faulty-proxy.ts';
import {
  endpointCredentials as credentials,
  type KmsEndpoint,
  openKmsEndpoint,
} from './support/kms-endpoint.ts';
import { VirtualClock } from './support/virtual-clock.ts';

const folder = mkdtempSync(join(tmpdir(), 'cryptable-remote-'));
const rootKey = { file: join(folder, 'keys', 'root.key') };
const region = 'eu-central-1';
let endpoint: KmsEndpoint;
beforeAll(async () => {
  endpoint = await openKmsEndpoint(region);
});
afterAll(async () => {
  await endpoint.close();
  rmSync(folder, { recursive: true, force: true });
});

const opened: Database[] = [];
afterEach(async () => {
  endpoint.proxy.rest = 'pass';
  endpoint.proxy.requests.length = 0;
  for (const database of opened.splice(0)) await database.close();
});

/** Clocks stand still, and so there is one attempt and no pause. */
const keyService = () =>
  awsKms({ region, endpoint: endpoint.proxy.url, credentials, patience: { attemptsMax: 1 } });

let count = 0;
const newPlace = () => join(folder, `data-${count++}`);
/** No look at keys but the first, unless a test wants it. */
const rarely = { keyWatchIntervalMs: 7 * 86_400_000 };

interface Store {
  readonly database: Database;
  readonly clock: VirtualClock;
  readonly client: DynamoDBClient;
}

async function opens(dir: string, options: OpenOptions = { keyService: keyService() }): Promise<Store> {
  const clock = new VirtualClock();
  const database = await open(dir, { rootKey, clock, ...rarely, ...options });
  opened.push(database);
  return { database, clock, client: clientOf(database) };
}

function clientOf(database: Database): DynamoDBClient {
  return new DynamoDBClient({ ...database.clientConfig(), maxAttempts: 1 });
}

const table = (TableName: string, keyId?: string) => ({
  TableName,
  AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' as const }],
  KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' as const }],
  BillingMode: 'PAY_PER_REQUEST' as const,
  ...(keyId === undefined
    ? {}
    : {
        SSESpecification: {
          Enabled: true,
          SSEType: 'KMS' as const,
          ...(keyId !== '' && { KMSMasterKeyId: keyId }),
        },
      }),
});

const Item = { id: { S: '1' }, title: { S: 'Faust' } };

async function makes({ client }: Store, name: string, keyId?: string): Promise<void> {
  await client.send(new CreateTableCommand(table(name, keyId)));
  await client.send(new PutItemCommand({ TableName: name, Item }));
}

/** The title, or the name and sentence of the fault. */
async function reads(client: DynamoDBClient, TableName: string): Promise<string> {
  try {
    const found = await client.send(new GetItemCommand({ TableName, Key: { id: { S: '1' } } }));
    return found.Item?.title?.S ?? 'nothing';
  } catch (fault) {
    return fault instanceof Error ? `${fault.name}: ${fault.message}` : 'no error';
  }
}

const describes = async ({ client }: Store, TableName: string) =>
  (await client.send(new DescribeTableCommand({ TableName }))).Table;
const asked = () =>
  endpoint.proxy.requests.map(({ headers }) => String(headers['x-amz-target']).replace('TrentService.', ''));
const away = 'InternalServerError: Internal server error';

describe('a table under a key elsewhere', () => {
  test('is made, used, and found again after a restart', async () => {
    const dir = newPlace();
    const arn = await endpoint.createKey();
    const store = await opens(dir);
    const callsBefore = store.database.stats().kmsCalls.GenerateDataKey ?? 0;
    await makes(store, 'Books', arn);
    expect((await describes(store, 'Books'))?.SSEDescription).toEqual({
      Status: 'ENABLED',
      SSEType: 'KMS',
      KMSMasterKeyArn: arn,
    });
    // Once to see that it opens, and once for the first connection.
    expect(asked()).toEqual(['DescribeKey', 'GenerateDataKey', 'Decrypt', 'Decrypt']);
    expect(store.database.stats().kmsCalls).toMatchObject({ GenerateDataKey: callsBefore + 1 });
    await store.database.close();
    const again = await opens(dir);
    expect(await reads(again.client, 'Books')).toBe('Faust');
    expect((await again.database.verify()).skipped).toEqual([]);
    expect(await again.database.mayRetire(arn)).toMatchObject({
      mayRetire: false,
      reasons: [{ kind: 'table', table: 'Books' }],
    });
    await expect(again.database.mayRetire(`${arn}0`)).rejects.toMatchObject({ code: 'KeyNotFound' });
  });

  test('asks once in five minutes for each connection', async () => {
    const store = await opens(newPlace());
    await makes(store, 'Books', await endpoint.createKey());
    endpoint.proxy.requests.length = 0;
    for (let i = 0; i < 5; i++) await reads(store.client, 'Books');
    expect(asked()).toEqual([]);
    store.clock.advance(300_000);
    for (let i = 0; i < 5; i++) await reads(store.client, 'Books');
    expect(asked()).toEqual(['Decrypt']);
    for (let i = 0; i < 3; i++) await reads(clientOf(store.database), 'Books');
    expect(asked()).toHaveLength(4);
  });

  test('R-REV-1: outlives an unreachable service for 300 seconds and not one more, and that is no lost key', async () => {
    const store = await opens(newPlace());
    await makes(store, 'Books', await endpoint.createKey());
    endpoint.proxy.rest = 'cut';
    store.clock.advance(299_000);
    expect(await reads(store.client, 'Books')).toBe('Faust');
    store.clock.advance(999);
    expect(await reads(store.client, 'Books')).toBe('Faust');
    store.clock.advance(1);
    expect(await reads(store.client, 'Books')).toBe(away);
    store.clock.advance(1000);
    expect(await reads(store.client, 'Books')).toBe(away);
    expect((await describes(store, 'Books'))?.TableStatus).toBe('ACTIVE');
    endpoint.proxy.rest = 'pass';
    expect(await reads(store.client, 'Books')).toBe('Faust');
  });

  test('is told of throttling as AWS tells it', async () => {
    const store = await opens(newPlace());
    await makes(store, 'Books', await endpoint.createKey());
    const throttled: ProxyAnswer = { status: 400, body: '{"__type":"ThrottlingException","message":"slow"}' };
    endpoint.proxy.rest = throttled;
    store.clock.advance(300_000);
    expect(await reads(store.client, 'Books')).toBe(
      'ThrottlingException: You have exceeded the rate at which you may call KMS. ' +
        'Reduce the frequency of your calls.',
    );
  });

  test('is refused in the words of the table service once its key is disabled, and inaccessible at the next look', async () => {
    const arn = await endpoint.createKey();
    const store = await opens(newPlace(), {
      keyService: keyService(),
      keyWatchIntervalMs: 60_000,
      keyWatchJitterMs: 0,
    });
    await makes(store, 'Books', arn);
    await endpoint.admin.send(new DisableKeyCommand({ KeyId: arn }));
    expect(await reads(store.client, 'Books')).toBe('Faust');
    const disabled = expect.stringMatching(
      `^ValidationException: KMS key disabled error: .*DisabledException: ${arn} is disabled\\.`,
    );
    await passes(store, 'INACCESSIBLE_ENCRYPTION_CREDENTIALS');
    // The look has found out, and so nobody works on with the key for what is left of the five minutes.
    expect(await reads(store.client, 'Books')).toEqual(disabled);
    await endpoint.admin.send(new EnableKeyCommand({ KeyId: arn }));
    expect(await reads(store.client, 'Books')).toBe('Faust');
    await passes(store, 'ACTIVE');
  });

  test('is not made under a key that is disabled, unknown, or when nobody answers', async () => {
    const store = await opens(newPlace());
    const arn = await endpoint.createKey();
    await endpoint.admin.send(new DisableKeyCommand({ KeyId: arn }));
    await expect(makes(store, 'Books', arn)).rejects.toThrow(/^KMS key disabled error: /);
    await expect(makes(store, 'Books', 'alias/none')).rejects.toThrow(
      /^KMS validation error: .*NotFoundException: Alias .* is not found\./,
    );
    endpoint.proxy.rest = 'cut';
    await expect(makes(store, 'Books', arn)).rejects.toThrow('Internal server error');
    expect(await reads(store.client, 'Books')).toMatch(/^ResourceNotFoundException/);
  });

  test('R-COM-1: does not take another plaintext for its key', async () => {
    const store = await opens(newPlace());
    await makes(store, 'Books', await endpoint.createKey());
    const Plaintext = Buffer.alloc(32, 7).toString('base64');
    endpoint.proxy.rest = ({ body, ...rest }) => ({
      ...rest,
      body: JSON.stringify({ ...JSON.parse(body), Plaintext }),
    });
    store.clock.advance(300_000);
    expect(await reads(store.client, 'Books')).toBe(away);
    endpoint.proxy.rest = 'pass';
    expect(await reads(store.client, 'Books')).toBe('Faust');
  });
});

/** One look at the keys; the clock then stands still while the network does its work. */
async function passes(store: Store, status: string): Promise<void> {
  store.clock.advance(60_000);
  let found: string | undefined;
  for (let turn = 0; found !== status && turn < 2000; turn++) {
    await new Promise<void>((resolve) => setImmediate(resolve));
    found = (await describes(store, 'Books'))?.TableStatus;
  }
  expect(found).toBe(status);
}

describe('tables under other keys', () => {
  test('owned and managed ones need nobody elsewhere', async () => {
    const dir = newPlace();
    endpoint.proxy.rest = 'cut';
    const store = await opens(dir);
    await makes(store, 'Owned');
    await makes(store, 'Managed', '');
    await store.database.close();
    const again = await opens(dir);
    for (const name of ['Owned', 'Managed']) expect(await reads(again.client, name)).toBe('Faust');
    expect(asked()).toEqual([]);
  });

  test('move to the other service and away from it again, without a word to whoever reads', async () => {
    const store = await opens(newPlace());
    const keys = new KMSClient(store.database.clientConfig());
    const { KeyMetadata } = await keys.send(new CreateKeyCommand({}));
    const embedded = KeyMetadata?.Arn ?? '';
    await makes(store, 'Books', embedded);
    expect(asked()).toEqual([]);
    const remote = await endpoint.createKey();
    for (const KMSMasterKeyId of [remote, embedded]) {
      const SSESpecification = { Enabled: true, SSEType: 'KMS' as const, KMSMasterKeyId };
      await store.client.send(new UpdateTableCommand({ TableName: 'Books', SSESpecification }));
      expect((await describes(store, 'Books'))?.SSEDescription?.KMSMasterKeyArn).toBe(KMSMasterKeyId);
      expect(await reads(store.client, 'Books')).toBe('Faust');
    }
    endpoint.proxy.rest = 'cut';
    expect(await reads(clientOf(store.database), 'Books')).toBe('Faust');
  });
});

describe('a store opened without the key service', () => {
  test('serves the other tables, verifies them, and says of this one what is missing', async () => {
    const dir = newPlace();
    const store = await opens(dir);
    await makes(store, 'Books', await endpoint.createKey());
    await makes(store, 'Owned');
    await store.database.close();
    const without = await opens(dir, {});
    expect(await reads(without.client, 'Owned')).toBe('Faust');
    expect(await reads(without.client, 'Books')).toBe(away);
    expect((await without.database.verify()).skipped).toEqual([
      { table: 'Books', reason: expect.stringContaining('none is named'), outage: 'KeyServiceUnavailable' },
    ]);
    await without.database.close();
    expect(await reads((await opens(dir)).client, 'Books')).toBe('Faust');
  });
});

describe('an examination', () => {
  const examined = async (dir: string, more: OpenOptions = {}) => {
    const options = { rootKey, keyService: keyService(), clock: new VirtualClock(), ...more };
    const { store, tables } = await examine(dir, options);
    return [store, ...tables.map(({ diagnosis }) => diagnosis)];
  };

  test('asks the key service what became of the key, and does not take its silence for damage', async () => {
    const dir = newPlace();
    const KeyId = await endpoint.createKey();
    const store = await opens(dir);
    await makes(store, 'Books', KeyId);
    await makes(store, 'Owned');
    await store.database.close();
    const of = (diagnosis: string) => ['Healthy', diagnosis, 'Healthy'];
    expect(await examined(dir)).toEqual(of('Healthy'));
    await endpoint.admin.send(new DisableKeyCommand({ KeyId }));
    expect(await examined(dir)).toEqual(of('KeyDisabled'));
    await endpoint.admin.send(new ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays: 7 }));
    expect(await examined(dir)).toEqual(of('KeyPendingDeletion'));
    endpoint.proxy.rest = { status: 400, body: '{"__type":"NotFoundException","message":"gone"}' };
    expect(await examined(dir)).toEqual(of('KeyDeleted'));
    endpoint.proxy.rest = { status: 400, body: '{"__type":"AccessDeniedException","Message":"no"}' };
    expect(await examined(dir)).toEqual(of('KeyRefused'));
    endpoint.proxy.rest = { status: 400, body: '{"__type":"ExpiredTokenException"}' };
    expect(await examined(dir)).toEqual(of('KeyServiceCredentials'));
    endpoint.proxy.rest = 'cut';
    expect(await examined(dir)).toEqual(of('KeyServiceUnreachable'));
    const keyless = await examine(dir, { rootKey, clock: new VirtualClock() });
    expect(keyless.tables.map(({ diagnosis }) => diagnosis)).toEqual(['KeyServiceUnreachable', 'Healthy']);
  });

  test('names what keeps a sealed root key from being opened', async () => {
    const dir = newPlace();
    const keyId = await endpoint.createKey();
    const sealed = { rootKey: { keyService: keyService(), keyId } };
    const store = await opens(dir, sealed);
    await makes(store, 'Books');
    await store.database.close();
    expect(await examined(dir, sealed)).toEqual(['Healthy', 'Healthy']);
    endpoint.proxy.rest = 'cut';
    expect(await examined(dir, sealed)).toEqual(['KeyServiceUnreachable']);
    endpoint.proxy.rest = 'pass';
    await endpoint.admin.send(new DisableKeyCommand({ KeyId: keyId }));
    expect(await examined(dir, sealed)).toEqual(['RootKeyRefused']);
  });
});

test('a store closes though its key service hangs', async () => {
  const dir = newPlace();
  const store = await opens(dir);
  await makes(store, 'Books', await endpoint.createKey());
  await store.database.close();
  endpoint.proxy.rest = 'hang';
  endpoint.proxy.requests.length = 0;
  // Its first look at the keys asks, and waits. No clock goes on.
  const { database } = await opens(dir);
  await endpoint.proxy.arrived(1);
  await database.close();
});

test('a root key may be sealed there, and then the store opens only while that can be asked', async () => {
  const dir = newPlace();
  const keyId = await endpoint.createKey();
  const sealed = { rootKey: { keyService: keyService(), keyId } };
  const store = await opens(dir, sealed);
  await makes(store, 'Books');
  expect(store.database.stats().rootKey).toContain(keyId);
  await store.database.close();
  endpoint.proxy.rest = 'cut';
  await expect(open(dir, { ...sealed, clock: new VirtualClock() })).rejects.toMatchObject({
    code: 'KeyServiceUnavailable',
  });
  endpoint.proxy.rest = 'pass';
  expect(await reads((await opens(dir, sealed)).client, 'Books')).toBe('Faust');
});
