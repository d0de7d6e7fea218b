import {
  BatchWriteItemCommand,
  CreateBackupCommand,
  DeleteTableCommand,
  DescribeBackupCommand,
  DescribeContinuousBackupsCommand,
  DescribeContributorInsightsCommand,
  DescribeKinesisStreamingDestinationCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  ExecuteStatementCommand,
  GetItemCommand,
  GetResourcePolicyCommand,
  ListBackupsCommand,
  ListTablesCommand,
  ListTagsOfResourceCommand,
  PutItemCommand,
  PutResourcePolicyCommand,
  QueryCommand,
  RestoreTableFromBackupCommand,
  ScanCommand,
  TagResourceCommand,
  TransactGetItemsCommand,
  TransactWriteItemsCommand,
  UntagResourceCommand,
  UpdateContinuousBackupsCommand,
  UpdateTableCommand,
  type UpdateTableCommandInput,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import { ListStreamsCommand } from '@aws-sdk/client-dynamodb-streams';
import { DisableKeyCommand, EnableKeyCommand } from '@aws-sdk/client-kms';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { NoticeEvent } from '../../src/index.ts';
import { account, type Clients, newKey, newTable, refusal, Site, underKey, ways } from './way.ts';

const dayMs = 86_400_000;
const TableName = 'cities';
const arn = `arn:aws:dynamodb:us-east-1:${account}:table/${TableName}`;
const lostStatus = 'INACCESSIBLE_ENCRYPTION_CREDENTIALS';
const Key = { city: { S: 'Bern' }, year: { N: '1191' } };
const Item = { ...Key, text: { S: 'founded' } };
const model = 'com.amazonaws.services.kms.model';
const disabled = (keyArn: string) =>
  `ValidationException: KMS key disabled error: ${model}.DisabledException: ${keyArn} is disabled. ` +
  '(Service: AWSKMS; Status Code: 400; Error Code: DisabledException; Request ID: <id>; Proxy: null)';
const names = { '#c': 'city' };
const sought = {
  KeyConditionExpression: '#c = :c',
  ExpressionAttributeNames: names,
  ExpressionAttributeValues: { ':c': { S: 'Bern' } },
};
const policy = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { AWS: account }, Action: 'dynamodb:GetItem', Resource: arn }],
});

/** What becomes of a request: answered, refused in the words on the key, or the table is not found in one family's. */
type Outcome = 'answered' | 'key' | 'data gone' | 'gone' | 'backups gone' | 'resource gone';

const sentences: Readonly<Record<Outcome, (keyArn: string) => string>> = {
  answered: () => 'answered',
  key: disabled,
  'data gone': () => 'ResourceNotFoundException: Requested resource not found',
  gone: () => `ResourceNotFoundException: Requested resource not found: Table: ${TableName} not found`,
  'backups gone': () => `TableNotFoundException: Table not found: ${TableName}`,
  'resource gone': () =>
    `ResourceNotFoundException: Requested resource not found: ResourcArn: ${arn} not found`,
};

const update =
  (input: Omit<UpdateTableCommandInput, 'TableName'>) =>
  ({ tables }: Clients) =>
    tables.send(new UpdateTableCommand({ TableName, ...input }));
const stream = (StreamEnabled: boolean) =>
  update({ StreamSpecification: { StreamEnabled, ...(StreamEnabled && { StreamViewType: 'KEYS_ONLY' }) } });

type Call = (clients: Clients, keys: { readonly lost: string; readonly other: string }) => Promise<unknown>;

/** The matrix of aws-behaviour §1.8.1: the request, what it comes to without the key, and once the table is archived. */
const matrix: readonly (readonly [string, Call, Outcome, Outcome])[] = [
  [
    'DescribeTable',
    ({ tables }) => tables.send(new DescribeTableCommand({ TableName })),
    'answered',
    'answered',
  ],
  [
    'ListTagsOfResource',
    ({ tables }) => tables.send(new ListTagsOfResourceCommand({ ResourceArn: arn })),
    'answered',
    'resource gone',
  ],
  [
    'TagResource',
    ({ tables }) =>
      tables.send(new TagResourceCommand({ ResourceArn: arn, Tags: [{ Key: 'a', Value: 'b' }] })),
    'answered',
    'resource gone',
  ],
  [
    'UntagResource',
    ({ tables }) => tables.send(new UntagResourceCommand({ ResourceArn: arn, TagKeys: ['a'] })),
    'answered',
    'resource gone',
  ],
  [
    'DescribeTimeToLive',
    ({ tables }) => tables.send(new DescribeTimeToLiveCommand({ TableName })),
    'answered',
    'gone',
  ],
  [
    'DescribeContinuousBackups',
    ({ tables }) => tables.send(new DescribeContinuousBackupsCommand({ TableName })),
    'answered',
    'backups gone',
  ],
  [
    'DescribeContributorInsights',
    ({ tables }) => tables.send(new DescribeContributorInsightsCommand({ TableName })),
    'answered',
    'gone',
  ],
  [
    'DescribeKinesisStreamingDestination',
    ({ tables }) => tables.send(new DescribeKinesisStreamingDestinationCommand({ TableName })),
    'answered',
    'gone',
  ],
  ['ListBackups', ({ tables }) => tables.send(new ListBackupsCommand({ TableName })), 'answered', 'answered'],
  [
    'PutResourcePolicy',
    ({ tables }) => tables.send(new PutResourcePolicyCommand({ ResourceArn: arn, Policy: policy })),
    'answered',
    'resource gone',
  ],
  [
    'GetResourcePolicy',
    ({ tables }) => tables.send(new GetResourcePolicyCommand({ ResourceArn: arn })),
    'answered',
    'resource gone',
  ],
  [
    'UpdateContinuousBackups',
    ({ tables }) =>
      tables.send(
        new UpdateContinuousBackupsCommand({
          TableName,
          PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
        }),
      ),
    'answered',
    'backups gone',
  ],
  ['UpdateTable: protection', update({ DeletionProtectionEnabled: false }), 'answered', 'gone'],
  ['UpdateTable: a stream', stream(true), 'answered', 'gone'],
  ['UpdateTable: no stream', stream(false), 'answered', 'gone'],
  ['UpdateTable: class', update({ TableClass: 'STANDARD_INFREQUENT_ACCESS' }), 'answered', 'gone'],
  ['UpdateTable: bounds', update({ OnDemandThroughput: { MaxReadRequestUnits: 5 } }), 'answered', 'gone'],
  [
    'UpdateTable: warm throughput',
    update({ WarmThroughput: { ReadUnitsPerSecond: 13_000, WriteUnitsPerSecond: 5_000 } }),
    'answered',
    'gone',
  ],
  [
    'UpdateTable: billing',
    update({
      BillingMode: 'PROVISIONED',
      ProvisionedThroughput: { ReadCapacityUnits: 1, WriteCapacityUnits: 1 },
    }),
    'answered',
    'gone',
  ],
  [
    'UpdateTable: another key',
    (clients, { other }) => update({ SSESpecification: underKey(other) })(clients),
    'key',
    'gone',
  ],
  [
    'UpdateTable: the managed key',
    update({ SSESpecification: { Enabled: true, SSEType: 'KMS' } }),
    'key',
    'gone',
  ],
  ['UpdateTable: the owned key', update({ SSESpecification: { Enabled: false } }), 'key', 'gone'],
  ['GetItem', ({ tables }) => tables.send(new GetItemCommand({ TableName, Key })), 'key', 'data gone'],
  ['PutItem', ({ tables }) => tables.send(new PutItemCommand({ TableName, Item })), 'key', 'data gone'],
  ['Query', ({ tables }) => tables.send(new QueryCommand({ TableName, ...sought })), 'key', 'data gone'],
  ['Scan', ({ tables }) => tables.send(new ScanCommand({ TableName })), 'key', 'data gone'],
  [
    'BatchWriteItem',
    ({ tables }) =>
      tables.send(new BatchWriteItemCommand({ RequestItems: { [TableName]: [{ PutRequest: { Item } }] } })),
    'key',
    'data gone',
  ],
  [
    'TransactGetItems',
    ({ tables }) =>
      tables.send(new TransactGetItemsCommand({ TransactItems: [{ Get: { TableName, Key } }] })),
    'key',
    'data gone',
  ],
  [
    'TransactWriteItems',
    ({ tables }) =>
      tables.send(new TransactWriteItemsCommand({ TransactItems: [{ Put: { TableName, Item } }] })),
    'key',
    'data gone',
  ],
  [
    'ExecuteStatement',
    ({ tables }) => tables.send(new ExecuteStatementCommand({ Statement: `SELECT * FROM "${TableName}"` })),
    'key',
    'data gone',
  ],
  [
    'UpdateTimeToLive',
    ({ tables }) =>
      tables.send(
        new UpdateTimeToLiveCommand({
          TableName,
          TimeToLiveSpecification: { Enabled: true, AttributeName: 'until' },
        }),
      ),
    'key',
    'gone',
  ],
  [
    'CreateBackup',
    ({ tables }) => tables.send(new CreateBackupCommand({ TableName, BackupName: 'by-hand' })),
    'key',
    'backups gone',
  ],
];

for (const way of ways) {
  describe(`a table whose key stays away, ${way}`, () => {
    const events: NoticeEvent[] = [];
    let site: Site;
    let clients: Clients;
    let keys: { readonly lost: string; readonly other: string };
    let backupArn: string;

    beforeAll(async () => {
      site = await Site.open(way, { notices: { events: (event) => void events.push(event) } });
      clients = site.clients();
      keys = { lost: await newKey(clients), other: await newKey(clients) };
      await newTable(clients, TableName, underKey(keys.lost));
      await clients.tables.send(new PutItemCommand({ TableName, Item }));
    });
    afterAll(() => site.end());

    const described = async (name = TableName) =>
      (await clients.tables.send(new DescribeTableCommand({ TableName: name }))).Table;
    const said = () => events.map((event) => event['detail-type']);

    test('is inaccessible from the next look on, and its owner is told', async () => {
      await clients.keys.send(new DisableKeyCommand({ KeyId: keys.lost }));
      await expect
        .poll(() => site.watch().then(() => described()))
        .toMatchObject({ TableStatus: lostStatus });
      expect((await described())?.ArchivalSummary).toBeUndefined();
      await expect.poll(() => site.watch().then(() => said())).toEqual(['Table Encryption Key Inaccessible']);
      expect(events[0]).toMatchObject({ resources: [arn, keys.lost], detail: { cause: 'disabled' } });
    });

    for (const [name, call, outcome] of matrix) {
      test(`without its key, ${name}: ${outcome}`, async () => {
        expect(await refusal(call(clients, keys))).toBe(sentences[outcome](keys.lost));
        expect((await described())?.TableStatus).toBe(lostStatus);
      });
    }

    test('cannot be put under the key that it is under', async () => {
      expect(await refusal(update({ SSESpecification: underKey(keys.lost) })(clients))).toBe(
        'ValidationException: One or more parameter values were invalid: Table is already encrypted with given ' +
          'KMSMasterKeyId. Use KMSMasterKeyId parameter if you want to change Master Key',
      );
    });

    /** So much later; signatures carry the time of the machine, so that the clock has to come back to it over HTTP. */
    async function startAfter(ms: number): Promise<void> {
      await site.stop();
      site.clock.advance(ms);
      await site.start();
      site.clock.jump(-ms);
      clients = site.clients();
    }

    test('is archived after seven days, its owner told a day before', async () => {
      await startAfter(6 * dayMs);
      await expect.poll(() => site.watch().then(() => said().at(-1))).toBe('Table Archival Approaching');
      expect((await described())?.TableStatus).toBe(lostStatus);
      await startAfter(7 * dayMs);
      await expect
        .poll(() => site.watch().then(() => described()))
        .toMatchObject({ TableStatus: 'ARCHIVED' });
      const { ArchivalSummary, SSEDescription } = (await described()) ?? {};
      expect(ArchivalSummary).toEqual({
        ArchivalDateTime: expect.any(Date),
        ArchivalReason: lostStatus,
        ArchivalBackupArn: expect.stringMatching(`^${arn}/backup/[0-9]{14}-[0-9a-f]{8}$`),
      });
      expect(SSEDescription).toMatchObject({
        Status: 'ENABLED',
        KMSMasterKeyArn: keys.lost,
        InaccessibleEncryptionDateTime: expect.any(Date),
      });
      backupArn = ArchivalSummary?.ArchivalBackupArn ?? '';
      await expect.poll(() => site.watch().then(() => said().at(-1))).toBe('Table Archived');
      expect(events.at(-1)?.detail).toMatchObject({ 'backup-arn': backupArn });
      expect((await site.database.verify()).faults).toEqual([]);
    });

    for (const [name, call, , outcome] of matrix) {
      test(`once it is archived, ${name}: ${outcome}`, async () => {
        expect(await refusal(call(clients, keys))).toBe(sentences[outcome](keys.lost));
        expect((await described())?.TableStatus).toBe('ARCHIVED');
      });
    }

    test('once it is archived, it is listed, and has no stream any more', async () => {
      const { TableNames } = await clients.tables.send(new ListTablesCommand({}));
      expect(TableNames).toEqual([TableName]);
      expect((await clients.streams.send(new ListStreamsCommand({}))).Streams).toEqual([]);
    });

    test('can be restored from its backup once the key is back, and under its name once it is deleted (bad-inputs D24)', async () => {
      const restore = (TargetTableName: string) =>
        clients.tables.send(new RestoreTableFromBackupCommand({ TargetTableName, BackupArn: backupArn }));
      const { BackupDescription } = await clients.tables.send(
        new DescribeBackupCommand({ BackupArn: backupArn }),
      );
      expect(BackupDescription?.BackupDetails).toMatchObject({
        BackupName: 'cities-archived',
        BackupStatus: 'AVAILABLE',
        BackupType: 'USER',
      });
      expect(await refusal(restore('restored'))).toBe(disabled(keys.lost));
      await clients.keys.send(new EnableKeyCommand({ KeyId: keys.lost }));
      // Archived is archived.
      await site.watch();
      expect((await described())?.TableStatus).toBe('ARCHIVED');
      const item = async (name: string) =>
        (await clients.tables.send(new GetItemCommand({ TableName: name, Key }))).Item;
      const active = (name: string) => site.watch().then(() => described(name));
      await restore('restored');
      await expect.poll(() => active('restored')).toMatchObject({ TableStatus: 'ACTIVE' });
      expect(await item('restored')).toEqual(Item);
      await clients.tables.send(new DeleteTableCommand({ TableName }));
      await restore(TableName);
      await expect.poll(() => active(TableName)).toMatchObject({ TableStatus: 'ACTIVE' });
      expect(await item(TableName)).toEqual(Item);
      const restored = await described();
      expect(restored?.ArchivalSummary).toBeUndefined();
      expect(restored?.SSEDescription).toEqual({
        Status: 'ENABLED',
        SSEType: 'KMS',
        KMSMasterKeyArn: keys.lost,
      });
    });
  });
}
