import { expect, test } from 'vitest';
import { apiWithTables } from './support.ts';

test('a table that was never told of times heeds none', async () => {
  const api = await apiWithTables();
  expect(await api.call('DescribeTimeToLive', { TableName: 'notes' })).toEqual({
    TimeToLiveDescription: { TimeToLiveStatus: 'DISABLED' },
  });
});

test('DescribeTimeToLive knows no table that is not there', async () => {
  const api = await apiWithTables();
  expect(await api.refusal('DescribeTimeToLive', { TableName: 'others' })).toBe(
    'TableNotFound: Requested resource not found: Table: others not found',
  );
});
