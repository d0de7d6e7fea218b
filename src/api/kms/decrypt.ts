/** Decrypt: the key is the one that the ciphertext names. */
import { Refusal } from '../../base/errors.ts';
import { symmetricAlgorithm } from '../../kms/embedded/key-spec.ts';
import { operation } from '../operation.ts';
import type { KmsContext } from './context.ts';
import { stopDryRun } from './dry-run.ts';
import { requireNoRecipient } from './symmetric-only.ts';

interface DecryptInput {
  readonly CiphertextBlob?: Uint8Array;
  readonly KeyId?: string;
  readonly EncryptionContext?: ReadonlyMap<string, string>;
  readonly EncryptionAlgorithm?: string;
  readonly GrantTokens?: readonly string[];
  readonly Recipient?: object;
  readonly DryRun?: boolean;
  readonly DryRunModifiers?: readonly string[];
}

export const decrypt = operation({
  name: 'Decrypt',
  run: ({ kms, caller }: KmsContext, input: DecryptInput) => {
    kms.grants.requireTokens(caller, input.GrantTokens);
    requireNoRecipient(input.Recipient);
    if (input.DryRun === true && input.DryRunModifiers?.includes('IGNORE_CIPHERTEXT')) {
      if (input.KeyId === undefined) throw missing('KeyId');
      const rehearsed = { keyId: input.KeyId, context: input.EncryptionContext ?? new Map() };
      kms.use.rehearse(caller, rehearsed, { operation: 'Decrypt' });
      stopDryRun(true);
    }
    if (input.CiphertextBlob === undefined) throw missing('CiphertextBlob');
    const algorithm = input.EncryptionAlgorithm ?? symmetricAlgorithm;
    const { plaintext, keyArn, materialId } = kms.use.decrypt(caller, {
      ciphertext: input.CiphertextBlob,
      context: input.EncryptionContext ?? new Map(),
      keyId: input.KeyId,
      algorithm,
    });
    // Nobody gets it: it must not lie about.
    if (input.DryRun === true) plaintext.fill(0);
    stopDryRun(input.DryRun);
    kms.lastUses.note(keyArn, 'Decrypt');
    return {
      Plaintext: plaintext,
      KeyId: keyArn,
      EncryptionAlgorithm: algorithm,
      KeyMaterialId: materialId,
    };
  },
});

function missing(member: string): Refusal<'Validation'> {
  return new Refusal('Validation', { message: `${member} is required.` });
}
