import { expect, test } from 'vitest';
import { keyServiceEvent } from '../../src/audit/key-service-event.ts';
import { account, keyArn, region } from './support.ts';

const key = { keyArn, account, region, keyId: 'k' };

test('a rotation by the service is its own event', () => {
  const rotation = { type: 'AUTOMATIC', previousMaterialId: 'm1', currentMaterialId: 'm2' } as const;
  expect(keyServiceEvent({ name: 'RotateKey', ...key, rotation }, 0)).toMatchObject({
    eventName: 'RotateKey',
    eventType: 'AwsServiceEvent',
    userIdentity: { accountId: account, invokedBy: 'AWS Internal' },
    sourceIPAddress: 'AWS Internal',
    readOnly: false,
    requestParameters: null,
    serviceEventDetails: {
      keyId: 'k',
      rotationType: 'AUTOMATIC',
      previousKeyMaterialId: 'm1',
      currentKeyMaterialId: 'm2',
    },
    resources: [{ ARN: keyArn }],
  });
});

test('a deletion names its key', () => {
  expect(keyServiceEvent({ name: 'DeleteKey', ...key }, 0).serviceEventDetails).toEqual({ keyId: 'k' });
});
