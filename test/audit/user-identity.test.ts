import { expect, test } from 'vitest';
import { identityOf, internalIdentity, serviceIdentity, userNameOf } from '../../src/audit/user-identity.ts';
import { account } from './support.ts';

const id = (prefix: string) => expect.stringMatching(new RegExp(`^${prefix}[A-Z2-7]{17}`));

test.each<[string, object, string | undefined]>([
  [`arn:aws:iam::${account}:root`, { type: 'Root', principalId: account }, 'root'],
  [`arn:aws:iam::${account}:user/ada`, { type: 'IAMUser', principalId: id('AIDA'), userName: 'ada' }, 'ada'],
  [`arn:aws:iam::${account}:user/team/ada`, { type: 'IAMUser', userName: 'ada' }, 'ada'],
  [
    `arn:aws:sts::${account}:assumed-role/reader/session-1`,
    {
      type: 'AssumedRole',
      principalId: expect.stringMatching(/^AROA[A-Z2-7]{17}:session-1$/),
      sessionContext: {
        sessionIssuer: {
          type: 'Role',
          principalId: id('AROA'),
          arn: `arn:aws:iam::${account}:role/reader`,
          accountId: account,
          userName: 'reader',
        },
        attributes: { mfaAuthenticated: 'false' },
      },
    },
    'session-1',
  ],
  [`arn:aws:iam::${account}:role/reader`, { type: 'Role', principalId: id('AROA') }, undefined],
  [
    `arn:aws:sts::${account}:federated-user/bob`,
    { type: 'FederatedUser', principalId: `${account}:bob` },
    'bob',
  ],
  ['something', { type: 'Unknown' }, undefined],
])('%s', (arn, identity, userName) => {
  const found = identityOf({ arn, account }, { accessKeyId: 'AKID', invokedBy: 'dynamodb.amazonaws.com' });
  expect(found).toMatchObject({
    ...identity,
    arn,
    accountId: account,
    accessKeyId: 'AKID',
    invokedBy: 'dynamodb.amazonaws.com',
  });
  expect(userNameOf(found)).toBe(userName);
});

test('a caller at work with tables of another account is still of his own', () => {
  const arn = `arn:aws:iam::${account}:user/ada`;
  const principal = { kind: 'user' as const, arn, account };
  const identity = { principal, policies: [], facts: new Map<string, readonly string[]>() };
  expect(identityOf({ arn, account: '999999999999', identity }, {})).toMatchObject({ accountId: account });
});

test('a caller whose policies are known has the id, the role and the session it really has', () => {
  const arn = `arn:aws:sts::${account}:assumed-role/reader/session-1`;
  const roleArn = `arn:aws:iam::${account}:role/team/reader`;
  const identity = {
    principal: { kind: 'assumed-role' as const, arn, account, roleArn },
    policies: [],
    facts: new Map([
      ['aws:userid', ['AROAEXAMPLE:session-1']],
      ['aws:tokenissuetime', ['2026-01-02T03:04:05Z']],
    ]),
  };
  expect(identityOf({ arn, account, identity }, {})).toMatchObject({
    principalId: 'AROAEXAMPLE:session-1',
    sessionContext: {
      sessionIssuer: { principalId: 'AROAEXAMPLE', arn: roleArn, userName: 'reader' },
      attributes: { mfaAuthenticated: 'false', creationDate: '2026-01-02T03:04:05Z' },
    },
  });
});

test('ids are those of one principal, again and again', () => {
  const of = (name: string) =>
    identityOf({ arn: `arn:aws:iam::${account}:user/${name}`, account }, {}).principalId;
  expect(of('ada')).toBe(of('ada'));
  expect(of('ada')).not.toBe(of('bob'));
});

test('services have no name', () => {
  expect(serviceIdentity('dynamodb.amazonaws.com')).toEqual({
    type: 'AWSService',
    invokedBy: 'dynamodb.amazonaws.com',
  });
  expect(internalIdentity(account)).toEqual({ accountId: account, invokedBy: 'AWS Internal' });
  expect(userNameOf(serviceIdentity('dynamodb.amazonaws.com'))).toBeUndefined();
});
