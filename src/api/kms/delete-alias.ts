/** DeleteAlias: the name goes, its key stays. */
import { noOutput, operation } from '../operation.ts';
import type { KmsContext } from './context.ts';

export const deleteAlias = operation({
  name: 'DeleteAlias',
  run: async ({ kms, caller }: KmsContext, { AliasName }: { readonly AliasName: string }) => {
    await kms.aliases.delete(caller, AliasName);
    return noOutput;
  },
});
