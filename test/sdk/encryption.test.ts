import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  DeleteTableCommand,
  DescribeTableCommand,
  ListTablesCommand,
  UpdateTableCommand,
} from '@aws-sdk/client-dynamodb';
import {
  CancelKeyDeletionCommand,
  CreateAliasCommand,
  DescribeKeyCommand,
  DisableKeyCommand,
  EnableKeyCommand,
  ScheduleKeyDeletionCommand,
} from '@aws-sdk/client-kms';
import { GetCommand, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { account, type Clients, newKey, newTable, refusal, Site, underKey, ways } from './way.ts';

const service = (code: string) =>
  `(Service: AWSKMS; Status Code: 400; Error Code: ${code}; Request ID: <id>; Proxy: null)`;
const model = 'com.amazonaws.services.kms.model';
const disabled = (arn: string) =>
  `ValidationException: KMS key disabled error: ${model}.DisabledException: ${arn} is disabled. ${service('DisabledException')}`;
const pendingDeletion = (arn: string) =>
  `ValidationException: KMS validation error: ${model}.KMSInvalidStateException: ${arn} is pending deletion. ` +
  service('KMSInvalidStateException');

const item = { city: 'Sankt Gallen', year: 612, secret: 'a-canary-that-no-disk-may-show' };
const key = { city: item.city, year: item.year };

for (const way of ways) {
  describe(`tables under customer keys, ${way}`, () => {
    let site: Site;
    let clients: Clients;
    beforeAll(async () => {
      site = await Site.open(way, { encryptionChangeQuota: 'none' });
      clients = site.clients();
    });
    afterAll(() => site.end());

    const put = (TableName: string) => clients.documents.send(new PutCommand({ TableName, Item: item }));
    const get = async (TableName: string, by = clients) =>
      (await by.documents.send(new GetCommand({ TableName, Key: key, ConsistentRead: true }))).Item;
    const table = async (TableName: string) =>
      (await clients.tables.send(new DescribeTableCommand({ TableName }))).Table;
    const update = (TableName: string, SSESpecification: object) =>
      clients.tables.send(new UpdateTableCommand({ TableName, SSESpecification }));

    async function tableUnderKey(name: string): Promise<string> {
      const arn = await newKey(clients);
      await newTable(clients, name, underKey(arn));
      await put(name);
      return arn;
    }

    test('a table is made under the key that an alias names, and says so by its ARN', async () => {
      const arn = await newKey(clients);
      const TargetKeyId = arn.split('/')[1];
      await clients.keys.send(new CreateAliasCommand({ AliasName: 'alias/by-alias', TargetKeyId }));
      const made = await newTable(clients, 'by-alias', underKey('alias/by-alias'));
      expect(made.TableStatus).toBe('CREATING');
      const sse = { Status: 'ENABLED', SSEType: 'KMS', KMSMasterKeyArn: arn };
      expect(made.SSEDescription).toEqual(sse);
      expect(await table('by-alias')).toMatchObject({ TableStatus: 'ACTIVE', SSEDescription: sse });
    });

    test('a table under the key of AWS shows that key, one under the owned key none', async () => {
      const managed = await newTable(clients, 'managed', { Enabled: true, SSEType: 'KMS' });
      const { KeyMetadata } = await clients.keys.send(
        new DescribeKeyCommand({ KeyId: 'alias/aws/dynamodb' }),
      );
      expect(KeyMetadata?.KeyManager).toBe('AWS');
      expect(managed.SSEDescription?.KMSMasterKeyArn).toBe(KeyMetadata?.Arn);
      await newTable(clients, 'owned');
      expect((await table('owned'))?.SSEDescription).toBeUndefined();
    });

    test('a table cannot be made under a key that cannot be used, and leaves nothing behind', async () => {
      const off = await newKey(clients);
      await clients.keys.send(new DisableKeyCommand({ KeyId: off }));
      expect(await refusal(newTable(clients, 'never', underKey(off)))).toBe(disabled(off));
      const dying = await newKey(clients);
      await clients.keys.send(new ScheduleKeyDeletionCommand({ KeyId: dying }));
      expect(await refusal(newTable(clients, 'never', underKey(dying)))).toBe(pendingDeletion(dying));
      const alias = `arn:aws:kms:us-east-1:${account}:alias/nothing`;
      expect(await refusal(newTable(clients, 'never', underKey('alias/nothing')))).toBe(
        `ValidationException: KMS validation error: ${model}.NotFoundException: Alias ${alias} is not found. ` +
          service('NotFoundException'),
      );
      expect((await clients.tables.send(new ListTablesCommand({}))).TableNames).not.toContain('never');
    });

    test('a disabled key stops its table at once, for every connection, and no other (R-REV-1)', async () => {
      const arn = await tableUnderKey('stopped');
      await tableUnderKey('untouched');
      const others = site.clients();
      expect(await get('stopped', others)).toEqual(item);
      await clients.keys.send(new DisableKeyCommand({ KeyId: arn }));
      expect(await refusal(get('stopped'))).toBe(disabled(arn));
      expect(await refusal(get('stopped', others))).toBe(disabled(arn));
      expect(await refusal(put('stopped'))).toBe(disabled(arn));
      const query = new QueryCommand({
        TableName: 'stopped',
        KeyConditionExpression: 'city = :city',
        ExpressionAttributeValues: { ':city': item.city },
      });
      expect(await refusal(clients.documents.send(query))).toBe(disabled(arn));
      expect(await get('untouched')).toEqual(item);
      await clients.keys.send(new EnableKeyCommand({ KeyId: arn }));
      expect(await get('stopped', others)).toEqual(item);
    });

    test('a table without its key is inaccessible from the next look on, until the look that finds it back', async () => {
      const arn = await tableUnderKey('watched');
      const sse = { Status: 'ENABLED', SSEType: 'KMS', KMSMasterKeyArn: arn };
      await clients.keys.send(new DisableKeyCommand({ KeyId: arn }));
      expect((await table('watched'))?.TableStatus).toBe('ACTIVE');
      await expect
        .poll(async () => {
          await site.watch();
          return (await table('watched'))?.TableStatus;
        })
        .toBe('INACCESSIBLE_ENCRYPTION_CREDENTIALS');
      const lost = await table('watched');
      expect(lost?.SSEDescription).toMatchObject(sse);
      const since = lost?.SSEDescription?.InaccessibleEncryptionDateTime?.getTime() ?? 0;
      expect(Math.abs(since - site.clock.nowMs())).toBeLessThan(60_000);
      expect(await refusal(get('watched'))).toBe(disabled(arn));

      await site.restart();
      clients = site.clients();
      expect((await table('watched'))?.SSEDescription?.InaccessibleEncryptionDateTime?.getTime()).toBe(since);
      await clients.keys.send(new EnableKeyCommand({ KeyId: arn }));
      // The key decides, not the status.
      expect(await get('watched')).toEqual(item);
      await expect
        .poll(async () => {
          await site.watch();
          return (await table('watched'))?.TableStatus;
        })
        .toBe('ACTIVE');
      expect((await table('watched'))?.SSEDescription).toEqual(sse);
    });

    test('a key that waits for its deletion is lost, and can be had back', async () => {
      const arn = await tableUnderKey('dying');
      await clients.keys.send(new ScheduleKeyDeletionCommand({ KeyId: arn, PendingWindowInDays: 7 }));
      expect(await refusal(get('dying'))).toBe(pendingDeletion(arn));
      await clients.keys.send(new CancelKeyDeletionCommand({ KeyId: arn }));
      expect(await refusal(get('dying'))).toBe(disabled(arn));
      await clients.keys.send(new EnableKeyCommand({ KeyId: arn }));
      expect(await get('dying')).toEqual(item);
    });

    test('a table moves between all three kinds of key, is readable throughout, and needs the old key no more', async () => {
      const first = await tableUnderKey('moving');
      const second = await newKey(clients);
      const managed = (await table('managed'))?.SSEDescription?.KMSMasterKeyArn;
      const steps: [object, string | undefined][] = [
        [underKey(second), second],
        [{ Enabled: false }, undefined],
        [{ Enabled: true, SSEType: 'KMS' }, managed],
        [underKey(first), first],
        [{ Enabled: true, SSEType: 'KMS', KMSMasterKeyId: 'alias/aws/dynamodb' }, managed],
        [{ Enabled: false }, undefined],
        [underKey(second), second],
      ];
      for (const [specification, arn] of steps) {
        const changed = await update('moving', specification);
        expect(changed.TableDescription?.SSEDescription?.Status).toBe('UPDATING');
        expect((await table('moving'))?.SSEDescription?.KMSMasterKeyArn).toBe(arn);
        expect(await get('moving')).toEqual(item);
        await put('moving');
      }
      await clients.keys.send(new DisableKeyCommand({ KeyId: first }));
      expect(await get('moving')).toEqual(item);
      await clients.keys.send(new DisableKeyCommand({ KeyId: second }));
      expect(await refusal(get('moving'))).toBe(disabled(second));
      // The old key is needed to leave it, and is the one that is named.
      expect(await refusal(update('moving', { Enabled: false }))).toBe(disabled(second));
      await clients.keys.send(new EnableKeyCommand({ KeyId: second }));
      expect(await get('moving')).toEqual(item);
    });

    test('a table without its key can be described, listed and deleted', async () => {
      const arn = await tableUnderKey('dropped');
      await clients.keys.send(new DisableKeyCommand({ KeyId: arn }));
      expect((await table('dropped'))?.TableName).toBe('dropped');
      expect((await site.database.verify()).skipped).toContainEqual({
        table: 'dropped',
        reason: expect.stringContaining(`${arn} is disabled.`),
      });
      await clients.tables.send(new DeleteTableCommand({ TableName: 'dropped' }));
      expect(await refusal(table('dropped'))).toMatch(/^ResourceNotFoundException/);
    });

    test('an operator sees which key protects what', async () => {
      const moving = (await site.database.keys()).find(({ tables }) => tables.includes('moving'));
      expect(moving).toMatchObject({ manager: 'CUSTOMER', state: 'Enabled', region: 'us-east-1' });
    });

    test('after a restart everything is where it was, and sound', async () => {
      await site.restart();
      clients = site.clients();
      for (const name of ['stopped', 'watched', 'dying', 'moving']) expect(await get(name)).toEqual(item);
      expect((await site.database.verify()).faults).toEqual([]);
    });

    test('no file shows an item or the name of a table (R-REST-1)', async () => {
      await site.stop();
      const files = readdirSync(site.data, { recursive: true, withFileTypes: true }).filter((entry) =>
        entry.isFile(),
      );
      expect(files.map(({ name }) => name).sort()).toEqual([
        'audit-anchor',
        'keys.sqlite',
        'owner.lock',
        'owner.lock',
        // One each time that the store was open.
        ...[1, 2, 3].map((number) => `segment-00000000000${number}.sealed`),
        'store.sqlite',
      ]);
      const needles = [item.secret, item.city, 'secret', 'moving', 'by-alias'].flatMap((text) => [
        Buffer.from(text),
        Buffer.from(text, 'utf16le'),
        Buffer.from(Buffer.from(text).toString('base64').replace(/=+$/, '')),
        Buffer.from(Buffer.from(text).toString('hex')),
      ]);
      for (const { parentPath, name } of files) {
        const bytes = readFileSync(join(parentPath, name));
        for (const needle of needles) expect(bytes.includes(needle), `${needle} in ${name}`).toBe(false);
      }
    });
  });
}
