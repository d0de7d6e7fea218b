/** Encrypt: up to 4096 bytes under a key. */
import { symmetricAlgorithm } from '../../kms/embedded/key-spec.ts';
import { operation } from '../operation.ts';
import type { KmsContext } from './context.ts';
import { stopDryRun } from './dry-run.ts';

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
    kms.grants.requireTokens(caller, input.GrantTokens);
    const algorithm = input.EncryptionAlgorithm ?? symmetricAlgorithm;
    const { ciphertext, keyArn } = kms.use.encrypt(caller, {
      keyId: input.KeyId,
      context: input.EncryptionContext ?? new Map(),
      plaintext: input.Plaintext,
      algorithm,
    });
    stopDryRun(input.DryRun);
    kms.lastUses.note(keyArn, 'Encrypt');
    return { CiphertextBlob: ciphertext, KeyId: keyArn, EncryptionAlgorithm: algorithm };
  },
});
