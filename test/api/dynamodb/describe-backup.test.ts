import { expect, test } from 'vitest';
import { apiWithBackups, noBackup } from './backup-support.ts';
import { arnOf } from './support.ts';

test('DescribeBackup shows a backup when its table has gone', async () => {
  const { api, backUp } = await apiWithBackups();
  const BackupArn = await backUp();
  await api.call('DeleteTable', { TableName: 'notes' });
  const { BackupDescription } = await api.call('DescribeBackup', { BackupArn });
  expect(BackupDescription).toMatchObject({
    BackupDetails: { BackupArn, BackupStatus: 'AVAILABLE' },
    SourceTableDetails: { TableName: 'notes', TableArn: arnOf('notes'), ItemCount: 1 },
  });
});

test('DescribeBackup knows none of another table, account or region', async () => {
  const { api, backUp } = await apiWithBackups();
  const arn = await backUp();
  const others = [
    `${arnOf('notes')}/backup/01489602797149-73d8d5bc`,
    arn.replace('us-east-1', 'eu-west-1'),
    arn.replace('/notes/', '/other/'),
  ];
  for (const BackupArn of others) {
    expect(await api.refusal('DescribeBackup', { BackupArn })).toBe(noBackup(BackupArn));
  }
});
