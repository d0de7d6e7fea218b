import { describe, expect, test } from 'vitest';
import {
  checkPolicy,
  defaultPolicy,
  managedPolicy,
  policyBytesMax,
} from '../../../src/kms/embedded/key-policy.ts';
import { refusalOf } from '../../support/refusal.ts';

const account = '111122223333';

test('the policy of a key that was given none leaves it to its account', () => {
  expect(JSON.parse(defaultPolicy(account))).toEqual({
    Version: '2012-10-17',
    Id: 'key-default-1',
    Statement: [
      {
        Sid: 'Enable IAM User Permissions',
        Effect: 'Allow',
        Principal: { AWS: `arn:aws:iam::${account}:root` },
        Action: 'kms:*',
        Resource: '*',
      },
    ],
  });
});

test('the managed key’s policy lets everyone of the account use it through the table service of the region', () => {
  const policy = JSON.parse(managedPolicy({ account, region: 'eu-west-1' }));
  expect(policy.Id).toBe('auto-dynamodb-1');
  expect(policy.Statement).toHaveLength(3);
  expect(policy.Statement[0].Condition).toEqual({
    StringEquals: { 'kms:CallerAccount': account, 'kms:ViaService': 'dynamodb.eu-west-1.amazonaws.com' },
  });
});

describe('a policy', () => {
  const statement = { Effect: 'Allow', Principal: '*', Action: 'kms:*', Resource: '*' };
  const of = (Statement: unknown, rest: object = {}) =>
    JSON.stringify({ Version: '2012-10-17', ...rest, Statement });
  const good = [
    defaultPolicy(account),
    managedPolicy({ account, region: 'us-east-1' }),
    of(statement),
    of([{ ...statement, Effect: 'Deny' }]),
    of([statement]).padEnd(policyBytesMax),
    JSON.stringify({ Statement: [statement] }),
  ];
  for (const [index, policy] of good.entries()) {
    test(`is taken (${index})`, async () =>
      expect(await refusalOf(() => checkPolicy(policy))).toBe('answered'));
  }
  const bad: [string, string][] = [
    ['no JSON', '{'],
    ['a list', '[]'],
    ['a text', '"x"'],
    ['null', 'null'],
    ['without statements', of([])],
    ['with a statement that is none', of(['x'])],
    ['of another version', of([statement], { Version: '2020-01-01' })],
    ['with an effect that is none', of([{ ...statement, Effect: 'allow' }])],
    ['without a principal', of([{ ...statement, Principal: undefined }])],
    ['with two kinds of principal', of([{ ...statement, NotPrincipal: '*' }])],
    ['without an action', of([{ ...statement, Action: undefined }])],
  ];
  for (const [name, policy] of bad) {
    test(`${name} is refused`, async () =>
      expect(await refusalOf(() => checkPolicy(policy))).toMatch(/^MalformedPolicy: ./));
  }
  test(`above ${policyBytesMax} bytes is refused`, async () => {
    const policy = of([statement]).padEnd(policyBytesMax + 1);
    expect(await refusalOf(() => checkPolicy(policy))).toMatch(/^KeyLimitExceeded/);
  });
});
