import { expect, test } from 'vitest';
import { policySize, requireInlineSize, requireQuota } from '../../../src/api/iam/quota.ts';
import { roleNamed, userNamed } from '../../support/identities.ts';
import { refusalOf } from '../../support/refusal.ts';

test('a quota is refused when it is passed, and not when it is reached', async () => {
  expect(await refusalOf(() => requireQuota('AccessKeysPerUser', 2))).toBe('answered');
  expect(await refusalOf(() => requireQuota('AccessKeysPerUser', 3))).toBe(
    'EntityLimit: Cannot exceed quota for AccessKeysPerUser: 2',
  );
});

test('white space in a policy does not count', () => {
  expect(policySize('{ "a":\n\t[1, 2] }')).toBe('{"a":[1,2]}'.length);
});

test('all inline policies of a user have 2048 characters, those of a role 10240', async () => {
  const policies = (size: number) => [
    { name: 'a', text: 'x'.repeat(size - 1) },
    { name: 'b', text: 'x' },
  ];
  const user = (size: number) => userNamed('ada', { policies: policies(size) });
  const role = (size: number) => roleNamed('ada', { policies: policies(size) });
  expect(await refusalOf(() => requireInlineSize(user(2_048)))).toBe('answered');
  expect(await refusalOf(() => requireInlineSize(user(2_049)))).toBe(
    'EntityLimit: Maximum policy size of 2048 bytes exceeded for user ada',
  );
  expect(await refusalOf(() => requireInlineSize(role(10_240)))).toBe('answered');
  expect(await refusalOf(() => requireInlineSize(role(10_241)))).toMatch(/10240 bytes exceeded for role ada/);
});
