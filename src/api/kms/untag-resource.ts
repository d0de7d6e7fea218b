/** UntagResource: removes tags of a key; one that is not there is no fault. */
import { noOutput, operation } from '../operation.ts';
import type { KmsContext } from './context.ts';

interface UntagResourceInput {
  readonly KeyId: string;
  readonly TagKeys: readonly string[];
}

export const untagResource = operation({
  name: 'UntagResource',
  run: async ({ kms, caller }: KmsContext, { KeyId, TagKeys }: UntagResourceInput) => {
    await kms.keys.untag(caller, KeyId, TagKeys);
    return noOutput;
  },
});
