import { expect, test } from 'vitest';
import { rootIdentity } from '../../../src/iam/callers.ts';
import { policyDocument } from '../../../src/iam/policy-document.ts';
import { principalOf } from '../../../src/iam/principal.ts';
import { noFacts, requestFacts } from '../../../src/iam/request-facts.ts';
import { requireAccess } from '../../../src/server/access/judge.ts';
import { account, allowing } from '../../support/identities.ts';
import { refusalOf } from '../../support/refusal.ts';

const principal = principalOf(`arn:aws:iam::${account}:user/ada`, account);
const document = policyDocument(
  allowing('dynamodb:Get*', { Condition: { StringEqualsIfExists: { 'aws:RequestTag/a': 'yes' } } }),
  'identity',
);
const ada = { principal, facts: noFacts, policies: [{ name: 'own', document }] };
const access = (action: string, value?: string) => ({
  ...{ action, resource: 'arn:r', resourceAccount: account },
  ...(value === undefined ? {} : { facts: requestFacts([['aws:RequestTag/a', value]]) }),
});

test('every access has to be allowed, and the first that is not is told', async () => {
  const ask = (accesses: Parameters<typeof requireAccess>[1]) =>
    refusalOf(() => requireAccess(ada, accesses));
  expect(await ask([access('dynamodb:GetItem')])).toBe('answered');
  expect(await ask([access('dynamodb:GetItem'), access('dynamodb:PutItem'), access('kms:Decrypt')])).toBe(
    `AccessDenied: User: ${principal.arn} is not authorized to perform: dynamodb:PutItem on resource: arn:r ` +
      'because no identity-based policy allows the dynamodb:PutItem action',
  );
});

test('what is known of the access counts beside what is known of the caller', async () => {
  const ask = (value: string) => refusalOf(() => requireAccess(ada, [access('dynamodb:GetItem', value)]));
  expect(await ask('yes')).toBe('answered');
  expect(await ask('no')).toMatch(/^AccessDenied/);
});

test('root needs no policy, and heeds a Deny of the resource', async () => {
  const deny = JSON.stringify({
    Statement: [{ Effect: 'Deny', Principal: '*', Action: 'dynamodb:GetItem', Resource: '*' }],
  });
  const policy = { name: 'of the table', document: policyDocument(deny, 'table') };
  const ask = (more: object) =>
    refusalOf(() => requireAccess(rootIdentity(account), [{ ...access('dynamodb:GetItem'), ...more }]));
  expect(await ask({})).toBe('answered');
  expect(await ask({ policy })).toMatch(/with an explicit deny in a resource-based policy$/);
});
