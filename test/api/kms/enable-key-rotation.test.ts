import { describe, expect, test } from 'vitest';
import { enableKeyRotation } from '../../../src/api/kms/enable-key-rotation.ts';
import { getKeyRotationStatus } from '../../../src/api/kms/get-key-rotation-status.ts';
import { user } from '../../support/embedded-kms.ts';
import {
  invalid,
  keepsStates,
  nothing,
  openKmsApi,
  refused,
  refusesOtherKeyIds,
  rotationStates,
} from '../../support/kms-api.ts';

const underTest = { operation: enableKeyRotation, inputOf: (KeyId: string) => ({ KeyId }) };
const bound = (value: number, demand: string) =>
  invalid(
    `Value '${value}' at 'rotationPeriodInDays' failed to satisfy constraint: Member must have value ${demand}`,
  );

describe('EnableKeyRotation', () => {
  for (const [given, days] of [
    [undefined, 365],
    [90, 90],
    [2560, 2560],
  ]) {
    test(`of ${given ?? 'no'} days rotates every ${days}, and answers nothing`, async () => {
      const { kms, call, clock } = await openKmsApi();
      const { arn, keyId } = await kms.keys.create(user, {});
      expect(await call(enableKeyRotation, { KeyId: arn, RotationPeriodInDays: given })).toBe(nothing);
      expect(await call(getKeyRotationStatus, { KeyId: arn })).toEqual({
        KeyId: keyId,
        KeyRotationEnabled: true,
        RotationPeriodInDays: days,
        NextRotationDate: clock.nowMs() / 1000 + (days ?? 0) * 86_400,
      });
    });
  }

  for (const [days, body] of [
    [89, bound(89, 'greater than or equal to 90')],
    [2561, bound(2561, 'less than or equal to 2560')],
  ] as const) {
    test(`refuses ${days} days`, async () => {
      const { kms, refusal } = await openKmsApi();
      const { arn } = await kms.keys.create(user, {});
      expect(await refusal(enableKeyRotation, { KeyId: arn, RotationPeriodInDays: days })).toEqual(body);
      expect(kms.rotations.status(user, arn).rotation).toBeUndefined();
    });
  }

  test('refuses HMAC keys without a word', async () => {
    const { kms, refusal } = await openKmsApi();
    const { arn } = await kms.keys.create(user, { spec: 'HMAC_256', usage: 'GENERATE_VERIFY_MAC' });
    expect(await refusal(enableKeyRotation, { KeyId: arn })).toEqual(
      refused('UnsupportedOperationException'),
    );
  });
});

refusesOtherKeyIds(underTest, { forms: 'keyOnly' });
keepsStates(underTest, rotationStates.setting);
