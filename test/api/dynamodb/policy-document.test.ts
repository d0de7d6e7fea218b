import { describe, expect, test } from 'vitest';
import { checkedPolicy, locksOut, policyBytesMax } from '../../../src/api/dynamodb/policy-document.ts';
import { refusalOf } from '../../support/refusal.ts';
import { caller } from './support.ts';

const allow = { Effect: 'Allow', Principal: '*', Action: 'dynamodb:GetItem', Resource: '*' };
const resource = `arn:aws:dynamodb:${caller.region}:${caller.account}:table/Books`;
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
      expect(checkedPolicy(policy).statements[0]).toMatchObject({ index: 0, effect: 'Allow' });
    });
  }
});

describe('R-API-1: a policy is refused', () => {
  const { Principal: _, ...withoutPrincipal } = allow;
  const { Action: __, ...withoutAction } = allow;
  const { Resource: ___, ...withoutResource } = allow;
  const unknownKey = { Condition: { StringEquals: { 'dynamodb:Leading': 'a' } } };
  const cases: readonly (readonly [string, string])[] = [
    [`The policy is longer than ${policyBytesMax} bytes`, text(allow).padEnd(policyBytesMax + 1)],
    ['A policy is valid JSON.', '{'],
    ['A policy is a JSON object.', '[]'],
    ['A policy is valid JSON.', '{"Statement":[],"Statement":[]}'],
    ['The Version of a policy is 2012-10-17 or 2008-10-17.', text(allow, '2020-01-01')],
    ['A policy has at least one Statement.', '{}'],
    ['A policy has at least one Statement.', text([])],
    ['A Statement of a policy is a JSON object.', text(['x'])],
    ['The Effect of a Statement is Allow or Deny.', text({ ...allow, Effect: 'allow' })],
    ['A Statement of this policy has a Principal or a NotPrincipal.', text(withoutPrincipal)],
    ['A Statement has a Principal or a NotPrincipal, not both.', text({ ...allow, NotPrincipal: '*' })],
    ['A Statement has an Action or a NotAction.', text(withoutAction)],
    ['A Statement of this policy has a Resource or a NotResource.', text(withoutResource)],
    ['dynamodb:Leading is no condition key of policies.', text({ ...allow, ...unknownKey })],
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
  const deny = { Effect: 'Deny', Principal: '*', Action: 'dynamodb:PutResourcePolicy', Resource: '*' };
  const when = (operator: string, value: unknown) => ({
    Condition: { [operator]: { 'aws:SecureTransport': value } },
  });
  const cases: readonly (readonly [string, object, boolean])[] = [
    ['that forbids everyone to change the policy locks out', deny, true],
    ['that forbids the caller', { ...deny, Principal: { AWS: caller.arn } }, true],
    ['that forbids the account', { ...deny, Principal: { AWS: ['444455556666', caller.account] } }, true],
    ['that forbids everything', { ...deny, Action: ['dynamodb:*'] }, true],
    ['that forbids it by a pattern', { ...deny, Action: 'DynamoDB:*Resource*Policy' }, true],
    ['that forbids another', { ...deny, Principal: { AWS: 'arn:aws:iam::444455556666:user/x' } }, false],
    ['that forbids a service', { ...deny, Principal: { Service: 's3.amazonaws.com' } }, false],
    ['that forbids something else', { ...deny, Action: 'dynamodb:GetItem' }, false],
    ['whose pattern ends elsewhere', { ...deny, Action: 'dynamodb:*Item' }, false],
    ['whose pattern begins elsewhere', { ...deny, Action: 's3:*' }, false],
    ['whose pattern has another middle', { ...deny, Action: 'dynamodb:*Item*Policy' }, false],
    ['whose pattern overlaps itself', { ...deny, Action: 'dynamodb:PutResourcePol*Policy' }, false],
    ['that depends on a condition', { ...deny, ...when('Bool', true) }, false],
    ['that depends on what nobody can say', { ...deny, ...when('Null', true) }, true],
    ['that is about another table', { ...deny, Resource: `${resource}s` }, false],
    [
      'that spares others alone',
      { ...deny, Principal: undefined, NotPrincipal: { AWS: '444455556666' } },
      true,
    ],
    ['that allows', { ...deny, Effect: 'Allow' }, false],
  ];
  for (const [title, statement, expected] of cases) {
    test(`${title}: ${expected}`, () => {
      const document = checkedPolicy(text(statement));
      expect(locksOut(document, { caller, resource })).toBe(expected);
    });
  }
});
