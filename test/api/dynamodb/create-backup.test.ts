import { expect, test } from 'vitest';
import { DelayedTables } from '../../../src/api/dynamodb/delayed-tables.ts';
import { apiWithBackups } from './backup-support.ts';
import { Api, arnOf, tableInput } from './support.ts';

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

test('CreateBackup knows no table that is still being made (aws-behaviour §1.9)', async () => {
  const { site, backups, restores, pointInTime } = await apiWithBackups();
  const delayed = new DelayedTables(site.tables, site.clock, { createMs: 100 });
  const api = new Api(delayed, { backups, restores, pointInTime });
  await api.call('CreateTable', tableInput('others'));
  for (const TableName of ['others', arnOf('others')]) {
    expect(await api.refusal('CreateBackup', { TableName, BackupName: 'early' })).toBe(
      'ContinuousTableNotFound: Table not found: others',
    );
  }
  await site.clock.advanceAndSettle(100);
  expect(await api.refusal('CreateBackup', { TableName: 'others', BackupName: 'early' })).toBe('answered');
  await backups.settled();
});
