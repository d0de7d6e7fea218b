import { expect, test } from 'vitest';
import { apiWithTables } from './support.ts';

test('DescribeGlobalTableSettings finds none, though there is a table of that name', async () => {
  const api = await apiWithTables();
  expect(await api.refusal('DescribeGlobalTableSettings', { GlobalTableName: 'notes' })).toBe(
    "GlobalTableNotFound: Global table not found: Global table with name: 'notes' does not exist.",
  );
});
