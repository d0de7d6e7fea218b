import { describe, expect, test } from 'vitest';
import { isServiceItself, type ServiceCall, serviceEvent } from '../../src/audit/service-call.ts';
import { account, keyArn, region } from './support.ts';

const service = 'dynamodb.amazonaws.com';
const user = { arn: `arn:aws:iam::${account}:user/ada`, account, region, service };
const itself = { arn: service, account, region, service };
const call = (changes: Partial<ServiceCall>): ServiceCall => ({
  operation: 'Decrypt',
  caller: user,
  keyArn,
  requestParameters: { encryptionContext: { 'aws:dynamodb:tableName': 'Books' } },
  ...changes,
});

/** aws-behaviour §2.2 and §2.6. */
describe('a call of the table service', () => {
  test.each<[Partial<ServiceCall>, object]>([
    [{}, { userIdentity: { type: 'IAMUser', invokedBy: service }, readOnly: true }],
    [{ operation: 'DescribeKey' }, { userIdentity: { type: 'IAMUser', invokedBy: service }, readOnly: true }],
    [
      { operation: 'CreateGrant' },
      { userIdentity: { type: 'IAMUser', invokedBy: service }, readOnly: false },
    ],
    [
      { operation: 'GenerateDataKey' },
      { userIdentity: { type: 'AWSService', invokedBy: service }, readOnly: true },
    ],
    [
      { operation: 'RetireGrant' },
      { userIdentity: { type: 'AWSService', invokedBy: service }, readOnly: false },
    ],
    [{ caller: itself }, { userIdentity: { type: 'AWSService', invokedBy: service }, readOnly: true }],
  ])('%j', (changes, expected) => {
    const event = serviceEvent(call(changes), 0);
    expect(event).toMatchObject({
      ...expected,
      eventSource: 'kms.amazonaws.com',
      sourceIPAddress: service,
      userAgent: service,
      responseElements: null,
      recipientAccountId: account,
      resources: [{ accountId: account, type: 'AWS::KMS::Key', ARN: keyArn }],
    });
    expect('sharedEventID' in event).toBe(event.userIdentity.type === 'AWSService');
  });

  test('that was refused says why', () => {
    const error = { code: 'DisabledException', message: `${keyArn} is disabled.` };
    const event = serviceEvent(call({ error, keyArn: undefined }), 0);
    expect(event).toMatchObject({ errorCode: error.code, errorMessage: error.message });
    expect(event).not.toHaveProperty('resources');
  });
});

test('the service itself is told from one that asks for a caller', () => {
  expect([itself, user, { arn: user.arn, account, region }].map(isServiceItself)).toEqual([
    true,
    false,
    false,
  ]);
});
