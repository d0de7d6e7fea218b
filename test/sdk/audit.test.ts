/** What CloudTrail's own client finds of keys and tables, and what it never finds. */
import {
  CloudTrailClient,
  type Event,
  LookupEventsCommand,
  type LookupEventsCommandOutput,
} from '@aws-sdk/client-cloudtrail';
import {
  DeleteTableCommand,
  DescribeTableCommand,
  GetItemCommand,
  PutItemCommand,
  UpdateTableCommand,
} from '@aws-sdk/client-dynamodb';
import {
  CreateAliasCommand,
  DecryptCommand,
  DisableKeyCommand,
  EnableKeyCommand,
  EncryptCommand,
  GenerateDataKeyCommand,
  PutKeyPolicyCommand,
} from '@aws-sdk/client-kms';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  account,
  type Clients,
  credentials,
  newKey,
  newTable,
  refusal,
  Site,
  underKey,
  ways,
} from './way.ts';

const Item = { city: { S: 'Bern' }, year: { N: '1' }, note: { S: 'canary-in-an-item' } };
const Key = { city: { S: 'Bern' }, year: { N: '1' } };
const service = 'dynamodb.amazonaws.com';

for (const way of ways) {
  describe(`the history of events, ${way}`, () => {
    let site: Site;
    let clients: Clients;
    let history: CloudTrailClient;
    beforeAll(async () => {
      site = await Site.open(way);
      clients = site.clients();
      history = new CloudTrailClient(site.settings());
    });
    afterAll(async () => {
      history.destroy();
      await site.end();
    });

    /** Oldest first. */
    async function eventsOf(
      AttributeValue: string,
      AttributeKey: 'ResourceName' | 'EventName' = 'ResourceName',
    ) {
      const found: Event[] = [];
      let NextToken: string | undefined;
      do {
        const page: LookupEventsCommandOutput = await history.send(
          new LookupEventsCommand({
            LookupAttributes: [{ AttributeKey, AttributeValue }],
            MaxResults: 3,
            NextToken,
          }),
        );
        found.push(...(page.Events ?? []));
        NextToken = page.NextToken;
      } while (NextToken !== undefined);
      return found.reverse().map(({ CloudTrailEvent = '' }) => JSON.parse(CloudTrailEvent));
    }
    const namesOf = (events: readonly { eventName: string }[]) => events.map(({ eventName }) => eventName);

    test('follows the key of a table from its making to its end (mission 10)', async () => {
      const arn = await newKey(clients);
      await newTable(clients, 'followed', underKey(arn));
      const reader = site.clients();
      await reader.tables.send(new PutItemCommand({ TableName: 'followed', Item }));
      await reader.tables.send(new GetItemCommand({ TableName: 'followed', Key }));
      await clients.tables.send(new DeleteTableCommand({ TableName: 'followed' }));
      const events = await eventsOf(arn);
      const names = namesOf(events);
      expect(names.slice(0, 4)).toEqual(['CreateKey', 'DescribeKey', 'CreateGrant', 'GenerateDataKey']);
      expect(names.filter((name) => name === 'Decrypt').length).toBeGreaterThanOrEqual(1);
      expect(names).toContain('RetireGrant');
      const context = { 'aws:dynamodb:tableName': 'followed', 'aws:dynamodb:subscriberId': account };
      const [, described, granted, generated] = events;
      expect(described.userIdentity).toMatchObject({ type: 'Root', invokedBy: service });
      expect(granted).toMatchObject({
        userIdentity: { type: 'Root', invokedBy: service },
        requestParameters: { keyId: arn, constraints: { encryptionContextSubset: context } },
        responseElements: { grantId: expect.stringMatching(/^[0-9a-f]{64}$/), keyId: arn },
        readOnly: false,
      });
      expect(generated).toMatchObject({
        userIdentity: { type: 'AWSService', invokedBy: service },
        requestParameters: { encryptionContext: context, keySpec: 'AES_256', keyId: arn },
        sharedEventID: expect.any(String),
      });
      const decrypted = events.find(
        ({ eventName, userIdentity }) => eventName === 'Decrypt' && userIdentity.type === 'Root',
      );
      expect(decrypted).toMatchObject({
        userIdentity: {
          ...{ type: 'Root', accountId: account, invokedBy: service },
          ...(way === 'over HTTP' ? { accessKeyId: credentials.accessKeyId } : {}),
        },
        requestParameters: { encryptionContext: context, encryptionAlgorithm: 'SYMMETRIC_DEFAULT' },
        sourceIPAddress: service,
        resources: [{ ARN: arn, accountId: account, type: 'AWS::KMS::Key' }],
      });
      const table = `arn:aws:dynamodb:us-east-1:${account}:table/followed`;
      expect(namesOf(await eventsOf(table))).toEqual(['CreateTable', 'DeleteTable']);
    });

    test('has each call of the KMS API, its refusal too, and nothing secret of it', async () => {
      const KeyId = await newKey(clients);
      const { keys } = clients;
      await keys.send(new CreateAliasCommand({ AliasName: 'alias/audited', TargetKeyId: KeyId }));
      const Plaintext = Buffer.from('canary-in-a-plaintext');
      const { CiphertextBlob } = await keys.send(
        new EncryptCommand({ KeyId: 'alias/audited', Plaintext, EncryptionContext: { purpose: 'shown' } }),
      );
      const wrong = keys.send(new DecryptCommand({ CiphertextBlob }));
      expect(await refusal(wrong)).toContain('InvalidCiphertextException');
      const dataKey = await keys.send(new GenerateDataKeyCommand({ KeyId, KeySpec: 'AES_256' }));
      const Policy = JSON.stringify({
        Version: '2012-10-17',
        Id: 'canary-in-a-policy',
        Statement: [{ Effect: 'Allow', Principal: '*', Action: 'kms:*', Resource: '*' }],
      });
      await keys.send(new PutKeyPolicyCommand({ KeyId, Policy }));
      await keys.send(new DisableKeyCommand({ KeyId }));
      expect(await refusal(keys.send(new EncryptCommand({ KeyId, Plaintext })))).toContain(
        'DisabledException',
      );
      await keys.send(new EnableKeyCommand({ KeyId }));
      const events = await eventsOf(KeyId);
      expect(events.map(({ eventName, errorCode = '-' }) => `${eventName} ${errorCode}`)).toEqual([
        'CreateKey -',
        'CreateAlias -',
        'Encrypt -',
        'Decrypt InvalidCiphertextException',
        'GenerateDataKey -',
        'PutKeyPolicy -',
        'DisableKey -',
        'Encrypt DisabledException',
        'EnableKey -',
      ]);
      expect(events[2].requestParameters).toEqual({
        keyId: 'alias/audited',
        encryptionAlgorithm: 'SYMMETRIC_DEFAULT',
        encryptionContext: { purpose: 'shown' },
      });
      const told = JSON.stringify(events);
      const secrets = [Plaintext, CiphertextBlob, dataKey.Plaintext, dataKey.CiphertextBlob].flatMap(
        (bytes) => {
          const buffer = Buffer.from(bytes ?? []);
          return [buffer.toString('base64'), buffer.toString('hex'), buffer.toString('latin1')];
        },
      );
      for (const secret of [...secrets, 'canary-in-a-policy']) expect(told.includes(secret)).toBe(false);
    });

    test('shows no use of keys that the service owns (mission 3)', async () => {
      await newTable(clients, 'owned');
      await clients.tables.send(new PutItemCommand({ TableName: 'owned', Item }));
      const told: string[] = [];
      for await (const { event } of site.database.audit.entries()) {
        const text = JSON.stringify(event);
        if (text.includes('owned')) told.push(event.eventName);
      }
      expect(told).toEqual(['CreateTable']);
      expect(site.database.kmsUsage().filter(({ table }) => table === 'owned')).toEqual([]);
    });

    test('has calls that manage tables, the refused ones too, and none of items', async () => {
      await newTable(clients, 'managed');
      const taken = newTable(clients, 'managed');
      expect(await refusal(taken)).toContain('ResourceInUseException');
      await clients.tables.send(new PutItemCommand({ TableName: 'managed', Item }));
      await clients.tables.send(new DescribeTableCommand({ TableName: 'managed' }));
      await clients.tables.send(
        new UpdateTableCommand({ TableName: 'managed', DeletionProtectionEnabled: true }),
      );
      const events = await eventsOf(`arn:aws:dynamodb:us-east-1:${account}:table/managed`);
      expect(
        events.map(({ eventName, errorCode = '-', readOnly }) => [eventName, errorCode, readOnly]),
      ).toEqual([
        ['CreateTable', '-', false],
        ['CreateTable', 'ResourceInUseException', false],
        ['DescribeTable', '-', true],
        ['UpdateTable', '-', false],
      ]);
      expect(JSON.stringify(events)).not.toContain('canary-in-an-item');
    });

    test('is that of one region, and outlives the process', async () => {
      const west = site.clients({ region: 'eu-west-1' });
      const arn = await newKey(west);
      expect(await eventsOf(arn)).toEqual([]);
      const before = namesOf(await eventsOf('CreateTable', 'EventName'));
      history.destroy();
      await site.restart();
      clients = site.clients();
      history = new CloudTrailClient(site.settings());
      expect(namesOf(await eventsOf('CreateTable', 'EventName'))).toEqual(before);
      expect((await site.database.audit.verify()).faults).toEqual([]);
    });

    test.each<[object, string]>([
      [{ MaxResults: 51 }, 'InvalidMaxResultsException'],
      [{ NextToken: 'made-up' }, 'InvalidNextTokenException'],
      [{ StartTime: new Date(2000), EndTime: new Date(1000) }, 'InvalidTimeRangeException'],
      [{ EventCategory: 'everything' }, 'InvalidEventCategoryException'],
      [
        { LookupAttributes: [{ AttributeKey: 'Colour', AttributeValue: 'x' }] },
        'InvalidLookupAttributesException',
      ],
    ])('is not looked up with %j', async (input, name) => {
      expect(await refusal(history.send(new LookupEventsCommand(input)))).toMatch(new RegExp(`^${name}: `));
    });
  });
}
