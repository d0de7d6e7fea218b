import { expect, test } from 'vitest';
import { explain } from '../../src/iam/explanation.ts';
import { type PolicyKind, policyDocument } from '../../src/iam/policy-document.ts';
import { principalOf } from '../../src/iam/principal.ts';
import { requestFacts } from '../../src/iam/request-facts.ts';
import { account } from '../support/identities.ts';

const principal = principalOf(`arn:aws:iam::${account}:user/ada`, account);
const resource = 'arn:aws:dynamodb:us-east-1:111122223333:table/T';
const request = {
  principal,
  action: 'dynamodb:GetItem',
  resource,
  resourceAccount: account,
  facts: requestFacts([['aws:SourceIp', '192.0.2.1']]),
};
const named = (name: string, kind: PolicyKind, ...Statement: object[]) => ({
  name,
  document: policyDocument(JSON.stringify({ Version: '2012-10-17', Statement }), kind),
});

test('each statement says what of it does not fit, and conditions what they miss', () => {
  const identity = {
    policies: [
      named(
        'own',
        'identity',
        { Effect: 'Allow', Action: 'dynamodb:PutItem', Resource: '*' },
        { Effect: 'Allow', Action: 'dynamodb:*', Resource: `${resource}2` },
        {
          ...{ Effect: 'Allow', Action: 'dynamodb:*', Resource: '*' },
          Condition: {
            StringEquals: { 'aws:PrincipalTag/team': 'x' },
            Bool: { 'aws:SecureTransport': true },
          },
        },
      ),
    ],
    boundary: named('bound', 'identity', { Effect: 'Allow', Action: '*', Resource: '*' }),
    session: [named('session', 'identity', { Effect: 'Allow', Action: 'dynamodb:Get*', Resource: '*' })],
  };
  const table = named('of the table', 'table', {
    ...{ Effect: 'Allow', Principal: { AWS: '999999999999' }, Action: 'dynamodb:*', Resource: '*' },
  });
  const { decision, statements, missingContext } = explain(request, { identity, resource: table });
  expect(decision).toMatchObject({ allowed: false, explicit: false, source: 'identity' });
  expect(statements.map(({ source, policy, mismatch }) => [source, policy, mismatch])).toEqual([
    ['identity', 'own', 'action'],
    ['identity', 'own', 'resource'],
    ['identity', 'own', 'condition'],
    ['boundary', 'bound', undefined],
    ['session', 'session', undefined],
    ['resource', 'of the table', 'principal'],
  ]);
  expect(missingContext).toEqual(['aws:PrincipalTag/team', 'aws:SecureTransport']);
});

test('what is allowed misses nothing', () => {
  const identity = { policies: [named('own', 'identity', { Effect: 'Allow', Action: '*', Resource: '*' })] };
  const explained = explain(request, { identity });
  expect(explained.decision.allowed).toBe(true);
  expect(explained.missingContext).toEqual([]);
});
