import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateTableCommand,
  DynamoDBClient,
  ListTablesCommand,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import {
  CreateKeyCommand,
  EncryptCommand,
  GenerateDataKeyCommand,
  GetKeyLastUsageCommand,
  KMSClient,
  ListKeysCommand,
  ScheduleKeyDeletionCommand,
} from '@aws-sdk/client-kms';
import { afterAll, expect, test } from 'vitest';
import { type OpenOptions, open } from '../src/open.ts';
import { VirtualClock } from './support/virtual-clock.ts';

const folder = mkdtempSync(join(tmpdir(), 'cryptable-open-audit-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const rootKey = { file: join(folder, 'keys', 'root.key') };

/** Opens a store, has `calls` calls recorded, and closes it. */
async function used(name: string, calls: number, options: OpenOptions = {}) {
  const database = await open(join(folder, name), { rootKey, clock: new VirtualClock(), ...options });
  const client = new KMSClient(database.clientConfig());
  for (let n = 0; n < calls; n++) await client.send(new ListKeysCommand({}));
  const found: string[] = [];
  for await (const { event } of database.audit.entries()) found.push(event.eventName);
  const report = await database.audit.verify();
  await database.close();
  return { found, report };
}

test('calls are recorded beside the pages, and anchored beside the keys', async () => {
  const { found, report } = await used('data', 2);
  expect(found).toEqual(['ListKeys', 'ListKeys']);
  expect(report).toMatchObject({ records: 2, faults: [] });
  expect(readdirSync(join(folder, 'data'))).toContain('audit');
  expect(readdirSync(join(folder, 'data', 'kms'))).toContain('audit-anchor');
});

test('switched off, there is no record and no folder', async () => {
  expect((await used('off', 1, { audit: 'off' })).found).toEqual([]);
  expect(readdirSync(join(folder, 'off'))).not.toContain('audit');
});

test('events are delivered to a folder, those that a crash kept back with the next opening', async () => {
  const deliverTo = join(folder, 'delivered');
  await used('delivering', 2, { audit: { deliverTo } });
  await used('delivering', 1);
  await used('delivering', 1, { audit: { deliverTo } });
  const [file = ''] = readdirSync(deliverTo);
  const lines = readFileSync(join(deliverTo, file), 'utf8').trim().split('\n');
  expect(lines.map((line) => Number(JSON.parse(line).eventId))).toEqual([1, 2, 3, 4]);
  expect(JSON.parse(JSON.parse(lines[0] ?? '').message)).toMatchObject({ eventName: 'ListKeys' });
});

test('events are delivered to whoever takes lines', async () => {
  const lines: string[] = [];
  await used('lines', 1, { audit: { deliverTo: (line) => lines.push(line) } });
  expect(lines).toHaveLength(1);
});

test.each([0, -1, 1.5, Number.NaN])('records are not kept for %d days', async (retentionDays) => {
  const opening = open(join(folder, 'never'), { rootKey, audit: { retentionDays } });
  await expect(opening).rejects.toThrow(TypeError);
});

test('what the key service does on its own is recorded too, also while it opens', async () => {
  const clock = new VirtualClock();
  const database = await open(join(folder, 'own'), { rootKey, clock });
  const client = new KMSClient(database.clientConfig());
  const { KeyMetadata } = await client.send(new CreateKeyCommand({}));
  await client.send(new ScheduleKeyDeletionCommand({ KeyId: KeyMetadata?.KeyId, PendingWindowInDays: 7 }));
  await database.close();
  clock.advance(8 * 86_400_000);
  const { found } = await used('own', 0, { clock });
  expect(found).toEqual(['DeleteKey', 'ScheduleKeyDeletion', 'CreateKey']);
});

test('what cannot be recorded is refused, reading and writing of items goes on, and no record is lost (R-AUD-1)', async () => {
  const dir = join(folder, 'blocked');
  const options = { rootKey, clock: new VirtualClock() };
  const unrecorded = await open(dir, { ...options, audit: 'off' });
  await new DynamoDBClient(unrecorded.clientConfig()).send(
    new CreateTableCommand({
      TableName: 'items',
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      BillingMode: 'PAY_PER_REQUEST',
    }),
  );
  await unrecorded.close();
  const database = await open(dir, options);
  // Nothing can be made in the place of the folder.
  writeFileSync(join(dir, 'audit'), '');
  const config = { ...database.clientConfig(), maxAttempts: 1 };
  const [keys, tables] = [new KMSClient(config), new DynamoDBClient(config)];
  await expect(keys.send(new CreateKeyCommand({ Description: 'first' }))).rejects.toMatchObject({
    name: 'KMSInternalException',
    $metadata: { httpStatusCode: 500 },
  });
  await expect(keys.send(new CreateKeyCommand({ Description: 'second' }))).rejects.toThrow();
  await expect(tables.send(new ListTablesCommand({}))).rejects.toMatchObject({ name: 'InternalServerError' });
  await tables.send(new PutItemCommand({ TableName: 'items', Item: { id: { S: 'a' } } }));
  rmSync(join(dir, 'audit'));
  // The first key was made before it could be known that nothing can be recorded; the second was not.
  const { Keys } = await keys.send(new ListKeysCommand({}));
  expect(Keys).toHaveLength(1);
  const found: string[] = [];
  for await (const { event } of database.audit.entries()) found.push(event.eventName);
  expect(found).toEqual(['ListKeys', 'CreateKey']);
  await database.close();
});

test('a store whose records cannot be read does not open, and says why', async () => {
  const dir = join(folder, 'unreadable');
  await used('unreadable', 0);
  writeFileSync(join(dir, 'audit'), '');
  await expect(open(dir, { rootKey })).rejects.toMatchObject({ name: 'Outage', code: 'AuditUnavailable' });
});

test('what a key was used for right before a crash is recalled from the trail', async () => {
  const clock = new VirtualClock(Date.now());
  const options: OpenOptions = { rootKey, clock };
  const dir = join(folder, 'recalled');
  const database = await open(dir, options);
  const client = new KMSClient(database.clientConfig());
  const { KeyMetadata } = await client.send(new CreateKeyCommand({}));
  const KeyId = KeyMetadata?.KeyId ?? '';
  const Plaintext = Buffer.from('x');
  await client.send(new GenerateDataKeyCommand({ KeyId, KeySpec: 'AES_256' }));
  await clock.advanceAndSettle(60_000);
  await client.send(new EncryptCommand({ KeyId, Plaintext }));
  // What lies on the disk now is what a crash leaves.
  cpSync(dir, `${dir}-crashed`, { recursive: true });
  await database.close();
  const crashed = await open(`${dir}-crashed`, options);
  const again = new KMSClient(crashed.clientConfig());
  const { KeyLastUsage, TrackingStartDate } = await again.send(new GetKeyLastUsageCommand({ KeyId }));
  expect(KeyLastUsage).toMatchObject({ Operation: 'Encrypt' });
  expect(KeyLastUsage?.Timestamp?.getTime()).toBe(Math.floor(clock.nowMs()));
  expect(TrackingStartDate).toEqual(KeyMetadata?.CreationDate);
  await crashed.close();
});
