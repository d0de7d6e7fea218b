/** ReplicateKey: a multi-Region key in one more region. */
import { operation } from '../operation.ts';
import type { KmsContext } from './context.ts';
import { keyMetadata } from './key-metadata.ts';
import { laidOut } from './policy-layout.ts';

interface ReplicateKeyInput {
  readonly KeyId: string;
  readonly ReplicaRegion: string;
  readonly Policy?: string;
  readonly BypassPolicyLockoutSafetyCheck?: boolean;
  readonly Description?: string;
  readonly Tags?: readonly { readonly TagKey: string; readonly TagValue: string }[];
}

export const replicateKey = operation({
  name: 'ReplicateKey',
  run: async ({ kms, caller }: KmsContext, input: ReplicateKeyInput) => {
    const key = await kms.multiRegion.replicate(caller, {
      keyId: input.KeyId,
      region: input.ReplicaRegion,
      policy: input.Policy,
      bypassLockoutCheck: input.BypassPolicyLockoutSafetyCheck,
      description: input.Description,
      tags: input.Tags?.map(({ TagKey, TagValue }) => ({ key: TagKey, value: TagValue })),
    });
    return {
      ReplicaKeyMetadata: keyMetadata(key, kms.multiRegion.family(key)),
      ReplicaPolicy: laidOut(key.policy),
      ReplicaTags: key.tags.map((tag) => ({ TagKey: tag.key, TagValue: tag.value })),
    };
  },
});
