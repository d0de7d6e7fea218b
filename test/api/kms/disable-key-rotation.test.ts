import { expect, test } from 'vitest';
import { disableKeyRotation } from '../../../src/api/kms/disable-key-rotation.ts';
import { getKeyRotationStatus } from '../../../src/api/kms/get-key-rotation-status.ts';
import { user } from '../../support/embedded-kms.ts';
import {
  keepsStates,
  nothing,
  openKmsApi,
  refusesOtherKeyIds,
  rotationStates,
} from '../../support/kms-api.ts';

const underTest = { operation: disableKeyRotation, inputOf: (KeyId: string) => ({ KeyId }) };

test('DisableKeyRotation switches rotation off, also where it is off', async () => {
  const { kms, call } = await openKmsApi();
  const { arn, keyId } = await kms.keys.create(user, {});
  await kms.rotations.enable(user, arn, 90);
  for (const _ of ['on', 'off']) {
    expect(await call(disableKeyRotation, { KeyId: arn })).toBe(nothing);
    expect(await call(getKeyRotationStatus, { KeyId: arn })).toEqual({
      KeyId: keyId,
      KeyRotationEnabled: false,
    });
  }
});

test('DisableKeyRotation refuses the managed key', async () => {
  const { kms, refusal } = await openKmsApi();
  const { arn } = await kms.keys.managedKey(user);
  expect(await refusal(disableKeyRotation, { KeyId: arn })).toMatchObject({
    __type: 'AccessDeniedException',
  });
  expect(kms.rotations.status(user, arn).rotation).toBeDefined();
});

refusesOtherKeyIds(underTest, { forms: 'keyOnly' });
keepsStates(underTest, rotationStates.setting);
