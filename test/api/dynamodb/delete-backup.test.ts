import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { apiWithBackups, noBackup } from './backup-support.ts';
import { arnOf } from './support.ts';

test('DeleteBackup shows the backup as deleted, and its file and record are gone', async () => {
  const { api, backUp, folder } = await apiWithBackups();
  const [BackupArn, other] = [await backUp(), await backUp()];
  const { BackupDescription } = await api.call('DeleteBackup', { BackupArn });
  expect(BackupDescription).toMatchObject({ BackupDetails: { BackupArn, BackupStatus: 'DELETED' } });
  expect(readdirSync(folder)).toHaveLength(1);
  expect(await api.refusal('DeleteBackup', { BackupArn })).toBe(noBackup(BackupArn));
  expect(await api.refusal('DescribeBackup', { BackupArn })).toBe(noBackup(BackupArn));
  expect(await api.call('DescribeBackup', { BackupArn: other })).toBeDefined();
});

test('DeleteBackup is refused while a table is restored from it', async () => {
  const { api, backUp, restores } = await apiWithBackups();
  const BackupArn = await backUp();
  await api.call('RestoreTableFromBackup', { BackupArn, TargetTableName: 'again' });
  expect(await api.refusal('DeleteBackup', { BackupArn })).toBe(
    `BackupInUse: Backup is being used to restore table: ${BackupArn}`,
  );
  await restores.settled();
  await api.call('DeleteBackup', { BackupArn });
});

test('a backup that is being made can be neither deleted nor restored from (bad-inputs D24)', async () => {
  const { api, backups } = await apiWithBackups();
  const { BackupDetails } = await api.call('CreateBackup', { TableName: 'notes', BackupName: 'copy' });
  const { BackupArn } = BackupDetails as { readonly BackupArn: string };
  const inUse =
    'BackupBeingMade: There is another ongoing conflicting backup control plane operation on the table. ' +
    'The backup is either being created, deleted or restored to a table.';
  expect(await api.refusal('DeleteBackup', { BackupArn })).toBe(inUse);
  expect(await api.refusal('RestoreTableFromBackup', { BackupArn, TargetTableName: 'again' })).toBe(inUse);
  expect(await api.call('ListTables', {})).toEqual({ TableNames: ['notes'] });
  await backups.settled();
  await api.call('DeleteBackup', { BackupArn });
});

test('DeleteBackup knows no backup that is not there', async () => {
  const BackupArn = `${arnOf('notes')}/backup/01489602797149-73d8d5bc`;
  const { api } = await apiWithBackups();
  expect(await api.refusal('DeleteBackup', { BackupArn })).toBe(noBackup(BackupArn));
});
