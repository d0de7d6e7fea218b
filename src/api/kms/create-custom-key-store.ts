/** CreateCustomKeyStore: refused, since this key service keeps its keys itself. */
import { operation } from '../operation.ts';
import type { KmsContext } from './context.ts';
import { requireNoKeyStore } from './symmetric-only.ts';

export const createCustomKeyStore = operation({
  name: 'CreateCustomKeyStore',
  run: ({ kms, caller }: KmsContext, { CustomKeyStoreName }: { readonly CustomKeyStoreName: string }) => {
    kms.access.requireOwn(caller, 'CreateCustomKeyStore');
    kms.meter.count('CreateCustomKeyStore');
    requireNoKeyStore(CustomKeyStoreName);
    return {};
  },
});
