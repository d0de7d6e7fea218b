import { describe, expect, test } from 'vitest';
import {
  accountOf,
  arnPrincipal,
  isMatchedBy,
  servicePrincipal,
} from '../../../src/kms/embedded/grant-principal.ts';
import { tableService, user } from '../../support/embedded-kms.ts';
import { refusalOf } from '../../support/refusal.ts';

const account = user.account;
const iam = (resource: string) => `arn:aws:iam::${account}:${resource}`;
const sts = (resource: string) => `arn:aws:sts::${account}:${resource}`;

describe('a principal of a grant', () => {
  const good = [
    iam('root'),
    iam('user/ada'),
    iam('role/deep/path/reader'),
    sts('assumed-role/reader/monday'),
    sts('federated-user/ada'),
    `arn:aws-cn:iam::${account}:role/r`,
  ];
  for (const arn of good) {
    test(`may be ${arn}`, () => {
      expect(arnPrincipal(arn)).toEqual({ kind: 'arn', name: arn });
      expect(accountOf(arn)).toBe(account);
    });
  }
  const bad = [
    account,
    'ada',
    '*',
    iam('group/readers'),
    iam('user/'),
    iam('assumed-role/reader/monday'),
    sts('role/reader'),
    'arn:aws:iam::1234:user/ada',
    'dynamodb.amazonaws.com',
  ];
  for (const arn of bad) {
    test(`may not be ${arn}`, async () => {
      expect(await refusalOf(() => arnPrincipal(arn))).toBe(
        'InvalidArn: ARN does not refer to a valid principal',
      );
      expect(accountOf(arn)).toBeUndefined();
    });
  }
  test('may be a service, by its name alone', async () => {
    expect(servicePrincipal('dynamodb.amazonaws.com')).toEqual({
      kind: 'service',
      name: 'dynamodb.amazonaws.com',
    });
    for (const name of ['dynamodb', 'amazonaws.com.evil', '', iam('root')]) {
      expect(await refusalOf(() => servicePrincipal(name))).toMatch(/^Validation: /);
    }
  });
});

describe('a caller is meant', () => {
  const session = { ...user, arn: sts('assumed-role/reader/monday') };
  const rows: [string, string, typeof user, boolean][] = [
    ['by its own ARN', user.arn, user, true],
    ['not by that of another user', iam('user/eve'), user, false],
    ['by its account', iam('root'), user, true],
    ['not by another account', 'arn:aws:iam::444455556666:root', user, false],
    ['by the role of its session', iam('role/deep/reader'), session, true],
    ['not by a role whose name begins alike', iam('role/read'), session, false],
    ['not by a role whose path alone is alike', iam('role/reader/other'), session, false],
    ['not by the role of another account', 'arn:aws:iam::444455556666:role/reader', session, false],
    ['by its session', session.arn, session, true],
    ['not by another session', sts('assumed-role/reader/tuesday'), session, false],
  ];
  for (const [how, name, caller, meant] of rows) {
    test(how, () => expect(isMatchedBy({ kind: 'arn', name }, caller)).toBe(meant));
  }
  test('as the service at work, and no person as a service', () => {
    const service = servicePrincipal('dynamodb.amazonaws.com');
    expect([isMatchedBy(service, tableService), isMatchedBy(service, user)]).toEqual([true, false]);
  });
});
