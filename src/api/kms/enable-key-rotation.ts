/** EnableKeyRotation: new material for a key every so many days. */
import { noOutput, operation } from '../operation.ts';
import type { KmsContext } from './context.ts';

interface EnableKeyRotationInput {
  readonly KeyId: string;
  readonly RotationPeriodInDays?: number;
}

export const enableKeyRotation = operation({
  name: 'EnableKeyRotation',
  run: async ({ kms, caller }: KmsContext, { KeyId, RotationPeriodInDays }: EnableKeyRotationInput) => {
    await kms.rotations.enable(caller, KeyId, RotationPeriodInDays);
    return noOutput;
  },
});
