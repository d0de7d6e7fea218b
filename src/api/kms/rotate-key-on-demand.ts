/** RotateKeyOnDemand: new material for a key, at once. */
import { operation } from '../operation.ts';
import type { KmsContext } from './context.ts';

export const rotateKeyOnDemand = operation({
  name: 'RotateKeyOnDemand',
  run: async ({ kms, caller }: KmsContext, { KeyId }: { readonly KeyId: string }) => {
    const { keyId } = await kms.rotations.rotateNow(caller, KeyId);
    return { KeyId: keyId };
  },
});
