/** ReEncrypt: from one key or context to another, without showing what is inside. */
import { Refusal } from '../../base/errors.ts';
import { operation } from '../operation.ts';
import type { KmsContext } from './context.ts';
import { stopDryRun } from './dry-run.ts';
import { requireNoGrantTokens, requireSymmetric, symmetricAlgorithm } from './symmetric-only.ts';

interface ReEncryptInput {
  readonly CiphertextBlob?: Uint8Array;
  readonly SourceKeyId?: string;
  readonly SourceEncryptionContext?: ReadonlyMap<string, string>;
  readonly SourceEncryptionAlgorithm?: string;
  readonly DestinationKeyId: string;
  readonly DestinationEncryptionContext?: ReadonlyMap<string, string>;
  readonly DestinationEncryptionAlgorithm?: string;
  readonly GrantTokens?: readonly string[];
  readonly DryRun?: boolean;
  readonly DryRunModifiers?: readonly string[];
}

export const reEncrypt = operation({
  name: 'ReEncrypt',
  run: ({ kms, caller }: KmsContext, input: ReEncryptInput) => {
    requireNoGrantTokens(input.GrantTokens);
    requireSymmetric(input.SourceEncryptionAlgorithm);
    requireSymmetric(input.DestinationEncryptionAlgorithm);
    if (input.DryRun === true && input.DryRunModifiers?.includes('IGNORE_CIPHERTEXT')) {
      if (input.SourceKeyId === undefined) throw missing('SourceKeyId');
      kms.use.rehearse(caller, input.SourceKeyId, { operation: 'ReEncrypt', action: 'ReEncryptFrom' });
      kms.use.rehearse(caller, input.DestinationKeyId, { operation: 'ReEncrypt', action: 'ReEncryptTo' });
      stopDryRun(true);
    }
    if (input.CiphertextBlob === undefined) throw missing('CiphertextBlob');
    const { from, to } = kms.use.reEncrypt(
      caller,
      {
        ciphertext: input.CiphertextBlob,
        context: input.SourceEncryptionContext ?? new Map(),
        keyId: input.SourceKeyId,
      },
      { keyId: input.DestinationKeyId, context: input.DestinationEncryptionContext ?? new Map() },
    );
    stopDryRun(input.DryRun);
    return {
      CiphertextBlob: to.ciphertext,
      SourceKeyId: from.keyArn,
      KeyId: to.keyArn,
      SourceEncryptionAlgorithm: symmetricAlgorithm,
      DestinationEncryptionAlgorithm: symmetricAlgorithm,
      SourceKeyMaterialId: from.materialId,
      DestinationKeyMaterialId: to.materialId,
    };
  },
});

function missing(member: string): Refusal<'Validation'> {
  return new Refusal('Validation', { message: `${member} is required.` });
}
