import { expect, test } from 'vitest';
import { apiOf, tableInput } from './support.ts';

test('DescribeLimits tells the limits that CreateTable holds', async () => {
  const api = await apiOf();
  const limits = await api.call('DescribeLimits', {});
  expect(limits).toEqual({
    AccountMaxReadCapacityUnits: 80_000,
    AccountMaxWriteCapacityUnits: 80_000,
    TableMaxReadCapacityUnits: 40_000,
    TableMaxWriteCapacityUnits: 40_000,
  });
  const { BillingMode: _, ...unbilled } = tableInput('notes');
  const create = (ReadCapacityUnits: number) =>
    api.refusal('CreateTable', {
      ...unbilled,
      ProvisionedThroughput: { ReadCapacityUnits, WriteCapacityUnits: 1 },
    });
  expect(await create(40_001)).toContain('LimitExceeded');
  expect(await create(40_000)).toBe('answered');
});
