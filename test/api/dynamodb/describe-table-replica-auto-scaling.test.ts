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

test('every replica is told, and that none of them scales by itself', async () => {
  const api = await apiWithTables();
  const { describe } = api.tables;
  const stamp = { ms: 1, count: 0, region: 'us-east-1' };
  const members = (['us-east-1', 'eu-west-1', 'eu-west-2'] as const).map((region) => ({
    region,
    state: region === 'eu-west-2' ? ('LEFT' as const) : ('ACTIVE' as const),
    stamp,
    encryption: 'owned' as const,
  }));
  api.tables.describe = async (...asked) => ({
    ...(await describe.apply(api.tables, asked)),
    replication: { groupId: 'g', members },
  });
  expect(await api.call('DescribeTableReplicaAutoScaling', { TableName: 'notes' })).toMatchObject({
    TableAutoScalingDescription: {
      Replicas: [
        { RegionName: 'us-east-1', ReplicaStatus: 'ACTIVE' },
        { RegionName: 'eu-west-1', ReplicaStatus: 'ACTIVE' },
      ],
    },
  });
});
