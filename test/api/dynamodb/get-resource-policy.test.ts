import { expect, test } from 'vitest';
import { apiWithTables, arnOf } from './support.ts';

const ResourceArn = arnOf('notes');

test('a policy comes back as it was put, blanks and all', async () => {
  const api = await apiWithTables();
  const Policy = ' {"Statement":{"Effect":"Allow","Principal":"*","Action":"dynamodb:*","Resource":"*"}} ';
  const put = await api.call('PutResourcePolicy', { ResourceArn, Policy });
  expect(await api.call('GetResourcePolicy', { ResourceArn })).toEqual({ Policy, ...put });
});

test('R-API-1: a table without one, and one that is not there, are refused', async () => {
  const api = await apiWithTables();
  expect(await api.refusal('GetResourcePolicy', { ResourceArn })).toBe(
    `PolicyNotFound: Resource-based policy not found for the provided ResourceArn: ${ResourceArn}`,
  );
  expect(await api.refusal('GetResourcePolicy', { ResourceArn: arnOf('others') })).toMatch(
    /^ResourceNotFound: /,
  );
});
