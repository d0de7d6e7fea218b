import { expect, test } from 'vitest';
import { restoreLagMs } from '../../../src/tables/past/past-state.ts';
import { apiWithBackups } from './backup-support.ts';
import { arnOf, P, S } from './support.ts';

async function kept() {
  const opened = await apiWithBackups();
  await opened.api.call('UpdateContinuousBackups', {
    TableName: 'notes',
    PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
  });
  return opened;
}

test('RestoreTableToPointInTime makes a table as another was, named by name or ARN', async () => {
  const { api, site, restores } = await kept();
  const RestoreDateTime = site.clock.nowMs() / 1000;
  site.clock.advance(1);
  await api.call('DeleteItem', { TableName: 'notes', Key: { pk: S('a') } });
  site.clock.advance(restoreLagMs);
  const { TableDescription } = await api.call('RestoreTableToPointInTime', {
    SourceTableName: 'notes',
    TargetTableName: 'then',
    RestoreDateTime,
  });
  expect(TableDescription).toMatchObject({
    TableStatus: 'CREATING',
    RestoreSummary: { SourceTableArn: arnOf('notes'), RestoreDateTime, RestoreInProgress: true },
  });
  expect(TableDescription).not.toHaveProperty('RestoreSummary.SourceBackupArn');
  await api.call('RestoreTableToPointInTime', {
    SourceTableArn: arnOf('notes'),
    TargetTableName: 'now',
    UseLatestRestorableTime: true,
  });
  await restores.settled();
  const get = (TableName: string) => api.call('GetItem', { TableName, Key: { pk: S('a') } });
  expect(await get('then')).toEqual({ Item: { pk: S('a') } });
  expect(await get('now')).toEqual({});
});

const cases = [
  [{}, 'SourceTableArn or SourceTableName must be specified'],
  [
    { SourceTableName: 'notes', SourceTableArn: arnOf('notes') },
    'SourceTableArn and SourceTableName can not both be specified',
  ],
  [{ SourceTableName: 'notes' }, 'RestoreDateTime must be specified unless UseLatestRestorableTime is true'],
  [
    { SourceTableName: 'notes', RestoreDateTime: 1, UseLatestRestorableTime: true },
    'RestoreDateTime can not be specified if UseLatestRestorableTime is true',
  ],
] as const;
for (const [input, sentence] of cases) {
  test(`RestoreTableToPointInTime: ${sentence}`, async () => {
    const { api } = await kept();
    const full = { TargetTableName: 'then', ...input };
    expect(await api.refusal('RestoreTableToPointInTime', full)).toBe(`${P}${sentence}`);
  });
}
