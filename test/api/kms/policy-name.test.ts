import { expect, test } from 'vitest';
import { policyName, requirePolicyName } from '../../../src/api/kms/policy-name.ts';
import { refusalOf } from '../../support/refusal.ts';

test('the policy of a key is named default or not at all', async () => {
  expect(policyName).toBe('default');
  for (const name of [undefined, 'default']) {
    expect(await refusalOf(() => requirePolicyName(name))).toBe('answered');
  }
  for (const name of ['', 'Default', 'other']) {
    expect(await refusalOf(() => requirePolicyName(name))).toBe('KeyPolicyNotFound: No such policy exists');
  }
});
