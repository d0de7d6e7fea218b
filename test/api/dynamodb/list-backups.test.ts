import { expect, test } from 'vitest';
import { apiWithTables } from './support.ts';

test('ListBackups answers with nothing', async () => {
  const api = await apiWithTables();
  expect(await api.call('ListBackups', {})).toEqual({ BackupSummaries: [] });
});
