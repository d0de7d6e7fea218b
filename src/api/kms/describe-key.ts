/** DescribeKey: what a key is and in which state. */
import { operation } from '../operation.ts';
import type { KmsContext } from './context.ts';
import { keyMetadata } from './key-metadata.ts';

interface DescribeKeyInput {
  readonly KeyId: string;
  readonly GrantTokens?: readonly string[];
}

export const describeKey = operation({
  name: 'DescribeKey',
  run: async ({ kms, caller }: KmsContext, { KeyId, GrantTokens }: DescribeKeyInput) => {
    kms.grants.requireTokens(caller, GrantTokens);
    const key = await kms.keys.describe(caller, KeyId);
    return { KeyMetadata: keyMetadata(key, kms.multiRegion.family(key)) };
  },
});
