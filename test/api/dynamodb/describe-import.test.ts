import { expect, test } from 'vitest';
import { apiWithBucket } from './exchange-support.ts';
import { arnOf } from './support.ts';

test('DescribeImport knows none that is not there', async () => {
  const ImportArn = `${arnOf('notes')}/import/01489602797149-73d8d5bc`;
  const { api } = await apiWithBucket();
  expect(await api.refusal('DescribeImport', { ImportArn })).toBe(
    `ImportNotFound: Import not found: ${ImportArn}`,
  );
});
