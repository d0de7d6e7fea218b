import { describe, expect, test } from 'vitest';
import { type ApiWithBackups, apiWithBackups } from './backup-support.ts';
import { arnOf, type Json, tableInput } from './support.ts';

/** Of `notes` twice, then of `other`, a second between any two; and one of the system's. */
async function withBackups(): Promise<ApiWithBackups & { readonly begin: number }> {
  const opened = await apiWithBackups();
  const { api, backUp, site, backups } = opened;
  const begin = site.clock.nowMs() / 1000;
  await api.call('CreateTable', tableInput('other'));
  for (const [name, table] of [
    ['first', 'notes'],
    ['second', 'notes'],
    ['third', 'other'],
  ] as const) {
    await backUp(name, table);
    site.clock.advance(1000);
  }
  await api.call('UpdateContinuousBackups', {
    TableName: 'other',
    PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
  });
  await api.call('DeleteTable', { TableName: 'other' });
  expect(backups.all()).toHaveLength(4);
  return { ...opened, begin };
}

async function namesOf({ api }: ApiWithBackups, input: Json): Promise<readonly unknown[]> {
  const { BackupSummaries } = await api.call('ListBackups', input);
  return (BackupSummaries as Json[]).map(({ BackupName }) => BackupName);
}

describe('ListBackups', () => {
  test('shows each with its table, in the order in which they were made', async () => {
    const opened = await withBackups();
    const { BackupSummaries } = await opened.api.call('ListBackups', {});
    expect((BackupSummaries as Json[])[2]).toEqual({
      TableName: 'other',
      TableId: expect.any(String),
      TableArn: arnOf('other'),
      BackupArn: expect.stringContaining(`${arnOf('other')}/backup/`),
      BackupName: 'third',
      BackupCreationDateTime: opened.begin + 2,
      BackupStatus: 'AVAILABLE',
      BackupType: 'USER',
      BackupSizeBytes: expect.any(Number),
    });
  });

  test('shows those that fit the filters', async () => {
    const opened = await withBackups();
    const { begin } = opened;
    const system = 'other$DeletedTableBackup';
    const cases: readonly (readonly [Json, readonly string[]])[] = [
      [{}, ['first', 'second', 'third']],
      [{ TableName: 'notes' }, ['first', 'second']],
      [{ TableName: arnOf('other') }, ['third']],
      [{ TableName: 'nothing' }, []],
      [{ BackupType: 'SYSTEM' }, [system]],
      [{ BackupType: 'ALL' }, ['first', 'second', 'third', system]],
      [{ BackupType: 'ALL', TableName: 'other' }, ['third', system]],
      [{ BackupType: 'AWS_BACKUP' }, []],
      [{ TimeRangeLowerBound: begin + 1 }, ['second', 'third']],
      [{ TimeRangeUpperBound: begin + 1 }, ['first']],
      [{ TimeRangeLowerBound: begin + 1, TimeRangeUpperBound: begin + 2 }, ['second']],
    ];
    for (const [input, names] of cases) expect(await namesOf(opened, input)).toEqual(names);
  });

  test('goes page by page, also where the last one shown is gone by then', async () => {
    const { api } = await withBackups();
    const first = await api.call('ListBackups', { Limit: 2 });
    expect(first.BackupSummaries).toHaveLength(2);
    const ExclusiveStartBackupArn = first.LastEvaluatedBackupArn as string;
    await api.call('DeleteBackup', { BackupArn: ExclusiveStartBackupArn });
    const second = await api.call('ListBackups', { Limit: 2, ExclusiveStartBackupArn });
    expect((second.BackupSummaries as Json[]).map(({ BackupName }) => BackupName)).toEqual(['third']);
    expect(second.LastEvaluatedBackupArn).toBeUndefined();
  });
});
