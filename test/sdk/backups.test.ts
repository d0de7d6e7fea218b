import {
  CreateBackupCommand,
  DeleteBackupCommand,
  DeleteTableCommand,
  DescribeBackupCommand,
  DescribeContinuousBackupsCommand,
  DescribeTableCommand,
  ListBackupsCommand,
  RestoreTableFromBackupCommand,
  RestoreTableToPointInTimeCommand,
  UpdateContinuousBackupsCommand,
  UpdateTableCommand,
} from '@aws-sdk/client-dynamodb';
import { DisableKeyCommand, EnableKeyCommand } from '@aws-sdk/client-kms';
import { DeleteCommand, GetCommand, PutCommand, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Clients, newKey, newTable, refusal, Site, underKey, ways } from './way.ts';

const count = 120;
const itemOf = (year: number) => ({ city: 'Chur', year, text: 'x'.repeat(year % 20 === 0 ? 50_000 : 100) });

for (const way of ways) {
  describe(`backups, ${way}`, () => {
    let site: Site;
    let clients: Clients;
    beforeAll(async () => {
      site = await Site.open(way);
      clients = site.clients();
    });
    afterAll(() => site.end());

    const statusOf = async (TableName: string) =>
      (await clients.tables.send(new DescribeTableCommand({ TableName }))).Table?.TableStatus;

    async function filled(TableName: string): Promise<string> {
      const keyArn = await newKey(clients);
      await newTable(clients, TableName, underKey(keyArn));
      for (let year = 0; year < count; year++) {
        await clients.documents.send(new PutCommand({ TableName, Item: itemOf(year) }));
      }
      return keyArn;
    }

    async function backUp(TableName: string, BackupName = 'nightly'): Promise<string> {
      const { BackupDetails } = await clients.tables.send(new CreateBackupCommand({ TableName, BackupName }));
      expect(BackupDetails).toMatchObject({ BackupName, BackupStatus: 'CREATING', BackupType: 'USER' });
      const BackupArn = BackupDetails?.BackupArn ?? '';
      for (;;) {
        const { BackupDescription } = await clients.tables.send(new DescribeBackupCommand({ BackupArn }));
        if (BackupDescription?.BackupDetails?.BackupStatus === 'AVAILABLE') return BackupArn;
      }
    }

    async function untilActive(TableName: string): Promise<void> {
      while ((await statusOf(TableName)) !== 'ACTIVE') await new Promise((resolve) => setImmediate(resolve));
    }

    async function expectAll(TableName: string): Promise<void> {
      for (const year of [0, 1, 20, count - 1]) {
        const Key = { city: 'Chur', year };
        const { Item } = await clients.documents.send(new GetCommand({ TableName, Key }));
        expect(Item).toEqual(itemOf(year));
      }
      const { Count } = await clients.documents.send(new ScanCommand({ TableName, Select: 'COUNT' }));
      expect(Count).toBe(count);
    }

    test('a table comes back from its backup after it was put under another key and deleted, restarts between', async () => {
      const keyArn = await filled('kept');
      const BackupArn = await backUp('kept');
      const other = await newKey(clients);
      await clients.tables.send(
        new UpdateTableCommand({ TableName: 'kept', SSESpecification: underKey(other) }),
      );
      await clients.tables.send(new DeleteTableCommand({ TableName: 'kept' }));
      await site.restart();
      clients = site.clients();
      const { BackupSummaries } = await clients.tables.send(new ListBackupsCommand({ TableName: 'kept' }));
      expect(BackupSummaries?.map((summary) => summary.BackupArn)).toEqual([BackupArn]);
      const { BackupDescription } = await clients.tables.send(new DescribeBackupCommand({ BackupArn }));
      expect(BackupDescription?.SourceTableFeatureDetails?.SSEDescription?.KMSMasterKeyArn).toBe(keyArn);
      const { TableDescription } = await clients.tables.send(
        new RestoreTableFromBackupCommand({ BackupArn, TargetTableName: 'kept' }),
      );
      expect(TableDescription).toMatchObject({
        TableStatus: 'CREATING',
        RestoreSummary: { SourceBackupArn: BackupArn, RestoreInProgress: true },
        SSEDescription: { KMSMasterKeyArn: keyArn },
      });
      await untilActive('kept');
      await expectAll('kept');
      await clients.tables.send(new DeleteBackupCommand({ BackupArn }));
      expect(await refusal(clients.tables.send(new DescribeBackupCommand({ BackupArn })))).toBe(
        `BackupNotFoundException: Backup not found: ${BackupArn}`,
      );
    });

    test('a backup under a disabled key waits for it (bad-inputs D24)', async () => {
      const KeyId = await filled('guarded');
      const BackupArn = await backUp('guarded');
      const restore = () =>
        clients.tables.send(new RestoreTableFromBackupCommand({ BackupArn, TargetTableName: 'again' }));
      await clients.keys.send(new DisableKeyCommand({ KeyId }));
      expect(await refusal(restore())).toContain('ValidationException: KMS key disabled error: ');
      expect(await refusal(backUp('guarded'))).toContain('ValidationException: KMS key disabled error: ');
      expect(await refusal(statusOf('again'))).toContain('ResourceNotFoundException');
      await clients.keys.send(new EnableKeyCommand({ KeyId }));
      await restore();
      expect(await refusal(restore())).toMatch(/^TableInUseException|^TableAlreadyExistsException/);
      await untilActive('again');
      await expectAll('again');
      expect(await refusal(restore())).toBe('TableAlreadyExistsException: Table already exists: again');
    });

    test('a table is had as it was before what should not have been', async () => {
      await filled('live');
      const TableName = 'live';
      expect(
        await refusal(
          clients.tables.send(
            new RestoreTableToPointInTimeCommand({
              SourceTableName: TableName,
              TargetTableName: 'then',
              UseLatestRestorableTime: true,
            }),
          ),
        ),
      ).toBe(
        "PointInTimeRecoveryUnavailableException: Point in time recovery is not enabled for table 'live'",
      );
      await clients.tables.send(
        new UpdateContinuousBackupsCommand({
          TableName,
          PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true, RecoveryPeriodInDays: 7 },
        }),
      );
      const RestoreDateTime = new Date(site.clock.nowMs());
      site.clock.advance(1_000);
      for (let year = 0; year < count; year += 2) {
        await clients.documents.send(new DeleteCommand({ TableName, Key: { city: 'Chur', year } }));
      }
      // Signatures carry the time of the machine: the clock must not go far from that.
      site.clock.advance(200_000);
      const early = new RestoreTableToPointInTimeCommand({
        SourceTableName: TableName,
        TargetTableName: 'then',
        RestoreDateTime: new Date(RestoreDateTime.getTime() + 200_000),
      });
      expect(await refusal(clients.tables.send(early))).toContain(
        'InvalidRestoreTimeException: RestoreDateTime',
      );
      await clients.tables.send(
        new RestoreTableToPointInTimeCommand({
          SourceTableName: TableName,
          TargetTableName: 'then',
          RestoreDateTime,
        }),
      );
      await untilActive('then');
      await expectAll('then');
      const { ContinuousBackupsDescription } = await clients.tables.send(
        new DescribeContinuousBackupsCommand({ TableName }),
      );
      expect(ContinuousBackupsDescription?.PointInTimeRecoveryDescription).toMatchObject({
        PointInTimeRecoveryStatus: 'ENABLED',
        RecoveryPeriodInDays: 7,
        EarliestRestorableDateTime: RestoreDateTime,
      });
      await clients.tables.send(new DeleteTableCommand({ TableName }));
      const { BackupSummaries } = await clients.tables.send(
        new ListBackupsCommand({ TableName, BackupType: 'SYSTEM' }),
      );
      expect(BackupSummaries?.map(({ BackupName }) => BackupName)).toEqual(['live$DeletedTableBackup']);
    });
  });
}
