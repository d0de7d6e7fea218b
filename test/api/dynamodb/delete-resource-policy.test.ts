import { expect, test } from 'vitest';
import { apiWithTables, arnOf } from './support.ts';

const ResourceArn = arnOf('notes');
const Policy = '{"Statement":{"Effect":"Allow","Principal":"*","Action":"dynamodb:*","Resource":"*"}}';

test('a policy is taken away, and again without a fault', async () => {
  const api = await apiWithTables();
  const put = await api.call('PutResourcePolicy', { ResourceArn, Policy });
  expect(await api.call('DeleteResourcePolicy', { ResourceArn })).toEqual(put);
  expect(await api.call('DeleteResourcePolicy', { ResourceArn })).toEqual({ RevisionId: '' });
  expect(await api.refusal('GetResourcePolicy', { ResourceArn })).toMatch(/^PolicyNotFound: /);
});

test('R-API-1: another policy than the expected one stays', async () => {
  const api = await apiWithTables();
  const put = await api.call('PutResourcePolicy', { ResourceArn, Policy });
  expect(await api.refusal('DeleteResourcePolicy', { ResourceArn, ExpectedRevisionId: '1' })).toMatch(
    /^PolicyNotFound: /,
  );
  expect(await api.call('GetResourcePolicy', { ResourceArn })).toEqual({ Policy, ...put });
});
