import { expect, test } from 'vitest';
import { apiWithBackups, noBackup } from './backup-support.ts';
import { arnOf, lacks, S } from './support.ts';

test('RestoreTableFromBackup shows its table while it is made, and the summary until it is', async () => {
  const { api, backUp, restores, site } = await apiWithBackups();
  const madeAt = site.clock.nowMs() / 1000;
  const BackupArn = await backUp();
  site.clock.advance(5000);
  const { TableDescription } = await api.call('RestoreTableFromBackup', {
    BackupArn,
    TargetTableName: 'again',
  });
  expect(TableDescription).toMatchObject({
    TableName: 'again',
    TableStatus: 'CREATING',
    RestoreSummary: {
      SourceBackupArn: BackupArn,
      SourceTableArn: arnOf('notes'),
      RestoreDateTime: madeAt,
      RestoreInProgress: true,
    },
  });
  await restores.settled();
  const { Table } = await api.call('DescribeTable', { TableName: 'again' });
  expect(Table).toMatchObject({ TableStatus: 'ACTIVE', ItemCount: 1 });
  expect(Table).not.toHaveProperty('RestoreSummary');
  expect(await api.call('GetItem', { TableName: 'again', Key: { pk: S('a') } })).toEqual({
    Item: { pk: S('a') },
  });
});

test('RestoreTableFromBackup takes what AWS drops from nobody', async () => {
  const { api, backUp, restores } = await apiWithBackups({
    DeletionProtectionEnabled: true,
    Tags: [{ Key: 'a', Value: 'b' }],
    TableClass: 'STANDARD_INFREQUENT_ACCESS',
    StreamSpecification: { StreamEnabled: true, StreamViewType: 'KEYS_ONLY' },
    SSESpecification: { Enabled: true },
  });
  await api.call('UpdateTimeToLive', {
    TableName: 'notes',
    TimeToLiveSpecification: { Enabled: true, AttributeName: 'until' },
  });
  const BackupArn = await backUp();
  await api.call('RestoreTableFromBackup', {
    BackupArn,
    TargetTableName: 'again',
    SSESpecificationOverride: { Enabled: false },
    BillingModeOverride: 'PROVISIONED',
    ProvisionedThroughputOverride: { ReadCapacityUnits: 2, WriteCapacityUnits: 3 },
  });
  await restores.settled();
  const { Table } = await api.call('DescribeTable', { TableName: 'again' });
  expect(Table).toMatchObject({
    DeletionProtectionEnabled: false,
    ProvisionedThroughput: { ReadCapacityUnits: 2, WriteCapacityUnits: 3 },
  });
  for (const member of ['TableClassSummary', 'StreamSpecification', 'LatestStreamArn', 'SSEDescription']) {
    expect(Table).not.toHaveProperty(member);
  }
  expect(await api.call('ListTagsOfResource', { ResourceArn: arnOf('again') })).toEqual({ Tags: [] });
  expect(await api.call('DescribeTimeToLive', { TableName: 'again' })).toEqual({
    TimeToLiveDescription: { TimeToLiveStatus: 'DISABLED' },
  });
});

test('RestoreTableFromBackup is refused for a backup that is not there, a name that is taken, a parameter nobody has', async () => {
  const { api, backUp } = await apiWithBackups();
  const BackupArn = await backUp();
  const missing = `${arnOf('notes')}/backup/01489602797149-73d8d5bc`;
  const refusal = (input: object) =>
    api.refusal('RestoreTableFromBackup', { BackupArn, TargetTableName: 'again', ...input });
  expect(await refusal({ BackupArn: missing })).toBe(noBackup(missing));
  expect(await refusal({ TargetTableName: 'notes' })).toBe('TableExists: Table already exists: notes');
  expect(await refusal({ VectorIndexOverride: [] })).toBe(lacks('VectorIndexOverride'));
});
