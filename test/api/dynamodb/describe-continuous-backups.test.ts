import { expect, test } from 'vitest';
import { apiWithBackups } from './backup-support.ts';

test('DescribeContinuousBackups shows no point-in-time recovery where there is none', async () => {
  const { api } = await apiWithBackups();
  expect(await api.call('DescribeContinuousBackups', { TableName: 'notes' })).toEqual({
    ContinuousBackupsDescription: {
      ContinuousBackupsStatus: 'ENABLED',
      PointInTimeRecoveryDescription: { PointInTimeRecoveryStatus: 'DISABLED' },
    },
  });
});

test('DescribeContinuousBackups knows no table that is not there', async () => {
  const { api } = await apiWithBackups();
  expect(await api.refusal('DescribeContinuousBackups', { TableName: 'others' })).toBe(
    'ContinuousTableNotFound: Table not found: others',
  );
});
