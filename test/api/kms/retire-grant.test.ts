import { describe, expect, test } from 'vitest';
import { createGrant } from '../../../src/api/kms/create-grant.ts';
import { retireGrant } from '../../../src/api/kms/retire-grant.ts';
import { user } from '../../support/embedded-kms.ts';
import { nothing, openKmsApi, refused, stranger } from '../../support/kms-api.ts';

async function withGrant() {
  const api = await openKmsApi();
  const { arn, keyId } = await api.kms.keys.create(user, {});
  const input = { KeyId: arn, GranteePrincipal: stranger.arn, Operations: ['Decrypt'] };
  const { GrantId, GrantToken } = await api.call(createGrant, input);
  const left = () => api.kms.grants.list(user, arn, {}).grants.length;
  return { ...api, arn, keyId, GrantId, GrantToken, left };
}

type Made = Awaited<ReturnType<typeof withGrant>>;

describe('RetireGrant ends a grant', () => {
  for (const [way, inputOf] of [
    ['by token', ({ GrantToken }: Made) => ({ GrantToken })],
    ['by key ARN and id', ({ arn, GrantId }: Made) => ({ KeyId: arn, GrantId })],
    ['by key id and id', ({ keyId, GrantId }: Made) => ({ KeyId: keyId, GrantId })],
  ] as const) {
    for (const state of ['Enabled', 'Disabled', 'PendingDeletion']) {
      test(`${way}, once, of a key that is ${state}`, async () => {
        const made = await withGrant();
        const { kms, call, refusal, arn, left } = made;
        if (state === 'Disabled') await kms.keys.disable(user, arn);
        if (state === 'PendingDeletion') await kms.keys.scheduleDeletion(user, arn, 7);
        const dry = { ...inputOf(made), DryRun: true };
        expect(await refusal(retireGrant, dry)).toMatchObject({ __type: 'DryRunOperationException' });
        expect(left()).toBe(1);
        expect(await call(retireGrant, inputOf(made))).toBe(nothing);
        expect(left()).toBe(0);
        expect(await refusal(retireGrant, inputOf(made))).toEqual(
          way === 'by token'
            ? refused('InvalidGrantTokenException')
            : refused('NotFoundException', `Grant ID ${made.GrantId} not found`),
        );
      });
    }
  }
});

test('RetireGrant refuses an id that no grant can have, and another account', async () => {
  const { arn, GrantId, refusal, left } = await withGrant();
  expect(await refusal(retireGrant, { KeyId: arn, GrantId: 'x' })).toMatchObject({
    __type: 'InvalidGrantIdException',
  });
  expect(await refusal(retireGrant, { KeyId: arn, GrantId }, stranger)).toMatchObject({
    __type: 'AccessDeniedException',
  });
  expect(left()).toBe(1);
});

test('RetireGrant must be told which, in one way', async () => {
  const { arn, GrantId, GrantToken, refusal, left } = await withGrant();
  const body = refused('ValidationException', 'Grant token OR (grant ID, key ID) must be specified');
  for (const input of [
    {},
    { KeyId: arn },
    { GrantId },
    { GrantToken, GrantId },
    { GrantToken, KeyId: arn, GrantId },
  ]) {
    expect(await refusal(retireGrant, input)).toEqual(body);
  }
  expect(await refusal(retireGrant, { GrantToken: 'forged' })).toEqual(refused('InvalidGrantTokenException'));
  expect(left()).toBe(1);
});
