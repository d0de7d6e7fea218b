import { describe, expect, test } from 'vitest';
import { createKey } from '../../../src/api/kms/create-key.ts';
import { getKeyPolicy } from '../../../src/api/kms/get-key-policy.ts';
import { laidOut } from '../../../src/api/kms/policy-layout.ts';
import { putKeyPolicy } from '../../../src/api/kms/put-key-policy.ts';
import { replicateKey } from '../../../src/api/kms/replicate-key.ts';
import { account, user } from '../../support/embedded-kms.ts';
import {
  keepsStates,
  nothing,
  openKmsApi,
  refused,
  refusesOtherKeyIds,
  stateRows,
} from '../../support/kms-api.ts';

const statement = { Effect: 'Allow', Principal: { AWS: user.arn }, Action: 'kms:*', Resource: '*' };
const policyOf = (...Statement: object[]) => JSON.stringify({ Version: '2012-10-17', Statement });
const Policy = policyOf(statement);
const lockingOut = policyOf({ ...statement, Principal: { AWS: `arn:aws:iam::${account}:user/eve` } });
const lockedOut = refused(
  'MalformedPolicyDocumentException',
  'The new key policy will not allow you to update the key policy in the future.',
);
const underTest = { operation: putKeyPolicy, inputOf: (KeyId: string) => ({ KeyId, Policy }) };

describe('PutKeyPolicy', () => {
  test('gives a key the policy as it was written, also after a restart, and answers nothing', async () => {
    const { kms, call, reopen } = await openKmsApi();
    const { arn } = await kms.keys.create(user, {});
    const spaced = `  ${Policy}\n`;
    expect(await call(putKeyPolicy, { KeyId: arn, Policy: spaced, PolicyName: 'default' })).toBe(nothing);
    expect(await call(getKeyPolicy, { KeyId: arn })).toEqual({
      Policy: laidOut(Policy),
      PolicyName: 'default',
    });
    expect((await reopen()).keys.read(user, 'GetKeyPolicy', arn).policy).toBe(spaced);
  });

  const duplicate = Policy.replace('"Effect":', '"Effect":"Deny","Effect":');
  for (const [what, input, type] of [
    ['no JSON', { Policy: '{' }, 'MalformedPolicyDocumentException'],
    ['a member twice', { Policy: duplicate }, 'MalformedPolicyDocumentException'],
    ['32 769 bytes', { Policy: Policy.padEnd(32_769) }, 'LimitExceededException'],
    ['another name', { Policy, PolicyName: 'mine' }, 'NotFoundException'],
    ['no policy', {}, 'ValidationException'],
    ['a character beyond Latin-1', { Policy: Policy.replace('2012', '\u2012') }, 'ValidationException'],
  ] as const) {
    test(`refuses ${what}, and leaves the policy alone (E7)`, async () => {
      const { kms, refusal } = await openKmsApi();
      const { arn, policy } = await kms.keys.create(user, {});
      expect(await refusal(putKeyPolicy, { KeyId: arn, ...input })).toMatchObject({ __type: type });
      expect(kms.keys.read(user, 'GetKeyPolicy', arn).policy).toBe(policy);
    });
  }

  test('takes 32 768 bytes', async () => {
    const { kms, call } = await openKmsApi();
    const { arn } = await kms.keys.create(user, {});
    expect(await call(putKeyPolicy, { KeyId: arn, Policy: Policy.padEnd(32_768) })).toBe(nothing);
  });

  test('refuses to lock its caller out, as CreateKey does, unless told to', async () => {
    const { kms, call, refusal } = await openKmsApi();
    const { arn } = await kms.keys.create(user, {});
    const BypassPolicyLockoutSafetyCheck = true;
    expect(await refusal(putKeyPolicy, { KeyId: arn, Policy: lockingOut })).toEqual(lockedOut);
    expect(await refusal(createKey, { Policy: lockingOut })).toEqual(lockedOut);
    expect(await call(putKeyPolicy, { KeyId: arn, Policy: lockingOut, BypassPolicyLockoutSafetyCheck })).toBe(
      nothing,
    );
    expect(await call(createKey, { Policy: lockingOut, BypassPolicyLockoutSafetyCheck })).toHaveProperty(
      'KeyMetadata',
    );
    const other = await kms.keys.create(user, {});
    // The way past the safety check is no way past the others.
    expect(
      await refusal(putKeyPolicy, { KeyId: other.arn, Policy: '{', BypassPolicyLockoutSafetyCheck }),
    ).toMatchObject({ __type: 'MalformedPolicyDocumentException' });
  });

  test('refuses to name somebody whom there is not, as CreateKey and ReplicateKey do (E7)', async () => {
    const nobody = `arn:aws:iam::${account}:user/nobody`;
    const { kms, call, refusal } = await openKmsApi({ isKnown: (name) => name !== nobody });
    const { arn, policy } = await kms.keys.create(user, { multiRegion: true });
    const body = refused(
      'MalformedPolicyDocumentException',
      'Policy contains a statement with one or more invalid principals.',
    );
    // Also where the safety check is passed by, and where the caller would not be locked out.
    const BypassPolicyLockoutSafetyCheck = true;
    for (const element of ['Principal', 'NotPrincipal']) {
      const named = { ...statement, Effect: 'Deny', Principal: undefined, [element]: { AWS: nobody } };
      const given = { Policy: policyOf(statement, named), BypassPolicyLockoutSafetyCheck };
      expect(await refusal(putKeyPolicy, { KeyId: arn, ...given })).toEqual(body);
      expect(await refusal(createKey, given)).toEqual(body);
      expect(await refusal(replicateKey, { KeyId: arn, ReplicaRegion: 'eu-west-1', ...given })).toEqual(body);
    }
    expect(kms.keys.read(user, 'GetKeyPolicy', arn).policy).toBe(policy);
    expect(await call(putKeyPolicy, { KeyId: arn, Policy })).toBe(nothing);
  });

  test('binds whoever set it, root too, from then on (R-POL-1)', async () => {
    const { kms, call, refusal } = await openKmsApi();
    const { arn } = await kms.keys.create(user, {});
    await call(putKeyPolicy, { KeyId: arn, Policy: lockingOut, BypassPolicyLockoutSafetyCheck: true });
    expect(await refusal(putKeyPolicy, { KeyId: arn, Policy })).toEqual({
      __type: 'AccessDeniedException',
      Message:
        `User: ${user.arn} is not authorized to perform: kms:PutKeyPolicy on resource: ${arn} ` +
        'because no resource-based policy allows the kms:PutKeyPolicy action',
    });
  });

  test('refuses the managed key', async () => {
    const { kms, refusal } = await openKmsApi();
    const { arn } = await kms.keys.managedKey(user);
    expect(await refusal(putKeyPolicy, { KeyId: arn, Policy })).toMatchObject({
      __type: 'AccessDeniedException',
    });
  });
});

refusesOtherKeyIds(underTest, { forms: 'keyOnly' });
keepsStates(underTest, stateRows.always);
