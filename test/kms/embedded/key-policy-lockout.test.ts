import { describe, expect, test } from 'vitest';
import { policyDocument } from '../../../src/iam/policy-document.ts';
import { requireNoLockout } from '../../../src/kms/embedded/key-policy-lockout.ts';
import { account, region, tableService, user } from '../../support/embedded-kms.ts';
import { refusalOf } from '../../support/refusal.ts';

const keyArn = `arn:aws:kms:${region}:${account}:key/k`;
const all = { Effect: 'Allow', Principal: '*', Action: 'kms:*', Resource: '*' };
const root = { AWS: `arn:aws:iam::${account}:root` };
const refused =
  'MalformedPolicy: The new key policy will not allow you to update the key policy in the future.';
const check = (statements: readonly object[], caller = user) =>
  refusalOf(() =>
    requireNoLockout(policyDocument(JSON.stringify({ Statement: statements }), 'key'), caller, keyArn),
  );
const when = (operator: string, key: string, value: unknown) => ({
  Condition: { [operator]: { [key]: value } },
});

describe('whoever sets a policy', () => {
  const kept: [string, readonly object[]][] = [
    ['everyone', [all]],
    ['the account', [{ ...all, Principal: root }]],
    ['the account by its number', [{ ...all, Principal: { AWS: account } }]],
    ['the caller', [{ ...all, Principal: { AWS: user.arn } }]],
    ['a pattern of actions', [{ ...all, Action: ['kms:Encrypt', 'KMS:Put*'] }]],
    ['all actions but others', [{ ...all, Action: undefined, NotAction: 'kms:Decrypt' }]],
    [
      'everyone but others',
      [{ ...all, Principal: undefined, NotPrincipal: { AWS: `arn:aws:iam::${account}:user/eve` } }],
    ],
    ['the key by its ARN', [{ ...all, Resource: keyArn }]],
    ['everyone of the account', [{ ...all, ...when('StringEquals', 'kms:CallerAccount', [account, 'x']) }]],
    [
      'the caller by a pattern',
      [{ ...all, ...when('ArnLike', 'aws:PrincipalArn', 'arn:aws:iam::*:user/a?a') }],
    ],
    [
      'all, and denies another',
      [all, { ...all, Effect: 'Deny', Principal: { AWS: `arn:aws:iam::${account}:user/eve` } }],
    ],
    [
      'all, and denies on a condition',
      [all, { ...all, Effect: 'Deny', ...when('Bool', 'aws:SecureTransport', false) }],
    ],
  ];
  for (const [what, statements] of kept) {
    test(`may, where it allows ${what}`, async () => expect(await check(statements)).toBe('answered'));
  }
  const lost: [string, readonly object[]][] = [
    ['another user', [{ ...all, Principal: { AWS: `arn:aws:iam::${account}:user/eve` } }]],
    ['another account', [{ ...all, Principal: { AWS: '444455556666' } }]],
    ['a service', [{ ...all, Principal: { Service: 'dynamodb.amazonaws.com' } }]],
    ['other actions', [{ ...all, Action: ['kms:Encrypt', 'kms:PutKeyPolicyX', 's3:*'] }]],
    ['all actions but this', [{ ...all, Action: undefined, NotAction: 'kms:Put*' }]],
    ['everyone but the caller', [{ ...all, Principal: undefined, NotPrincipal: root }]],
    ['nothing, for want of a resource', [{ ...all, Resource: undefined }]],
    ['another key', [{ ...all, Resource: `${keyArn}2` }]],
    ['whoever comes through a service', [{ ...all, ...when('StringEquals', 'kms:ViaService', 'dynamodb') }]],
    ['another account by condition', [{ ...all, ...when('StringEquals', 'kms:CallerAccount', '4444') }]],
    ['all, and denies it', [all, { ...all, Effect: 'Deny', Action: 'kms:PutKeyPolicy' }]],
    ['nothing, but denies another', [{ ...all, Effect: 'Deny', Action: 'kms:Decrypt' }]],
  ];
  for (const [what, statements] of lost) {
    test(`may not, where it allows ${what}`, async () => expect(await check(statements)).toBe(refused));
  }
  test('may be a service, for itself and for nobody else', async () => {
    const policy = [{ ...all, Principal: { Service: 'dynamodb.amazonaws.com' } }];
    expect(await check(policy, { ...tableService, arn: 'dynamodb.amazonaws.com' })).toBe('answered');
    expect(await check(policy, tableService)).toBe(refused);
  });
});
