import { DecryptCommand, EncryptCommand, KMSClient } from '@aws-sdk/client-kms';
import { describe, expect, test } from 'vitest';
import { type KeyRequestQuota, KeyRequests } from '../../../src/api/kms/request-quota.ts';
import { createLab } from '../../../src/testing.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const account = '111122223333';

/** How many of these calls were let through at one moment. */
function taken(
  requests: KeyRequests,
  operation: string,
  { calls = 100_000, region = 'us-east-1', who = account } = {},
) {
  let count = 0;
  try {
    for (; count < calls; count++) requests.take({ account: who, region }, operation);
  } catch (fault) {
    expect(fault).toMatchObject({ code: 'KeyRequestsThrottled' });
  }
  return count;
}

function opened(quota: Exclude<KeyRequestQuota, 'none'> = 'aws') {
  const clock = new VirtualClock();
  return { clock, requests: new KeyRequests(clock, quota) };
}

describe('the quota of an account (aws-behaviour §3.20)', () => {
  test.each([
    ['us-east-1', 50_000],
    ['eu-central-1', 10_000],
    ['sa-east-1', 5_500],
  ])('of cryptographic calls in %s is %i a second, shared by them (E15)', async (region, rate) => {
    const { clock, requests } = opened();
    expect(taken(requests, 'Decrypt', { region, calls: 1_000 })).toBe(1_000);
    expect(taken(requests, 'GenerateDataKey', { region })).toBe(rate - 1_000);
    expect(taken(requests, 'Encrypt', { region })).toBe(0);
    await clock.advance(500);
    expect(taken(requests, 'Encrypt', { region })).toBe(rate / 2);
    await clock.advance(60_000);
    expect(taken(requests, 'Encrypt', { region })).toBe(rate);
  });

  test.each([
    ['CreateKey', 5],
    ['TagResource', 10],
    ['PutKeyPolicy', 15],
    ['RevokeGrant', 30],
    ['CreateGrant', 50],
    ['ListGrants', 100],
    ['ListKeys', 500],
    ['Sign', 1_000],
    ['DescribeKey', 2_000],
  ])('of %s is %i a second', (operation, rate) => {
    expect(taken(opened().requests, operation)).toBe(rate);
  });

  test('of GetParametersForImport is one in four seconds', async () => {
    const { clock, requests } = opened();
    expect(taken(requests, 'GetParametersForImport')).toBe(1);
    await clock.advance(3_999);
    expect(taken(requests, 'GetParametersForImport')).toBe(0);
    await clock.advance(1);
    expect(taken(requests, 'GetParametersForImport')).toBe(1);
  });

  test('is its own in each account, region and operation', () => {
    const { requests } = opened();
    expect(taken(requests, 'CreateKey')).toBe(5);
    expect(taken(requests, 'CreateKey', { region: 'eu-west-1' })).toBe(5);
    expect(taken(requests, 'CreateKey', { who: '444455556666' })).toBe(5);
    expect(taken(requests, 'DisableKey')).toBe(5);
    expect(taken(requests, 'CreateKey')).toBe(0);
  });

  test('that is given as a number is of cryptographic calls, in every region', () => {
    const { requests } = opened(3);
    expect(taken(requests, 'Decrypt')).toBe(3);
    expect(taken(requests, 'Decrypt', { region: 'sa-east-1' })).toBe(3);
    expect(taken(requests, 'CreateKey')).toBe(5);
  });
});

test('a client is throttled in AWS words, and goes on a second later (E15)', async () => {
  const lab = await createLab({ keyRequestQuota: 2 });
  try {
    const kms = new KMSClient({ ...lab.clientConfig(), maxAttempts: 1 });
    const Plaintext = Buffer.from('text');
    const encrypt = () => kms.send(new EncryptCommand({ KeyId: 'alias/aws/dynamodb', Plaintext }));
    const refused = { name: 'NotFoundException' };
    // A key that is not there counts as any other call.
    for (let count = 0; count < 2; count++) await expect(encrypt()).rejects.toMatchObject(refused);
    await expect(encrypt()).rejects.toMatchObject({
      name: 'ThrottlingException',
      message: 'You have exceeded the rate at which you may call KMS. Reduce the frequency of your calls.',
      $metadata: { httpStatusCode: 400 },
    });
    const decrypt = () => kms.send(new DecryptCommand({ CiphertextBlob: Buffer.from('none') }));
    await expect(decrypt()).rejects.toMatchObject({ name: 'ThrottlingException' });
    await lab.advance('1s');
    await expect(encrypt()).rejects.toMatchObject(refused);
  } finally {
    await lab.close();
  }
});
