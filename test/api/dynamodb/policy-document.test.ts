import { describe, expect, test } from 'vitest';
import { checkedPolicy, locksOut, policyBytesMax } from '../../../src/api/dynamodb/policy-document.ts';
import { refusalOf } from '../../support/refusal.ts';
import { caller } from './support.ts';

const allow = { Effect: 'Allow', Principal: '*', Action: 'dynamodb:GetItem', Resource: '*' };
const text = (Statement: unknown, Version: string | undefined = '2012-10-17') =>
  JSON.stringify({ Version, Statement });

describe('a policy is taken', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['with one statement', text(allow)],
    ['with a list of them', text([allow, allow])],
    ['without a version', JSON.stringify({ Statement: allow })],
    ['as long as it may be', text(allow).padEnd(policyBytesMax)],
  ];
  for (const [title, policy] of cases) {
    test(title, () => {
      expect(checkedPolicy(policy)[0]).toEqual(allow);
    });
  }
});

describe('R-API-1: a policy is refused', () => {
  const { Principal: _, ...withoutPrincipal } = allow;
  const { Action: __, ...withoutAction } = allow;
  const cases: readonly (readonly [string, string])[] = [
    [`The policy is longer than ${policyBytesMax} bytes`, text(allow).padEnd(policyBytesMax + 1)],
    ['The policy is no JSON object', '{'],
    ['The policy is no JSON object', '[]'],
    ['The policy has a version that is not known', text(allow, '2020-01-01')],
    ['The policy has no statement', '{}'],
    ['The policy has no statement', text([])],
    ['A statement of the policy is no object', text(['x'])],
    ['A statement of the policy has no effect', text({ ...allow, Effect: 'allow' })],
    ['A statement of the policy has no principal, or two kinds of them', text(withoutPrincipal)],
    [
      'A statement of the policy has no principal, or two kinds of them',
      text({ ...allow, NotPrincipal: '*' }),
    ],
    ['A statement of the policy has no action, or two kinds of them', text(withoutAction)],
  ];
  for (const [index, [why, policy]] of cases.entries()) {
    test(`${index}: ${why}`, async () => {
      expect(await refusalOf(() => checkedPolicy(policy))).toBe(
        `Validation: Invalid policy document: ${why}`,
      );
    });
  }
});

describe('a statement', () => {
  const deny = { Effect: 'Deny', Principal: '*', Action: 'dynamodb:PutResourcePolicy' };
  const cases: readonly (readonly [string, object, boolean])[] = [
    ['that forbids everyone to change the policy locks out', deny, true],
    ['that forbids the caller', { ...deny, Principal: { AWS: caller.arn } }, true],
    ['that forbids the account', { ...deny, Principal: { AWS: ['x', caller.account] } }, true],
    ['that forbids everything', { ...deny, Action: ['dynamodb:*'] }, true],
    ['that forbids it by a pattern', { ...deny, Action: 'DynamoDB:*Resource*Policy' }, true],
    ['that forbids another', { ...deny, Principal: { AWS: 'arn:aws:iam::1:user/x' } }, false],
    ['that forbids a service', { ...deny, Principal: { Service: 'x' } }, false],
    ['that forbids something else', { ...deny, Action: 'dynamodb:GetItem' }, false],
    ['whose pattern ends elsewhere', { ...deny, Action: 'dynamodb:*Item' }, false],
    ['whose pattern begins elsewhere', { ...deny, Action: 's3:*' }, false],
    ['whose pattern has another middle', { ...deny, Action: 'dynamodb:*Item*Policy' }, false],
    ['whose pattern overlaps itself', { ...deny, Action: 'dynamodb:PutResourcePol*Policy' }, false],
    ['that depends on a condition', { ...deny, Condition: {} }, false],
    ['that allows', { ...deny, Effect: 'Allow' }, false],
  ];
  for (const [title, statement, expected] of cases) {
    test(`${title}: ${expected}`, () => {
      expect(locksOut([statement], caller)).toBe(expected);
    });
  }
});
