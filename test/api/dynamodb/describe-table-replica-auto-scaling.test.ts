import { expect, test } from 'vitest';
import { apiWithTables } from './support.ts';

test('a table has no replicas to scale', async () => {
  const api = await apiWithTables();
  expect(await api.call('DescribeTableReplicaAutoScaling', { TableName: 'notes' })).toEqual({
    TableAutoScalingDescription: { TableName: 'notes', TableStatus: 'ACTIVE', Replicas: [] },
  });
});

test('DescribeTableReplicaAutoScaling knows no table that is not there', async () => {
  const api = await apiWithTables();
  expect(await api.refusal('DescribeTableReplicaAutoScaling', { TableName: 'others' })).toBe(
    'TableNotFound: Requested resource not found: Table: others not found',
  );
});
