/** CancelKeyDeletion: the key stays, disabled. */
import { operation } from '../operation.ts';
import type { KmsContext } from './context.ts';

export const cancelKeyDeletion = operation({
  name: 'CancelKeyDeletion',
  run: async ({ kms, caller }: KmsContext, { KeyId }: { readonly KeyId: string }) => {
    const { arn } = await kms.keys.cancelDeletion(caller, KeyId);
    return { KeyId: arn };
  },
});
