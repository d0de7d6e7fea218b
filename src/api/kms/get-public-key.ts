/** GetPublicKey: the half of an asymmetric key that anyone may have. */
import { specOf, usageOf } from '../../kms/embedded/key-spec.ts';
import { operation } from '../operation.ts';
import type { KmsContext } from './context.ts';
import { algorithmMembers } from './key-metadata.ts';

interface GetPublicKeyInput {
  readonly KeyId: string;
  readonly GrantTokens?: readonly string[];
}

export const getPublicKey = operation({
  name: 'GetPublicKey',
  run: ({ kms, caller }: KmsContext, { KeyId, GrantTokens }: GetPublicKeyInput) => {
    kms.grants.requireTokens(caller, GrantTokens);
    const { key, publicKey } = kms.asymmetric.publicKey(caller, KeyId);
    return {
      KeyId: key.arn,
      PublicKey: publicKey,
      CustomerMasterKeySpec: specOf(key),
      KeySpec: specOf(key),
      KeyUsage: usageOf(key),
      ...algorithmMembers(key),
    };
  },
});
