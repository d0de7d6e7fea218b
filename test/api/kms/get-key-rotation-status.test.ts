import { expect, test } from 'vitest';
import { getKeyRotationStatus } from '../../../src/api/kms/get-key-rotation-status.ts';
import { user } from '../../support/embedded-kms.ts';
import { keepsStates, openKmsApi, refusesOtherKeyIds, rotationStates } from '../../support/kms-api.ts';

const underTest = { operation: getKeyRotationStatus, inputOf: (KeyId: string) => ({ KeyId }) };

test('GetKeyRotationStatus shows nothing but that it is off for a key of a customer who did not ask', async () => {
  const { kms, call } = await openKmsApi();
  const { arn, keyId } = await kms.keys.create(user, {});
  expect(await call(getKeyRotationStatus, { KeyId: arn })).toEqual({
    KeyId: keyId,
    KeyRotationEnabled: false,
  });
});

test('GetKeyRotationStatus shows the yearly rotation of the managed key', async () => {
  const { kms, call, clock } = await openKmsApi();
  const { arn, keyId } = await kms.keys.managedKey(user);
  expect(await call(getKeyRotationStatus, { KeyId: arn })).toEqual({
    KeyId: keyId,
    KeyRotationEnabled: true,
    RotationPeriodInDays: 365,
    NextRotationDate: clock.nowMs() / 1000 + 365 * 86_400,
  });
});

test('GetKeyRotationStatus does not change with DisableKey, and is off while a key is to be deleted', async () => {
  const { kms, call } = await openKmsApi();
  const { arn } = await kms.keys.create(user, {});
  await kms.rotations.enable(user, arn, 90);
  await kms.keys.disable(user, arn);
  expect(await call(getKeyRotationStatus, { KeyId: arn })).toMatchObject({ KeyRotationEnabled: true });
  await kms.keys.scheduleDeletion(user, arn, 7);
  expect(await call(getKeyRotationStatus, { KeyId: arn })).toMatchObject({ KeyRotationEnabled: false });
});

refusesOtherKeyIds(underTest, { forms: 'keyOnly' });
keepsStates(underTest, rotationStates.status);
