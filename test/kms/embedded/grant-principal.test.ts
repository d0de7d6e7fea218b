import { describe, expect, test } from 'vitest';
import { accountOf } from '../../../src/iam/principal.ts';
import { arnPrincipal, grantNaming, servicePrincipal } from '../../../src/kms/embedded/grant-principal.ts';
import { principalIn } from '../../../src/kms/embedded/key-facts.ts';
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
  const rows: [string, string, typeof user, 'self' | 'account' | undefined][] = [
    ['by its own ARN', user.arn, user, 'self'],
    ['not by that of another user', iam('user/eve'), user, undefined],
    ['by its account', iam('root'), user, 'account'],
    ['not by another account', 'arn:aws:iam::444455556666:root', user, undefined],
    ['by the role of its session', iam('role/deep/reader'), session, 'self'],
    ['not by a role whose name begins alike', iam('role/read'), session, undefined],
    ['not by a role whose path alone is alike', iam('role/reader/other'), session, undefined],
    ['not by the role of another account', 'arn:aws:iam::444455556666:role/reader', session, undefined],
    ['by its session', session.arn, session, 'self'],
    ['not by another session', sts('assumed-role/reader/tuesday'), session, undefined],
  ];
  for (const [how, name, caller, meant] of rows) {
    test(how, () => expect(grantNaming({ kind: 'arn', name }, principalIn(caller))).toBe(meant));
  }
  test('as the service for itself, and no person as a service, whoever works for them (R-DEP-1)', () => {
    const itself = { ...tableService, arn: 'dynamodb.amazonaws.com' };
    for (const name of ['dynamodb.amazonaws.com', 'dynamodb.us-east-1.amazonaws.com']) {
      const namings = [itself, tableService, user].map((caller) =>
        grantNaming(servicePrincipal(name), principalIn(caller)),
      );
      expect(namings).toEqual(['self', undefined, undefined]);
    }
    expect(grantNaming(servicePrincipal('s3.us-east-1.amazonaws.com'), principalIn(itself))).toBeUndefined();
  });
});
