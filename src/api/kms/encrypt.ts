/** Encrypt: up to 4096 bytes under a key. */
import { operation } from '../operation.ts';
import type { KmsContext } from './context.ts';
import { stopDryRun } from './dry-run.ts';
import { requireNoGrantTokens, requireSymmetric, symmetricAlgorithm } from './symmetric-only.ts';

interface EncryptInput {
  readonly KeyId: string;
  readonly Plaintext: Uint8Array;
  readonly EncryptionContext?: ReadonlyMap<string, string>;
  readonly EncryptionAlgorithm?: string;
  readonly GrantTokens?: readonly string[];
  readonly DryRun?: boolean;
}

export const encrypt = operation({
  name: 'Encrypt',
  run: ({ kms, caller }: KmsContext, input: EncryptInput) => {
    requireNoGrantTokens(input.GrantTokens);
    const { ciphertext, keyArn } = kms.use.encrypt(caller, {
      keyId: input.KeyId,
      context: input.EncryptionContext ?? new Map(),
      plaintext: input.Plaintext,
    });
    requireSymmetric(input.EncryptionAlgorithm);
    stopDryRun(input.DryRun);
    return { CiphertextBlob: ciphertext, KeyId: keyArn, EncryptionAlgorithm: symmetricAlgorithm };
  },
});
