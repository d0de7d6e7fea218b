/** DisableKey: no use of a key until it is enabled again. */
import { noOutput, operation } from '../operation.ts';
import type { KmsContext } from './context.ts';

export const disableKey = operation({
  name: 'DisableKey',
  run: async ({ kms, caller }: KmsContext, { KeyId }: { readonly KeyId: string }) => {
    await kms.keys.disable(caller, KeyId);
    return noOutput;
  },
});
