import { expect, test } from 'vitest';
import { apiWithTables } from './support.ts';

test('ListGlobalTables answers with nothing', async () => {
  const api = await apiWithTables();
  expect(await api.call('ListGlobalTables', {})).toEqual({ GlobalTables: [] });
});
