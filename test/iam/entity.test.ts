import { expect, test } from 'vitest';
import { accessKeyKey, arnOf, assumedRoleArn, keyOf, nameKey, type Role } from '../../src/iam/entity.ts';
import { account, userNamed } from '../support/identities.ts';

test('ARNs have the path, and those of sessions have not', () => {
  const user = userNamed('ada', { path: '/a/b/' });
  expect(arnOf(user)).toBe(`arn:aws:iam::${account}:user/a/b/ada`);
  const role: Role = { ...user, kind: 'role', description: '', trust: '{}', sessionSecondsMax: 3600 };
  expect(arnOf(role)).toBe(`arn:aws:iam::${account}:role/a/b/ada`);
  expect(assumedRoleArn(role, 's')).toBe(`arn:aws:sts::${account}:assumed-role/ada/s`);
});

test('names of one kind and account are one in any case, and ids of keys are not', () => {
  expect(keyOf(userNamed('Ada'))).toBe(keyOf(userNamed('aDA', { path: '/x/' })));
  expect(keyOf(userNamed('ada'))).not.toBe(nameKey('role', account, 'ada'));
  expect(keyOf(userNamed('ada'))).not.toBe(nameKey('user', '999999999999', 'ada'));
  expect(accessKeyKey('AKIAx')).not.toBe(accessKeyKey('AKIAX'));
});
