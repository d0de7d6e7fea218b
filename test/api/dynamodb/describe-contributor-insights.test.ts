import { expect, test } from 'vitest';
import { apiWithTables } from './support.ts';

test('insights are disabled', async () => {
  const api = await apiWithTables();
  expect(await api.call('DescribeContributorInsights', { TableName: 'notes', IndexName: 'by-day' })).toEqual({
    TableName: 'notes',
    IndexName: 'by-day',
    ContributorInsightsRuleList: [],
    ContributorInsightsStatus: 'DISABLED',
  });
});

test('DescribeContributorInsights knows no table that is not there', async () => {
  const api = await apiWithTables();
  expect(await api.refusal('DescribeContributorInsights', { TableName: 'others' })).toBe(
    'TableNotFound: Requested resource not found: Table: others not found',
  );
});
