import { describe, expect, test } from 'vitest';
import { createGrant } from '../../../src/api/kms/create-grant.ts';
import { user } from '../../support/embedded-kms.ts';
import {
  invalid,
  keepsStates,
  openKmsApi,
  refused,
  refusesOtherKeyIds,
  stateRows,
  stranger,
} from '../../support/kms-api.ts';

const GranteePrincipal = stranger.arn;
const input = (KeyId: string) => ({ KeyId, GranteePrincipal, Operations: ['Decrypt'] });
const underTest = { operation: createGrant, inputOf: input };
const tokens = (count: number, token: string) => ({
  GrantTokens: Array.from({ length: count }, () => token),
});

describe('CreateGrant', () => {
  test('answers the id and a token', async () => {
    const { kms, call } = await openKmsApi();
    const { arn } = await kms.keys.create(user, {});
    const answer = await call(createGrant, input(arn));
    expect(answer).toEqual({
      GrantId: expect.stringMatching(/^[0-9a-f]{64}$/),
      GrantToken: expect.stringMatching(/^[\w-]{100,}$/),
    });
    // What it answered is a token to every operation that takes one.
    await call(createGrant, { ...input(arn), GrantTokens: [answer.GrantToken] });
    expect(kms.grants.list(user, arn, {}).grants).toHaveLength(2);
  });

  test('refuses to name somebody whom there is not, as grantee and as retiring principal', async () => {
    const nobody = `${user.arn}-nobody`;
    const { kms, call, refusal } = await openKmsApi({ isKnown: (name) => name !== nobody });
    const { arn } = await kms.keys.create(user, {});
    const body = refused('InvalidArnException', 'ARN does not refer to a valid principal');
    expect(await refusal(createGrant, { ...input(arn), GranteePrincipal: nobody })).toEqual(body);
    expect(await refusal(createGrant, { ...input(arn), RetiringPrincipal: nobody })).toEqual(body);
    await call(createGrant, { ...input(arn), RetiringPrincipal: user.arn });
    expect(kms.grants.list(user, arn, {}).grants).toHaveLength(1);
  });

  const list = "'grantTokens' failed to satisfy constraint: Member must have length less than or equal to 10";
  const operations =
    '[CreateGrant, GenerateDataKey, GetPublicKey, RetireGrant, Encrypt, ' +
    'GenerateDataKeyPairWithoutPlaintext, Decrypt, ReEncryptTo, GenerateDataKeyWithoutPlaintext, ' +
    'DescribeKey, VerifyMac, Verify, GenerateDataKeyPair, GenerateMac, DeriveSharedSecret, ' +
    'ReEncryptFrom, Sign]';
  for (const [what, change, body] of [
    [
      'a grantee that is none',
      { GranteePrincipal: 'ada' },
      refused('InvalidArnException', 'ARN does not refer to a valid principal'),
    ],
    [
      'no grantee',
      { GranteePrincipal: undefined },
      invalid("Value null at 'granteePrincipal' failed to satisfy constraint: Member must not be null"),
    ],
    [
      'an operation that no grant has',
      { Operations: ['PutKeyPolicy'] },
      invalid(
        "Value '[PutKeyPolicy]' at 'operations' failed to satisfy constraint: " +
          `Member must satisfy constraint: [Member must satisfy enum value set: ${operations}]`,
      ),
    ],
    [
      'a name with a blank',
      { Name: 'a b' },
      invalid(
        "Value 'a b' at 'name' failed to satisfy constraint: " +
          'Member must satisfy regular expression pattern: ^[a-zA-Z0-9:/_-]+$',
      ),
    ],
    ['a forged token (E8)', tokens(1, 'forged'), refused('InvalidGrantTokenException')],
    ['eleven tokens (E8)', tokens(11, 't'), invalid(`Value '[t, t, t, t, t, t, t, t, t, t, t]' at ${list}`)],
    [
      'a token of 8193 characters (E8)',
      tokens(1, 't'.repeat(8193)),
      invalid(
        `Value '[${'t'.repeat(1023)}...' at 'grantTokens' failed to satisfy constraint: ` +
          'Member must satisfy constraint: [Member must have length less than or equal to 8192, ' +
          'Member must have length greater than or equal to 1]',
      ),
    ],
    [
      'a dry run that would have succeeded (E13)',
      { DryRun: true },
      refused('DryRunOperationException', 'The request would have succeeded, but the DryRun option is set.'),
    ],
  ] as const) {
    test(`refuses ${what}, and grants nothing`, async () => {
      const { kms, refusal } = await openKmsApi();
      const { arn } = await kms.keys.create(user, {});
      expect(await refusal(createGrant, { ...input(arn), ...change })).toEqual(body);
      expect(kms.grants.list(user, arn, {}).grants).toEqual([]);
    });
  }

  test('refuses the managed key to everyone', async () => {
    const { kms, refusal } = await openKmsApi();
    const { arn } = await kms.keys.managedKey(user);
    expect(await refusal(createGrant, input(arn))).toMatchObject({ __type: 'AccessDeniedException' });
  });
});

refusesOtherKeyIds(underTest, { forms: 'keyOnly' });
keepsStates(underTest, stateRows.using);
