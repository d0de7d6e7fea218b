import { expect, test } from 'vitest';
import { apiEvent } from '../../src/audit/api-call.ts';
import {
  type IdentityApi,
  identityAnswer,
  identityParameters,
  identityResources,
  isReadingIdentities,
} from '../../src/audit/identity-event.ts';
import { account, region } from './support.ts';

test.each<[IdentityApi, string, boolean]>([
  ['iam', 'GetUser', true],
  ['iam', 'ListRoles', true],
  ['iam', 'SimulatePrincipalPolicy', true],
  ['iam', 'CreateAccessKey', false],
  ['iam', 'PutUserPolicy', false],
  ['sts', 'AssumeRole', true],
])('%s %s only reads: %s', (api, operation, reads) => {
  expect(isReadingIdentities(api, operation)).toBe(reads);
});

const secret = 'a-secret-that-nobody-sees';

test('neither secrets nor texts of policies are shown', () => {
  const input = { UserName: 'ada', PolicyName: 'p', PolicyDocument: secret };
  expect(identityParameters(input)).toEqual({ userName: 'ada', policyName: 'p' });
  const made = { AccessKey: { UserName: 'ada', AccessKeyId: 'AKIA', SecretAccessKey: secret } };
  expect(identityAnswer('iam', 'CreateAccessKey', made)).toEqual({
    accessKey: { userName: 'ada', accessKeyId: 'AKIA' },
  });
  const assumed = { Credentials: { AccessKeyId: 'ASIA', SecretAccessKey: secret, SessionToken: secret } };
  expect(identityAnswer('sts', 'AssumeRole', assumed)).toEqual({ credentials: { accessKeyId: 'ASIA' } });
  expect(identityAnswer('iam', 'GetUser', { User: { UserName: 'ada' } })).toBeNull();
  expect(identityParameters({})).toBeNull();
});

test('the role that is assumed is what the call is about, in its account', () => {
  const ARN = 'arn:aws:iam::444455556666:role/team/Reader';
  const about = (operation: string, RoleArn: unknown) => identityResources(operation, { RoleArn });
  expect(about('AssumeRole', ARN)).toEqual([{ accountId: '444455556666', type: 'AWS::IAM::Role', ARN }]);
  for (const RoleArn of [undefined, 'Reader', 'arn:aws:iam::4444:role/Reader', ARN.replace('role', 'user')]) {
    expect(about('AssumeRole', RoleArn)).toEqual([]);
  }
  expect(about('GetCallerIdentity', ARN)).toEqual([]);
});

test('a call that was refused is an event too', () => {
  const caller = { arn: `arn:aws:iam::${account}:user/ada`, account, region };
  const error = { code: 'NoSuchEntity', message: 'The user with name ben cannot be found.' };
  const event = apiEvent(
    {
      ...{ api: 'iam', operation: 'DeleteUser', caller, input: { UserName: 'ben' }, requestId: 'r' },
      outcome: { error },
    },
    { arnOf: () => undefined, arnOfCiphertext: () => undefined, grantOf: () => undefined },
    0,
  );
  expect(event).toMatchObject({
    ...{ eventSource: 'iam.amazonaws.com', eventName: 'DeleteUser', readOnly: false },
    ...{ errorCode: error.code, errorMessage: error.message, responseElements: null },
    requestParameters: { userName: 'ben' },
  });
});
