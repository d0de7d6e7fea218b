import { describe, expect, test } from 'vitest';
import { isExempt, namingOf, type Principal, principalOf } from '../../src/iam/principal.ts';

const account = '111122223333';
const root = `arn:aws:iam::${account}:root`;
const ada = `arn:aws:iam::${account}:user/ada`;
const role = `arn:aws:iam::${account}:role/deep/reader`;
const monday = `arn:aws:sts::${account}:assumed-role/reader/monday`;
const service = 'dynamodb.amazonaws.com';
const ofAccounts = (...accounts: string[]) => ({ accounts, services: [] });

describe('whoever has this ARN is', () => {
  for (const [arn, kind] of [
    [root, 'root'],
    [ada, 'user'],
    [monday, 'assumed-role'],
    [`arn:aws:sts::${account}:federated-user/ada`, 'federated-user'],
    [service, 'service'],
    // Nobody asks as a role: its sessions do.
    [role, 'service'],
  ] as const) {
    test(`${kind}: ${arn}`, () => expect(principalOf(arn, account).kind).toBe(kind));
  }
});

describe('a statement names', () => {
  const session = principalOf(monday, account, role);
  const unknownRole = principalOf(monday, account);
  const rows: [string, string, Principal, 'self' | 'account' | undefined][] = [
    ['everyone', '*', principalOf(ada, account), 'self'],
    ['a user', ada, principalOf(ada, account), 'self'],
    ['the account of a user, by its root', root, principalOf(ada, account), 'account'],
    ['the account of a user, by its number', account, principalOf(ada, account), 'account'],
    ['the root', root, principalOf(root, account), 'self'],
    ['another user', `${ada}2`, principalOf(ada, account), undefined],
    ['the role of a session', role, session, 'self'],
    ['the session', monday, session, 'self'],
    ['a role of the name with another path', role.replace('deep', 'other'), session, undefined],
    ['the same, where the path is not known', role.replace('deep', 'other'), unknownRole, 'self'],
    ['another account', '444455556666', principalOf(ada, account), undefined],
    ['a service by what is no service', service, principalOf(ada, account), undefined],
    ['no service by its account', account, principalOf(service, account), undefined],
  ];
  for (const [what, name, principal, naming] of rows) {
    test(`${what}: ${naming}`, () => expect(namingOf(ofAccounts(name), principal)).toBe(naming));
  }
  test('a service by its name, and itself rather than its account', () => {
    expect(namingOf({ accounts: [], services: [service] }, principalOf(service, account))).toBe('self');
    expect(namingOf(ofAccounts(root, ada), principalOf(ada, account))).toBe('self');
  });
});

/** As AWS documents NotPrincipal: whoever is to be spared is named with role and account. */
describe('NotPrincipal spares', () => {
  const session = principalOf(monday, account, role);
  const rows: [string, readonly string[], Principal, boolean][] = [
    ['nobody by the user alone', [ada], principalOf(ada, account), false],
    ['nobody but the root by the account alone', [root], principalOf(ada, account), false],
    ['the root by the account', [account], principalOf(root, account), true],
    ['a user by user and account', [ada, root], principalOf(ada, account), true],
    ['no session by session and account', [monday, root], session, false],
    ['no session by role and account', [role, root], session, false],
    ['a session by all three', [monday, role, account], session, true],
    [
      'a session whose role has a path that is not known',
      [monday, role, root],
      principalOf(monday, account),
      true,
    ],
    ['everyone by a star', ['*'], principalOf(ada, account), true],
  ];
  for (const [what, names, principal, spared] of rows) {
    test(what, () => expect(isExempt(ofAccounts(...names), principal)).toBe(spared));
  }
  test('a service by its name', () => {
    const names = { accounts: [root], services: [service] };
    const principals = [service, 's3.amazonaws.com'].map((name) => principalOf(name, account));
    expect(principals.map((principal) => isExempt(names, principal))).toEqual([true, false]);
  });
});
