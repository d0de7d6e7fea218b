import { expect, test } from 'vitest';
import { apiWithTables, tableInput } from './support.ts';

test('insights are disabled', async () => {
  const api = await apiWithTables();
  await api.call('CreateTable', {
    ...tableInput('days', 'N'),
    GlobalSecondaryIndexes: [
      {
        IndexName: 'by-day',
        KeySchema: [{ AttributeName: 'sk', KeyType: 'HASH' }],
        Projection: { ProjectionType: 'ALL' },
      },
    ],
  });
  const disabled = { ContributorInsightsRuleList: [], ContributorInsightsStatus: 'DISABLED' };
  const days = { TableName: 'days' };
  expect(await api.call('DescribeContributorInsights', days)).toEqual({ ...days, ...disabled });
  const byDay = { ...days, IndexName: 'by-day' };
  expect(await api.call('DescribeContributorInsights', byDay)).toEqual({ ...byDay, ...disabled });
  expect(await api.refusal('DescribeContributorInsights', { ...days, IndexName: 'by-week' })).toBe(
    'TableNotFound: Requested resource not found',
  );
});

test('DescribeContributorInsights knows no table that is not there', async () => {
  const api = await apiWithTables();
  expect(await api.refusal('DescribeContributorInsights', { TableName: 'others' })).toBe(
    'TableNotFound: Requested resource not found: Table: others not found',
  );
});
