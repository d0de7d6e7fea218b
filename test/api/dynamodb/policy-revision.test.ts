import { expect, test } from 'vitest';
import { checkRevision, noPolicy, policyNotFound } from '../../../src/api/dynamodb/policy-revision.ts';
import { refusalOf } from '../../support/refusal.ts';

const found = { resource: 'a', text: '{}', revisionId: '5' };

for (const [title, policy, expected, isRefused] of [
  ['nothing expected, nothing there', undefined, undefined, false],
  ['nothing expected, a policy there', found, undefined, false],
  ['the revision that is there', found, '5', false],
  ['another revision', found, '4', true],
  ['a revision where nothing is', undefined, '5', true],
  ['no policy, and there is none', undefined, noPolicy, false],
  ['no policy, and there is one', found, noPolicy, true],
] as const) {
  test(`${title}: ${isRefused ? 'refused' : 'taken'}`, async () => {
    expect(await refusalOf(() => checkRevision(policy, expected))).toMatch(
      isRefused ? /^PolicyNotFound: / : /^answered$/,
    );
  });
}

test('a policy that is not there is told by its resource', () => {
  expect(policyNotFound('x').message).toBe('Resource-based policy not found for the provided ResourceArn: x');
});
