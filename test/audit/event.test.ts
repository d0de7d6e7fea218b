import { describe, expect, test } from 'vitest';
import { bounded, type EventParts, elementTimeOf, eventOf, eventTimeOf } from '../../src/audit/event.ts';
import { account, keyArn, region } from './support.ts';

const parts: EventParts = {
  userIdentity: { type: 'AWSService', invokedBy: 'dynamodb.amazonaws.com' },
  atMs: Date.UTC(2026, 0, 2, 3, 4, 5, 678),
  source: 'kms.amazonaws.com',
  name: 'GenerateDataKey',
  region,
  account,
  sourceIPAddress: 'dynamodb.amazonaws.com',
  userAgent: 'dynamodb.amazonaws.com',
  requestParameters: { keySpec: 'AES_256' },
  responseElements: { keyId: keyArn },
  readOnly: true,
  resources: [{ accountId: account, type: 'AWS::KMS::Key', ARN: keyArn }],
};
const uuid = expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);

describe('an event', () => {
  test('has the members of a CloudTrail record', () => {
    expect(eventOf({ ...parts, isShared: true })).toEqual({
      eventVersion: '1.08',
      userIdentity: parts.userIdentity,
      eventTime: '2026-01-02T03:04:05Z',
      eventSource: 'kms.amazonaws.com',
      eventName: 'GenerateDataKey',
      awsRegion: region,
      sourceIPAddress: 'dynamodb.amazonaws.com',
      userAgent: 'dynamodb.amazonaws.com',
      requestParameters: { keySpec: 'AES_256' },
      responseElements: { keyId: keyArn },
      requestID: uuid,
      eventID: uuid,
      readOnly: true,
      resources: parts.resources,
      eventType: 'AwsApiCall',
      managementEvent: true,
      recipientAccountId: account,
      sharedEventID: uuid,
      eventCategory: 'Management',
    });
  });

  test.each([
    ['AccessDeniedException', 'AccessDenied'],
    ['IncorrectKeyException', 'IncorrectKeyException'],
  ])('that failed with %s says %s, and shows no answer', (code, shown) => {
    const event = eventOf({ ...parts, error: { code, message: 'x'.repeat(2000) } });
    expect(event).toMatchObject({ errorCode: shown, errorMessage: 'x'.repeat(1024), responseElements: null });
    expect(eventOf({ ...parts, error: { code, message: '' } })).not.toHaveProperty('errorMessage');
  });
});

test('times are told as CloudTrail does', () => {
  expect(eventTimeOf(Date.UTC(2026, 10, 30, 23, 59, 59, 999))).toBe('2026-11-30T23:59:59Z');
  expect(elementTimeOf(Date.UTC(2021, 3, 12, 18, 58, 30))).toBe('Apr 12, 2021 18:58:30 PM');
  expect(elementTimeOf(Date.UTC(2021, 3, 2, 0, 8, 3))).toBe('Apr 2, 2021 00:08:03 AM');
});

test.each([
  ['a small one', 10, false],
  ['one just within the bound', 100 * 1024 - 8, false],
  ['one just beyond', 100 * 1024 - 7, true],
])('parameters are left out for their size: %s', (_, length, omitted) => {
  const fields = { a: 'x'.repeat(length) };
  expect(bounded(fields)).toEqual(omitted ? { omitted: true } : fields);
});

test('parameters are bounded in bytes, not in characters', () => {
  const fields = { a: '\u20ac'.repeat(50_000) };
  expect(bounded(fields)).toEqual({ omitted: true });
});
