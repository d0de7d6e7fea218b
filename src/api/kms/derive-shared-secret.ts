/** DeriveSharedSecret: what a key pair and another party's public key lead to. */
import { operation } from '../operation.ts';
import type { KmsContext } from './context.ts';
import { stopDryRun } from './dry-run.ts';
import { requireNoRecipient } from './symmetric-only.ts';

interface DeriveSharedSecretInput {
  readonly KeyId: string;
  readonly KeyAgreementAlgorithm: string;
  readonly PublicKey: Uint8Array;
  readonly GrantTokens?: readonly string[];
  readonly Recipient?: object;
  readonly DryRun?: boolean;
}

export const deriveSharedSecret = operation({
  name: 'DeriveSharedSecret',
  run: ({ kms, caller }: KmsContext, input: DeriveSharedSecretInput) => {
    kms.grants.requireTokens(caller, input.GrantTokens);
    requireNoRecipient(input.Recipient);
    const { KeyId, KeyAgreementAlgorithm, PublicKey } = input;
    const { secret, key } = kms.asymmetric.deriveSharedSecret(caller, {
      keyId: KeyId,
      publicKey: PublicKey,
      algorithm: KeyAgreementAlgorithm,
    });
    if (input.DryRun === true) secret.fill(0);
    stopDryRun(input.DryRun);
    kms.lastUses.note(key.arn, 'DeriveSharedSecret');
    return { KeyId: key.arn, SharedSecret: secret, KeyAgreementAlgorithm, KeyOrigin: key.origin };
  },
});
