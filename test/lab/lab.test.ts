import { existsSync } from 'node:fs';
import {
  CreateTableCommand,
  DescribeTableCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import {
  CreateKeyCommand,
  DisableKeyCommand,
  EnableKeyCommand,
  EncryptCommand,
  KMSClient,
} from '@aws-sdk/client-kms';
import { afterEach, expect, test } from 'vitest';
import { createLab, type Lab, type LabOptions } from '../../src/lab/lab.ts';

const labs: Lab[] = [];

afterEach(async () => {
  for (const lab of labs.splice(0)) await lab.close();
});

async function labWith(options: LabOptions = {}) {
  const lab = await createLab(options);
  labs.push(lab);
  const once = { ...lab.clientConfig(), maxAttempts: 1 };
  return { lab, dynamodb: new DynamoDBClient(once), kms: new KMSClient(once) };
}

test('a start that is no time is refused, and a lab that was not made leaves nothing open', async () => {
  for (const start of [new Date('never'), JSON.parse('"2026-01-01"')])
    await expect(createLab({ start })).rejects.toThrow('the start of a lab is a Date');
});

const item = { id: { S: 'b1' }, title: { S: 'The Unbearable Lightness of Being' } };
const read = new GetItemCommand({ TableName: 'Books', Key: { id: { S: 'b1' } } });

async function books(options: LabOptions = {}) {
  const made = await labWith(options);
  const { dynamodb, kms } = made;
  const { KeyMetadata } = await kms.send(new CreateKeyCommand({}));
  const KeyId = KeyMetadata?.KeyId;
  await dynamodb.send(
    new CreateTableCommand({
      TableName: 'Books',
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      BillingMode: 'PAY_PER_REQUEST',
      SSESpecification: { Enabled: true, SSEType: 'KMS', KMSMasterKeyId: KeyId },
    }),
  );
  await dynamodb.send(new PutItemCommand({ TableName: 'Books', Item: item }));
  const status = async () => {
    const { Table } = await dynamodb.send(new DescribeTableCommand({ TableName: 'Books' }));
    return Table?.TableStatus;
  };
  return { ...made, KeyId, status };
}

test('a key that is lost and found again, told as one story', async () => {
  const { lab, dynamodb, kms, KeyId, status } = await books();
  await kms.send(new DisableKeyCommand({ KeyId }));
  await expect(dynamodb.send(read)).rejects.toThrow('KMS key disabled error');
  expect(await status()).toBe('ACTIVE');
  await lab.advance('15m');
  expect(await status()).toBe('INACCESSIBLE_ENCRYPTION_CREDENTIALS');
  expect(lab.notices.map((notice) => notice['detail-type'])).toEqual(['Table Encryption Key Inaccessible']);
  await lab.advance('6d');
  await kms.send(new EnableKeyCommand({ KeyId }));
  await lab.advance('15m');
  expect(await status()).toBe('ACTIVE');
  expect((await dynamodb.send(read)).Item).toEqual(item);
  lab.assertSealed(['The Unbearable Lightness of Being']);
});

test('seven days without the key archive the table, be it while the store is closed', async () => {
  for (const away of [false, true]) {
    const { lab, kms, KeyId, status } = await books();
    await kms.send(new DisableKeyCommand({ KeyId }));
    await lab.advance('15m');
    if (away) {
      await lab.restart({ away: '7d' });
      await lab.advance('15m');
    } else {
      await lab.advance('7d');
    }
    expect(await status()).toBe('ARCHIVED');
    expect(lab.notices.at(-1)?.['detail-type']).toBe('Table Archived');
  }
});

test('a clock of its own, from the moment that is asked for', async () => {
  const { lab } = await labWith({ start: new Date('2030-05-01T00:00:00Z') });
  await lab.advance('36h');
  expect(lab.now().toISOString()).toBe('2030-05-02T12:00:00.000Z');
  lab.setClock(-3_600_000);
  expect(lab.now().toISOString()).toBe('2030-05-02T11:00:00.000Z');
  expect(lab.clock.nowMs()).toBe(lab.now().getTime());
});

test('the key service fails on demand, for the table and for clients of KMS, and no longer than asked', async () => {
  const { lab, dynamodb, kms, KeyId } = await books();
  const encrypt = new EncryptCommand({ KeyId, Plaintext: Buffer.from('x') });
  const fault = lab.keyService.fail('throttle', { for: '10m' });
  await lab.advance('5m');
  await expect(dynamodb.send(read)).rejects.toMatchObject({ name: 'ThrottlingException' });
  await expect(kms.send(encrypt)).rejects.toMatchObject({ name: 'ThrottlingException' });
  expect(fault.calls).toBeGreaterThanOrEqual(2);
  await lab.advance('5m');
  expect((await dynamodb.send(read)).Item).toEqual(item);
  await kms.send(encrypt);
});

test('a crash loses nothing that was acknowledged, and deadlines pass meanwhile', async () => {
  const { lab, dynamodb, kms, KeyId, status } = await books();
  await lab.crash({ away: '2d' });
  expect((await dynamodb.send(read)).Item).toEqual(item);
  await kms.send(new DisableKeyCommand({ KeyId }));
  await lab.advance('15m');
  await lab.crash({ away: '7d' });
  await lab.advance('15m');
  expect(await status()).toBe('ARCHIVED');
  expect((await lab.database.verify()).faults).toEqual([]);
});

test('who signs does so by the time of the day, wherever the clock of the lab stands', async () => {
  const { lab } = await books();
  const credentials = { accessKeyId: 'AKID', secretAccessKey: 'a-secret' };
  const { host, port } = await lab.database.listen({ credentials: [credentials] });
  const endpoint = `http://${host}:${port}`;
  const client = new DynamoDBClient({ region: 'us-east-1', endpoint, credentials, maxAttempts: 1 });
  await lab.advance('2h');
  expect((await client.send(read)).Item).toEqual(item);
  client.destroy();
});

test('a store does not open while its key service is silent, and does afterwards', async () => {
  const { lab, dynamodb } = await books();
  lab.keyService.fail('outage');
  await expect(lab.restart()).rejects.toMatchObject({ code: 'KeyServiceUnavailable' });
  expect(() => lab.database).toThrow('the lab is closed');
  lab.keyService.mend();
  await lab.restart({ away: '1h' });
  expect((await dynamodb.send(read)).Item).toEqual(item);
});

test('what is recorded of calls can be read', async () => {
  const { lab } = await books();
  const names = lab.events.map(({ eventName }) => eventName);
  expect(names).toEqual(expect.arrayContaining(['CreateKey', 'CreateTable', 'GenerateDataKey']));
});

test('closing leaves no file and no timer, and may be done twice', async () => {
  const { lab } = await books();
  expect(existsSync(lab.dir)).toBe(true);
  await lab.close();
  await lab.close();
  expect(existsSync(lab.dir)).toBe(false);
  expect(lab.clock).toMatchObject({ timers: 0 });
  expect(() => lab.database).toThrow('the lab is closed');
});
