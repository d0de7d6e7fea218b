/** CreateKey: keys of every kind this service has a cipher for, with material of our own or to be imported. */
import { Refusal } from '../../base/errors.ts';
import { kindOf } from '../../kms/embedded/key-spec.ts';
import { operation } from '../operation.ts';
import type { KmsContext } from './context.ts';
import { keyMetadata } from './key-metadata.ts';
import { requireNoKeyStore, requireNoSuchKeyStore } from './symmetric-only.ts';

interface CreateKeyInput {
  readonly Policy?: string;
  readonly BypassPolicyLockoutSafetyCheck?: boolean;
  readonly Description?: string;
  readonly KeyUsage?: string;
  readonly KeySpec?: string;
  readonly CustomerMasterKeySpec?: string;
  readonly Origin?: string;
  readonly CustomKeyStoreId?: string;
  readonly XksKeyId?: string;
  readonly MultiRegion?: boolean;
  readonly Tags?: readonly { readonly TagKey: string; readonly TagValue: string }[];
}

export const createKey = operation({
  name: 'CreateKey',
  run: async ({ kms, caller }: KmsContext, input: CreateKeyInput) => {
    const { spec, usage } = kindOf({ spec: specIn(input), usage: input.KeyUsage });
    const key = await kms.keys.create(caller, {
      origin: ownOrigin(input),
      spec,
      usage,
      multiRegion: input.MultiRegion,
      description: input.Description,
      policy: input.Policy,
      bypassLockoutCheck: input.BypassPolicyLockoutSafetyCheck,
      tags: input.Tags?.map(({ TagKey, TagValue }) => ({ key: TagKey, value: TagValue })),
    });
    return { KeyMetadata: keyMetadata(key) };
  },
});

function specIn({ KeySpec, CustomerMasterKeySpec }: CreateKeyInput): string | undefined {
  if (KeySpec !== undefined && CustomerMasterKeySpec !== undefined) {
    const message =
      'You cannot specify KeySpec and CustomerMasterKeySpec in the same request. ' +
      'CustomerMasterKeySpec is deprecated.';
    throw new Refusal('Validation', { message });
  }
  return KeySpec ?? CustomerMasterKeySpec;
}

function ownOrigin({
  Origin = 'AWS_KMS',
  CustomKeyStoreId,
  XksKeyId,
}: CreateKeyInput): 'AWS_KMS' | 'EXTERNAL' {
  requireNoSuchKeyStore(CustomKeyStoreId);
  requireNoKeyStore(XksKeyId);
  if (Origin === 'AWS_KMS' || Origin === 'EXTERNAL') return Origin;
  const message = `Origin ${Origin} is not supported: this key service has no custom key stores.`;
  throw new Refusal('UnsupportedKeyOperation', { message });
}
