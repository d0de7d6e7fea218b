import { expect, test } from 'vitest';
import { givenPolicy } from '../../../src/api/iam/given-policy.ts';
import { refusalOf } from '../../support/refusal.ts';

const allow = { Effect: 'Allow', Action: 's3:GetObject', Resource: '*' };
const trusting = { Effect: 'Allow', Principal: '*', Action: 'sts:AssumeRole' };
const policy = (...statements: unknown[]) => JSON.stringify({ Version: '2012-10-17', Statement: statements });
const vendor = 'Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.';

test('a policy of a user or role, or one that says who may be a role, is read', () => {
  expect(givenPolicy(policy(allow, { ...allow, Sid: 'b' }), 'identity').statements).toHaveLength(2);
  expect(givenPolicy(policy(trusting), 'trust').statements).toHaveLength(1);
});

for (const [text, kind, sentence] of [
  ['no JSON', 'identity', 'Syntax errors in policy.'],
  ['{}', 'identity', 'Syntax errors in policy.'],
  [policy('x'), 'identity', 'Syntax errors in policy.'],
  [policy({ ...allow, Effect: 'allow' }), 'identity', 'Syntax errors in policy.'],
  [policy({ ...allow, Extra: 1 }), 'identity', 'Syntax errors in policy.'],
  [policy({ ...allow, NotAction: '*' }), 'identity', 'Syntax errors in policy.'],
  [policy({ ...allow, Action: undefined }), 'identity', 'Policy statement must contain actions.'],
  [policy({ ...allow, Action: [] }), 'identity', 'Policy statement must contain actions.'],
  [policy({ ...allow, Action: 'GetObject' }), 'identity', vendor],
  [policy({ ...allow, Action: 1 }), 'identity', 'Syntax errors in policy.'],
  [policy({ ...allow, Resource: undefined }), 'identity', 'Policy statement must contain resources.'],
  [policy({ ...allow, Resource: [] }), 'identity', 'Policy statement must contain resources.'],
  [policy({ ...allow, Resource: 'books' }), 'identity', 'Resource books must be in ARN format or "*".'],
  [policy({ ...allow, Principal: '*' }), 'identity', 'Policy document should not specify a principal.'],
  [
    policy({ ...allow, Sid: 'a' }, { ...allow, Sid: 'a' }),
    'identity',
    'Statement IDs (SID) in a single policy must be unique.',
  ],
  ['no JSON', 'trust', 'This policy contains invalid Json'],
  ['{}', 'trust', 'Missing required field Statement'],
  [policy({ ...trusting, Principal: undefined }), 'trust', 'Missing required field Principal'],
  [policy({ ...trusting, Action: undefined }), 'trust', 'Missing required field Action'],
  [policy({ ...trusting, Effect: undefined }), 'trust', 'Missing required field Effect'],
  [policy({ ...trusting, Resource: '*' }), 'trust', 'Has prohibited field Resource'],
  [policy({ ...trusting, Extra: 1 }), 'trust', 'Unknown field Extra'],
  [policy({ ...trusting, Effect: 'allow' }), 'trust', 'The Effect of a Statement is Allow or Deny.'],
] as const) {
  test(`${kind} ${text} is refused in AWS's words`, async () => {
    expect(await refusalOf(() => givenPolicy(text, kind))).toBe(`MalformedPolicy: ${sentence}`);
  });
}
