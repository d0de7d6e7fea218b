/** TagResource: sets tags of a key. */
import { noOutput, operation } from '../operation.ts';
import type { KmsContext } from './context.ts';

interface TagResourceInput {
  readonly KeyId: string;
  readonly Tags: readonly { readonly TagKey: string; readonly TagValue: string }[];
}

export const tagResource = operation({
  name: 'TagResource',
  run: async ({ kms, caller }: KmsContext, { KeyId, Tags }: TagResourceInput) => {
    const tags = Tags.map(({ TagKey, TagValue }) => ({ key: TagKey, value: TagValue }));
    await kms.keys.tag(caller, KeyId, tags);
    return noOutput;
  },
});
