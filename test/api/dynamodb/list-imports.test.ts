import { expect, test } from 'vitest';
import { apiWithTables } from './support.ts';

test('ListImports answers with nothing', async () => {
  const api = await apiWithTables();
  expect(await api.call('ListImports', {})).toEqual({ ImportSummaryList: [] });
});
