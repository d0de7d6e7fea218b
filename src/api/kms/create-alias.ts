/** CreateAlias: another name for a key. */
import { noOutput, operation } from '../operation.ts';
import type { KmsContext } from './context.ts';

interface CreateAliasInput {
  readonly AliasName: string;
  readonly TargetKeyId: string;
}

export const createAlias = operation({
  name: 'CreateAlias',
  run: async ({ kms, caller }: KmsContext, { AliasName, TargetKeyId }: CreateAliasInput) => {
    await kms.aliases.create(caller, AliasName, TargetKeyId);
    return noOutput;
  },
});
