/** GenerateDataKeyWithoutPlaintext: a fresh key, under a KMS key only. */
import { operation } from '../operation.ts';
import type { KmsContext } from './context.ts';
import { type DataKeyInput, dataKeyBytes } from './data-key-size.ts';
import { stopDryRun } from './dry-run.ts';

export const generateDataKeyWithoutPlaintext = operation({
  name: 'GenerateDataKeyWithoutPlaintext',
  run: ({ kms, caller }: KmsContext, input: DataKeyInput) => {
    kms.grants.requireTokens(caller, input.GrantTokens);
    const { ciphertext, keyArn, materialId } = kms.use.generateDataKey(caller, {
      keyId: input.KeyId,
      context: input.EncryptionContext ?? new Map(),
      bytes: dataKeyBytes(input),
      withPlaintext: false,
    });
    stopDryRun(input.DryRun);
    kms.lastUses.note(keyArn, 'GenerateDataKeyWithoutPlaintext');
    return { CiphertextBlob: ciphertext, KeyId: keyArn, KeyMaterialId: materialId };
  },
});
