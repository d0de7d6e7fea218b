/** DisableKeyRotation: the material that a key has stays its current one. */
import { noOutput, operation } from '../operation.ts';
import type { KmsContext } from './context.ts';

export const disableKeyRotation = operation({
  name: 'DisableKeyRotation',
  run: async ({ kms, caller }: KmsContext, { KeyId }: { readonly KeyId: string }) => {
    await kms.rotations.disable(caller, KeyId);
    return noOutput;
  },
});
