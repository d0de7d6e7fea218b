/** GetKeyRotationStatus: whether a key is rotated by itself, and when next. */
import { operation } from '../operation.ts';
import type { KmsContext } from './context.ts';
import { epochSeconds } from './epoch-seconds.ts';

export const getKeyRotationStatus = operation({
  name: 'GetKeyRotationStatus',
  run: ({ kms, caller }: KmsContext, { KeyId }: { readonly KeyId: string }) => {
    const { key, rotation } = kms.rotations.status(caller, KeyId);
    if (rotation === undefined) return { KeyId: key.keyId, KeyRotationEnabled: false };
    return {
      KeyId: key.keyId,
      KeyRotationEnabled: true,
      RotationPeriodInDays: rotation.periodDays,
      NextRotationDate: epochSeconds(rotation.nextMs),
    };
  },
});
