import { expect, test } from 'vitest';
import { apiWithBucket } from './exchange-support.ts';
import { arnOf } from './support.ts';

test('DescribeExport knows none that is not there', async () => {
  const ExportArn = `${arnOf('notes')}/export/01489602797149-73d8d5bc`;
  const { api } = await apiWithBucket();
  expect(await api.refusal('DescribeExport', { ExportArn })).toBe(
    `ExportNotFound: Export not found: ${ExportArn}`,
  );
});
