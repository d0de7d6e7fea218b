import { expect, test } from 'vitest';
import { apiWithBackups } from './backup-support.ts';
import { arnOf } from './support.ts';

test('CreateBackup answers with a backup that is being made, and is there soon', async () => {
  const { api, backups, site } = await apiWithBackups();
  const { BackupDetails } = await api.call('CreateBackup', { TableName: 'notes', BackupName: 'nightly' });
  expect(BackupDetails).toEqual({
    BackupArn: expect.stringMatching(/:table\/notes\/backup\/\d{14}-[0-9a-f]{8}$/),
    BackupName: 'nightly',
    BackupSizeBytes: 0,
    BackupStatus: 'CREATING',
    BackupType: 'USER',
    BackupCreationDateTime: site.clock.nowMs() / 1000,
  });
  await backups.settled();
  expect(backups.all()[0]).toMatchObject({ status: 'AVAILABLE', name: 'nightly' });
});

test('CreateBackup takes a table by its ARN, and two backups of one name', async () => {
  const { backUp, backups } = await apiWithBackups();
  const arns = [await backUp('same', arnOf('notes')), await backUp('same')];
  expect(
    backups
      .all()
      .map(({ arn }) => arn)
      .toSorted(),
  ).toEqual(arns.toSorted());
});

test('CreateBackup knows no table that is not there, and no name that is too short', async () => {
  const { api } = await apiWithBackups();
  expect(await api.refusal('CreateBackup', { TableName: 'others', BackupName: 'nightly' })).toBe(
    'ContinuousTableNotFound: Table not found: others',
  );
  expect(await api.refusal('CreateBackup', { TableName: 'notes', BackupName: 'ab' })).toContain(
    'Member must have length greater than or equal to 3',
  );
});
