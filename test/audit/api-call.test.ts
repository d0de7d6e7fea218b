import { describe, expect, test } from 'vitest';
import { type ApiCall, apiEvent, isRecorded, type KeyFinder, keysOf } from '../../src/audit/api-call.ts';
import { account, keyArn, region } from './support.ts';

const caller = { arn: `arn:aws:iam::${account}:user/ada`, account, region };
const otherArn = keyArn.replace('1234', '9999');
const finder: KeyFinder = {
  arnOf: (_, name) =>
    new Map([
      ['k', keyArn],
      [keyArn, keyArn],
      ['other', otherArn],
      ['alias/books', keyArn],
    ]).get(name),
  arnOfCiphertext: (_, { length }) => (length === 3 ? otherArn : undefined),
  grantOf: (token) => (token === 'token' ? { keyArn: otherArn, grantId: 'h' } : undefined),
};
const call = (changes: Partial<ApiCall>): ApiCall => ({
  ...{ api: 'kms', operation: 'Encrypt', caller, input: { KeyId: 'k' }, outcome: { output: {} } },
  requestId: 'r',
  ...changes,
});

test.each([
  ['kms', 'Decrypt', true],
  ['kms', 'ListKeys', true],
  ['dynamodb', 'CreateTable', true],
  ['dynamodb', 'GetItem', false],
  ['streams', 'DescribeStream', true],
  ['streams', 'GetRecords', false],
  ['cloudtrail', 'LookupEvents', false],
  ['sts', 'GetCallerIdentity', true],
  ['iam', 'CreateUser', true],
])('%s %s is recorded: %s', (api, operation, recorded) => {
  expect(isRecorded(api, operation)).toBe(recorded);
});

describe('the keys of a call', () => {
  test.each<[Partial<ApiCall>, string[]]>([
    [{}, [keyArn]],
    [{ input: { KeyId: 'nobody' } }, []],
    [{ operation: 'Decrypt', input: { CiphertextBlob: Uint8Array.of(1, 2, 3) } }, [otherArn]],
    [{ operation: 'CreateAlias', input: { AliasName: 'alias/books', TargetKeyId: 'k' } }, [keyArn]],
    [
      { operation: 'ReEncrypt', input: { DestinationKeyId: 'k', CiphertextBlob: Uint8Array.of(1, 2, 3) } },
      [keyArn, otherArn],
    ],
    [{ operation: 'CreateKey', input: {}, outcome: { output: { KeyMetadata: { KeyId: 'k' } } } }, [keyArn]],
  ])('%j', (changes, arns) => {
    expect(keysOf(call(changes), finder)).toEqual(arns);
  });
});

test('an event says who called, from where, with what and of what', () => {
  const event = apiEvent(
    call({ accessKeyId: 'A'.repeat(9000), sourceAddress: '192.0.2.7', userAgent: 'x'.repeat(3000) }),
    finder,
    0,
  );
  expect(event).toMatchObject({
    userIdentity: { type: 'IAMUser', userName: 'ada', accessKeyId: 'A'.repeat(128) },
    eventName: 'Encrypt',
    sourceIPAddress: '192.0.2.7',
    userAgent: 'x'.repeat(1024),
    requestID: 'r',
    requestParameters: { keyId: 'k', encryptionAlgorithm: 'SYMMETRIC_DEFAULT' },
    resources: [{ ARN: keyArn }],
  });
  expect(apiEvent(call({}), finder, 0).sourceIPAddress).toBe('in-process');
});

test('a grant that is retired is named beside the request, an alias beside its key', () => {
  const retired = apiEvent(
    call({ operation: 'RetireGrant', input: { KeyId: 'k', GrantId: 'g' } }),
    finder,
    0,
  );
  expect(retired).toMatchObject({ requestParameters: null, additionalEventData: { grantId: 'g' } });
  const byToken = { operation: 'RetireGrant', input: { GrantToken: 'token' } };
  expect(apiEvent(call(byToken), finder, 0)).toMatchObject({
    requestParameters: null,
    additionalEventData: { grantId: 'h' },
    resources: [{ ARN: otherArn }],
  });
  const error = { code: 'InvalidGrantTokenException', message: '' };
  const refused = apiEvent(call({ ...byToken, outcome: { error } }), finder, 0);
  expect(refused).not.toHaveProperty('additionalEventData');
  expect(refused).not.toHaveProperty('resources');
  const aliased = apiEvent(
    call({ operation: 'CreateAlias', input: { AliasName: 'alias/books', TargetKeyId: 'k' } }),
    finder,
    0,
  );
  expect(aliased.resources?.map(({ type }) => type)).toEqual(['AWS::KMS::Alias', 'AWS::KMS::Key']);
});

test('a table call has the version of its API, and its refusal', () => {
  const error = { code: 'ResourceInUseException', message: 'Table already exists: Books' };
  const event = apiEvent(
    call({ api: 'dynamodb', operation: 'CreateTable', input: { TableName: 'Books' }, outcome: { error } }),
    finder,
    0,
  );
  expect(event).toMatchObject({
    eventSource: 'dynamodb.amazonaws.com',
    apiVersion: '2012-08-10',
    errorCode: error.code,
    errorMessage: error.message,
    requestParameters: { tableName: 'Books' },
    responseElements: null,
    readOnly: false,
  });
});
