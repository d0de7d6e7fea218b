/** Decrypt: the key is the one that the ciphertext names. */
import { Refusal } from '../../base/errors.ts';
import { operation } from '../operation.ts';
import type { KmsContext } from './context.ts';
import { stopDryRun } from './dry-run.ts';
import {
  requireNoGrantTokens,
  requireNoRecipient,
  requireSymmetric,
  symmetricAlgorithm,
} from './symmetric-only.ts';

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
    requireNoGrantTokens(input.GrantTokens);
    requireNoRecipient(input.Recipient);
    if (input.DryRun === true && input.DryRunModifiers?.includes('IGNORE_CIPHERTEXT')) {
      if (input.KeyId === undefined) throw missing('KeyId');
      kms.use.rehearse(caller, input.KeyId, { operation: 'Decrypt' });
      stopDryRun(true);
    }
    if (input.CiphertextBlob === undefined) throw missing('CiphertextBlob');
    const { plaintext, keyArn, materialId } = kms.use.decrypt(caller, {
      ciphertext: input.CiphertextBlob,
      context: input.EncryptionContext ?? new Map(),
      keyId: input.KeyId,
    });
    try {
      requireSymmetric(input.EncryptionAlgorithm);
      stopDryRun(input.DryRun);
    } catch (fault) {
      // Nobody gets it: it must not lie about.
      plaintext.fill(0);
      throw fault;
    }
    return {
      Plaintext: plaintext,
      KeyId: keyArn,
      EncryptionAlgorithm: symmetricAlgorithm,
      KeyMaterialId: materialId,
    };
  },
});

function missing(member: string): Refusal<'Validation'> {
  return new Refusal('Validation', { message: `${member} is required.` });
}
