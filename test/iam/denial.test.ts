import { expect, test } from 'vitest';
import { denialMessage } from '../../src/iam/denial.ts';
import type { PolicySource } from '../../src/iam/evaluate.ts';
import { principalOf } from '../../src/iam/principal.ts';

const rows: [PolicySource, boolean, string][] = [
  ['identity', false, 'because no identity-based policy allows the kms:Decrypt action'],
  ['identity', true, 'with an explicit deny in an identity-based policy'],
  ['resource', false, 'because no resource-based policy allows the kms:Decrypt action'],
  ['resource', true, 'with an explicit deny in a resource-based policy'],
  ['boundary', false, 'because no permissions boundary allows the kms:Decrypt action'],
  ['boundary', true, 'with an explicit deny in a permissions boundary'],
  ['session', false, 'because no session policy allows the kms:Decrypt action'],
  ['session', true, 'with an explicit deny in a session policy'],
];
for (const [source, explicit, why] of rows) {
  test(`a request is denied ${why}`, () => {
    const principal = principalOf('arn:aws:iam::111122223333:user/ada', '111122223333');
    const request = {
      principal,
      action: 'kms:Decrypt',
      resource: 'arn:aws:kms:us-east-1:111122223333:key/k',
    };
    expect(denialMessage(request, { explicit, source })).toBe(
      'User: arn:aws:iam::111122223333:user/ada is not authorized to perform: kms:Decrypt ' +
        `on resource: arn:aws:kms:us-east-1:111122223333:key/k ${why}`,
    );
  });
}

const ada = 'arn:aws:iam::111122223333:user/ada';
const hidden =
  'because the resource does not exist in this Region, no resource-based policies allow access, ' +
  'or a resource-based policy explicitly denies access';
const ofOthers: [arn: string, action: string, source: PolicySource, explicit: boolean, why: string][] = [
  ['arn:aws:kms:us-east-1:444455556666:key/k', 'kms:Decrypt', 'resource', false, hidden],
  ['arn:aws:kms:us-east-1:444455556666:key/k', 'kms:Decrypt', 'resource', true, hidden],
  [
    'arn:aws:kms:us-east-1:444455556666:key/k',
    'kms:Decrypt',
    'identity',
    false,
    'because no identity-based policy allows the kms:Decrypt action',
  ],
  [
    'arn:aws:dynamodb:us-east-1:444455556666:table/t',
    'dynamodb:GetItem',
    'resource',
    false,
    'because no resource-based policy allows the dynamodb:GetItem action',
  ],
];
for (const [resource, action, source, explicit, why] of ofOthers) {
  test(`of another account's ${resource}, ${explicit ? 'explicitly' : 'by no'} ${source}: ${why}`, () => {
    const request = { principal: principalOf(ada, '111122223333'), action, resource };
    expect(denialMessage(request, { explicit, source })).toBe(
      `User: ${ada} is not authorized to perform: ${action} on resource: ${resource} ${why}`,
    );
  });
}

test('a service at work with the keys of an account is told of the policy that lacks', () => {
  const request = {
    principal: principalOf('dynamodb.amazonaws.com', '111122223333'),
    action: 'kms:Decrypt',
    resource: 'arn:aws:kms:us-east-1:444455556666:key/k',
  };
  expect(denialMessage(request, { explicit: false, source: 'resource' })).toMatch(
    /because no resource-based policy allows the kms:Decrypt action$/,
  );
});
