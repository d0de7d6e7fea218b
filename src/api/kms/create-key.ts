/** CreateKey: symmetric keys, with material of our own or to be imported. */
import { Refusal } from '../../base/errors.ts';
import { operation } from '../operation.ts';
import type { KmsContext } from './context.ts';
import { keyMetadata } from './key-metadata.ts';
import { requireNoKeyStore } from './symmetric-only.ts';

interface CreateKeyInput {
  readonly Policy?: string;
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

/** Which uses a kind of key has, by the beginning of its spec. */
const usagesOf: readonly (readonly [spec: RegExp, usages: readonly string[]])[] = [
  [/^SYMMETRIC_DEFAULT$/, ['ENCRYPT_DECRYPT']],
  [/^RSA_/, ['ENCRYPT_DECRYPT', 'SIGN_VERIFY']],
  [/^ECC_NIST_P/, ['SIGN_VERIFY', 'KEY_AGREEMENT']],
  [/^ECC_/, ['SIGN_VERIFY']],
  [/^ML_DSA_/, ['SIGN_VERIFY']],
  [/^ML_KEM_/, ['KEY_ENCAPSULATION']],
  [/^HMAC_/, ['GENERATE_VERIFY_MAC']],
  [/^SM2$/, ['ENCRYPT_DECRYPT', 'SIGN_VERIFY', 'KEY_AGREEMENT']],
];

export const createKey = operation({
  name: 'CreateKey',
  run: async ({ kms, caller }: KmsContext, input: CreateKeyInput) => {
    requireSymmetricKey(input);
    const key = await kms.keys.create(caller, {
      origin: ownOrigin(input),
      description: input.Description,
      policy: input.Policy,
      tags: input.Tags?.map(({ TagKey, TagValue }) => ({ key: TagKey, value: TagValue })),
    });
    return { KeyMetadata: keyMetadata(key) };
  },
});

function requireSymmetricKey({
  KeySpec,
  CustomerMasterKeySpec,
  KeyUsage,
  MultiRegion,
}: CreateKeyInput): void {
  if (KeySpec !== undefined && CustomerMasterKeySpec !== undefined) {
    const message = 'Give KeySpec or CustomerMasterKeySpec, not both. CustomerMasterKeySpec is deprecated.';
    throw new Refusal('Validation', { message });
  }
  const spec = KeySpec ?? CustomerMasterKeySpec ?? 'SYMMETRIC_DEFAULT';
  const symmetric = spec === 'SYMMETRIC_DEFAULT';
  if (KeyUsage === undefined && !symmetric) {
    const message =
      'You must specify a KeyUsage value for all KMS keys except for symmetric encryption keys.';
    throw new Refusal('Validation', { message });
  }
  const usages = usagesOf.find(([specs]) => specs.test(spec))?.[1] ?? [];
  if (KeyUsage !== undefined && !usages.includes(KeyUsage)) {
    const message = `KeyUsage ${KeyUsage} is not compatible with KeySpec ${spec}`;
    throw new Refusal('Validation', { message });
  }
  if (!symmetric) {
    throw unsupported(`Keys of spec ${spec} are not supported: this key service makes symmetric keys only.`);
  }
  if (MultiRegion === true) {
    throw unsupported('Multi-Region keys are not supported: this key service makes single-Region keys only.');
  }
}

function ownOrigin({
  Origin = 'AWS_KMS',
  CustomKeyStoreId,
  XksKeyId,
}: CreateKeyInput): 'AWS_KMS' | 'EXTERNAL' {
  requireNoKeyStore(CustomKeyStoreId ?? XksKeyId);
  if (Origin === 'AWS_KMS' || Origin === 'EXTERNAL') return Origin;
  throw unsupported(`Origin ${Origin} is not supported: this key service has no custom key stores.`);
}

function unsupported(message: string): Refusal<'UnsupportedKeyOperation'> {
  return new Refusal('UnsupportedKeyOperation', { message });
}
