import { expect, test } from 'vitest';
import { apiWithTables } from './support.ts';

test('ListExports answers with nothing', async () => {
  const api = await apiWithTables();
  expect(await api.call('ListExports', {})).toEqual({ ExportSummaries: [] });
});
