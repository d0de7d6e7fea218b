import { expect, test } from 'vitest';
import { apiWithTables } from './support.ts';

test('a table shows no point-in-time recovery', async () => {
  const api = await apiWithTables();
  expect(await api.call('DescribeContinuousBackups', { TableName: 'notes' })).toEqual({
    ContinuousBackupsDescription: {
      ContinuousBackupsStatus: 'ENABLED',
      PointInTimeRecoveryDescription: { PointInTimeRecoveryStatus: 'DISABLED' },
    },
  });
});

test('DescribeContinuousBackups knows no table that is not there', async () => {
  const api = await apiWithTables();
  expect(await api.refusal('DescribeContinuousBackups', { TableName: 'others' })).toBe(
    'ContinuousTableNotFound: Table not found: others',
  );
});
