import { expect, test } from 'vitest';
import { apiWithTables } from './support.ts';

test('a table has no destination', async () => {
  const api = await apiWithTables();
  expect(await api.call('DescribeKinesisStreamingDestination', { TableName: 'notes' })).toEqual({
    TableName: 'notes',
    KinesisDataStreamDestinations: [],
  });
});

test('DescribeKinesisStreamingDestination knows no table that is not there', async () => {
  const api = await apiWithTables();
  expect(await api.refusal('DescribeKinesisStreamingDestination', { TableName: 'others' })).toBe(
    'TableNotFound: Requested resource not found: Table: others not found',
  );
});
