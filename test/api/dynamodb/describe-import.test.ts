import { expect, test } from 'vitest';
import { apiOf, arnOf } from './support.ts';

test('DescribeImport finds none', async () => {
  const ImportArn = `${arnOf('notes')}/import/01489602797149-73d8d5bc`;
  const api = await apiOf();
  expect(await api.refusal('DescribeImport', { ImportArn })).toBe(
    `ImportNotFound: Import not found: ${ImportArn}`,
  );
});
