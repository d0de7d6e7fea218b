/** UpdateAlias: lets an alias name another key. */
import { noOutput, operation } from '../operation.ts';
import type { KmsContext } from './context.ts';

interface UpdateAliasInput {
  readonly AliasName: string;
  readonly TargetKeyId: string;
}

export const updateAlias = operation({
  name: 'UpdateAlias',
  run: async ({ kms, caller }: KmsContext, { AliasName, TargetKeyId }: UpdateAliasInput) => {
    await kms.aliases.update(caller, AliasName, TargetKeyId);
    return noOutput;
  },
});
