import { expect, test } from 'vitest';
import { apiWithTables, arnOf } from './support.ts';

const ResourceArn = arnOf('notes');
const policy = (Action: string, Effect = 'Allow') =>
  JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect, Principal: '*', Action, Resource: '*' }] });

test('a policy is put, kept as it is when put again, and replaced', async () => {
  const api = await apiWithTables();
  const put = (Policy: string, ExpectedRevisionId?: unknown) =>
    api.call('PutResourcePolicy', { ResourceArn, Policy, ExpectedRevisionId });
  const { RevisionId } = await put(policy('dynamodb:GetItem'), 'NO_POLICY');
  expect(RevisionId).toMatch(/^\d+$/);
  expect(await put(policy('dynamodb:GetItem'))).toEqual({ RevisionId });
  const next = await put(policy('dynamodb:PutItem'), RevisionId);
  expect(next.RevisionId).not.toBe(RevisionId);
  expect(await api.call('GetResourcePolicy', { ResourceArn })).toEqual({
    Policy: policy('dynamodb:PutItem'),
    ...next,
  });
});

test('R-API-1: what is no policy, or meets another one than expected, changes nothing', async () => {
  const api = await apiWithTables();
  const { RevisionId } = await api.call('PutResourcePolicy', { ResourceArn, Policy: policy('dynamodb:*') });
  const refused = (input: object) => api.refusal('PutResourcePolicy', { ResourceArn, ...input });
  expect(await refused({ Policy: '{' })).toMatch(/^Invalid policy document: /);
  expect(await refused({ Policy: policy('dynamodb:GetItem'), ExpectedRevisionId: '1' })).toMatch(
    /^PolicyNotFound: /,
  );
  expect(await refused({ ResourceArn: arnOf('others'), Policy: policy('dynamodb:*') })).toMatch(
    /^ResourceNotFound: /,
  );
  expect(await api.call('GetResourcePolicy', { ResourceArn })).toMatchObject({ RevisionId });
});

test('a policy that locks its author out is taken only on purpose', async () => {
  const api = await apiWithTables();
  const input = { ResourceArn, Policy: policy('dynamodb:*', 'Deny') };
  expect(await api.refusal('PutResourcePolicy', input)).toMatch(/ConfirmRemoveSelfResourceAccess/);
  const confirmed = { ...input, ConfirmRemoveSelfResourceAccess: true };
  expect(await api.call('PutResourcePolicy', confirmed)).toEqual({ RevisionId: expect.any(String) });
});
