/** GenerateDataKey: a fresh key, in clear and under a KMS key. */
import { operation } from '../operation.ts';
import type { KmsContext } from './context.ts';
import { type DataKeyInput, dataKeyBytes } from './data-key-size.ts';
import { stopDryRun } from './dry-run.ts';
import { requireNoRecipient } from './symmetric-only.ts';

export const generateDataKey = operation({
  name: 'GenerateDataKey',
  run: ({ kms, caller }: KmsContext, input: DataKeyInput & { readonly Recipient?: object }) => {
    kms.grants.requireTokens(caller, input.GrantTokens);
    requireNoRecipient(input.Recipient);
    const { ciphertext, plaintext, keyArn, materialId } = kms.use.generateDataKey(caller, {
      keyId: input.KeyId,
      context: input.EncryptionContext ?? new Map(),
      bytes: dataKeyBytes(input),
      withPlaintext: true,
    });
    if (input.DryRun === true) plaintext?.fill(0);
    stopDryRun(input.DryRun);
    kms.lastUses.note(keyArn, 'GenerateDataKey');
    return { CiphertextBlob: ciphertext, Plaintext: plaintext, KeyId: keyArn, KeyMaterialId: materialId };
  },
});
