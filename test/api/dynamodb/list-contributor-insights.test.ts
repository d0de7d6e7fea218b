import { expect, test } from 'vitest';
import { apiWithTables } from './support.ts';

test('there are no insights to list', async () => {
  const api = await apiWithTables();
  expect(await api.call('ListContributorInsights', {})).toEqual({ ContributorInsightsSummaries: [] });
});

test('ListContributorInsights knows no table that is not there', async () => {
  const api = await apiWithTables();
  expect(await api.refusal('ListContributorInsights', { TableName: 'others' })).toBe(
    'TableNotFound: Requested resource not found: Table: others not found',
  );
});
