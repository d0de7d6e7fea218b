import { expect, test } from 'vitest';
import { apiWithTables, arnOf, modes } from './support.ts';

for (const mode of modes) {
  test(`DescribeTable describes a table by its name or its ARN, tables ${mode}`, async () => {
    const api = await apiWithTables(mode);
    const named = await api.call('DescribeTable', { TableName: 'notes' });
    expect(named).toMatchObject({
      Table: { TableName: 'notes', TableStatus: 'ACTIVE', TableArn: arnOf('notes') },
    });
    expect(await api.call('DescribeTable', { TableName: arnOf('notes') })).toEqual(named);
  });

  test(`DescribeTable refuses a table that is not there, by name, tables ${mode}`, async () => {
    const api = await apiWithTables(mode);
    expect(await api.refusal('DescribeTable', { TableName: 'gone' })).toBe(
      'TableNotFound: Requested resource not found: Table: gone not found',
    );
  });
}
