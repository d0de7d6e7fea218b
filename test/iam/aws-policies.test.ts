import { expect, test } from 'vitest';
import { awsPolicies } from '../../src/iam/aws-policies.ts';
import { arnOf } from '../../src/iam/entity.ts';
import { evaluate } from '../../src/iam/evaluate.ts';
import { policyDocument } from '../../src/iam/policy-document.ts';
import { principalOf } from '../../src/iam/principal.ts';
import { noFacts } from '../../src/iam/request-facts.ts';
import { account } from '../support/identities.ts';

function allows(name: string, action: string): boolean {
  const found = awsPolicies.find((policy) => policy.name === name);
  if (found === undefined) throw new Error(`there is no ${name}`);
  const principal = principalOf(`arn:aws:iam::${account}:user/ada`, account);
  const document = policyDocument(found.text, 'identity');
  return evaluate(
    { principal, action, resource: 'arn:aws:x:::y', resourceAccount: account, facts: noFacts },
    { identity: { policies: [{ name, document }] } },
  ).allowed;
}

test.each([
  ['AdministratorAccess', 'iam:CreateUser', true],
  ['PowerUserAccess', 'kms:Decrypt', true],
  ['PowerUserAccess', 'iam:CreateUser', false],
  ['AmazonDynamoDBFullAccess', 'dynamodb:DeleteTable', true],
  ['AmazonDynamoDBFullAccess', 'kms:DescribeKey', true],
  ['AmazonDynamoDBFullAccess', 'kms:Decrypt', false],
  ['AmazonDynamoDBReadOnlyAccess', 'dynamodb:Scan', true],
  ['AmazonDynamoDBReadOnlyAccess', 'dynamodb:GetRecords', true],
  ['AmazonDynamoDBReadOnlyAccess', 'dynamodb:PutItem', false],
  ['AmazonDynamoDBReadOnlyAccess', 'dynamodb:PartiQLUpdate', false],
  ['AWSKeyManagementServicePowerUser', 'kms:CreateKey', true],
  ['AWSKeyManagementServicePowerUser', 'kms:Decrypt', false],
  ['AWSKeyManagementServicePowerUser', 'kms:ScheduleKeyDeletion', false],
])('%s says of %s: %s', (name, action, allowed) => {
  expect(allows(name, action)).toBe(allowed);
});

test('each has an ARN of AWS and an id of its own', () => {
  expect(awsPolicies.map(arnOf)).toContain('arn:aws:iam::aws:policy/AdministratorAccess');
  expect(new Set(awsPolicies.map(({ id }) => id)).size).toBe(awsPolicies.length);
  expect(awsPolicies.every(({ id }) => /^ANPA[A-Z2-7]{17}$/.test(id))).toBe(true);
});
