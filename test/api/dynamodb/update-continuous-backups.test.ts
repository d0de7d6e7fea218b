import { expect, test } from 'vitest';
import { apiWithBackups } from './backup-support.ts';
import { type Json, P } from './support.ts';

const update = (specification: Json) => ({
  TableName: 'notes',
  PointInTimeRecoverySpecification: specification,
});

test('UpdateContinuousBackups begins and ends point-in-time recovery, and DescribeContinuousBackups shows it', async () => {
  const { api, site } = await apiWithBackups();
  const now = site.clock.nowMs() / 1000;
  const on = {
    ContinuousBackupsDescription: {
      ContinuousBackupsStatus: 'ENABLED',
      PointInTimeRecoveryDescription: {
        PointInTimeRecoveryStatus: 'ENABLED',
        RecoveryPeriodInDays: 35,
        EarliestRestorableDateTime: now,
        LatestRestorableDateTime: now,
      },
    },
  };
  expect(await api.call('UpdateContinuousBackups', update({ PointInTimeRecoveryEnabled: true }))).toEqual(on);
  expect(await api.call('DescribeContinuousBackups', { TableName: 'notes' })).toEqual(on);
  const seven = await api.call(
    'UpdateContinuousBackups',
    update({ PointInTimeRecoveryEnabled: true, RecoveryPeriodInDays: 7 }),
  );
  const period = 'ContinuousBackupsDescription.PointInTimeRecoveryDescription.RecoveryPeriodInDays';
  expect(seven).toHaveProperty(period, 7);
  const kept = await api.call('UpdateContinuousBackups', update({ PointInTimeRecoveryEnabled: true }));
  expect(kept).toHaveProperty(period, 7);
  const off = await api.call('UpdateContinuousBackups', update({ PointInTimeRecoveryEnabled: false }));
  expect(off).toEqual({
    ContinuousBackupsDescription: {
      ContinuousBackupsStatus: 'ENABLED',
      PointInTimeRecoveryDescription: { PointInTimeRecoveryStatus: 'DISABLED' },
    },
  });
});

test('UpdateContinuousBackups is refused for a table that is not there, and a period out of bounds or of nothing', async () => {
  const { api } = await apiWithBackups();
  const refusal = (specification: Json, more: Json = {}) =>
    api.refusal('UpdateContinuousBackups', { ...update(specification), ...more });
  expect(await refusal({ PointInTimeRecoveryEnabled: true }, { TableName: 'others' })).toBe(
    'ContinuousTableNotFound: Table not found: others',
  );
  for (const RecoveryPeriodInDays of [0, 36]) {
    expect(await refusal({ PointInTimeRecoveryEnabled: true, RecoveryPeriodInDays })).toContain(
      'recoveryPeriodInDays',
    );
  }
  expect(await refusal({ PointInTimeRecoveryEnabled: false, RecoveryPeriodInDays: 3 })).toBe(
    `${P}RecoveryPeriodInDays can not be specified if PointInTimeRecoveryEnabled is false`,
  );
});
