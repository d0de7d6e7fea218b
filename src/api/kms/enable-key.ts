/** EnableKey: lets a key be used again. */
import { noOutput, operation } from '../operation.ts';
import type { KmsContext } from './context.ts';

export const enableKey = operation({
  name: 'EnableKey',
  run: async ({ kms, caller }: KmsContext, { KeyId }: { readonly KeyId: string }) => {
    await kms.keys.enable(caller, KeyId);
    return noOutput;
  },
});
