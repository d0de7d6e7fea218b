import { expect, test } from 'vitest';
import { apiOf, arnOf } from './support.ts';

test('DescribeExport finds none', async () => {
  const ExportArn = `${arnOf('notes')}/export/01489602797149-73d8d5bc`;
  const api = await apiOf();
  expect(await api.refusal('DescribeExport', { ExportArn })).toBe(
    `ExportNotFound: Export not found: ${ExportArn}`,
  );
});
