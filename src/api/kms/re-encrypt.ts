/** ReEncrypt: from one key or context to another, without showing what is inside. */
import { Refusal } from '../../base/errors.ts';
import { symmetricAlgorithm } from '../../kms/embedded/key-spec.ts';
import { operation } from '../operation.ts';
import type { KmsContext } from './context.ts';
import { stopDryRun } from './dry-run.ts';

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
    kms.grants.requireTokens(caller, input.GrantTokens);
    const sourceAlgorithm = input.SourceEncryptionAlgorithm ?? symmetricAlgorithm;
    const algorithm = input.DestinationEncryptionAlgorithm ?? symmetricAlgorithm;
    if (input.DryRun === true && input.DryRunModifiers?.includes('IGNORE_CIPHERTEXT')) {
      if (input.SourceKeyId === undefined) throw missing('SourceKeyId');
      const from = { keyId: input.SourceKeyId, context: input.SourceEncryptionContext ?? new Map() };
      const to = { keyId: input.DestinationKeyId, context: input.DestinationEncryptionContext ?? new Map() };
      kms.use.rehearse(caller, from, { operation: 'ReEncrypt', action: 'ReEncryptFrom' });
      kms.use.rehearse(caller, to, { operation: 'ReEncrypt', action: 'ReEncryptTo' });
      stopDryRun(true);
    }
    if (input.CiphertextBlob === undefined) throw missing('CiphertextBlob');
    const { from, to } = kms.use.reEncrypt(
      caller,
      {
        ciphertext: input.CiphertextBlob,
        context: input.SourceEncryptionContext ?? new Map(),
        keyId: input.SourceKeyId,
        algorithm: sourceAlgorithm,
      },
      { keyId: input.DestinationKeyId, context: input.DestinationEncryptionContext ?? new Map(), algorithm },
    );
    stopDryRun(input.DryRun);
    for (const { keyArn } of [from, to]) kms.lastUses.note(keyArn, 'ReEncrypt');
    return {
      CiphertextBlob: to.ciphertext,
      SourceKeyId: from.keyArn,
      KeyId: to.keyArn,
      SourceEncryptionAlgorithm: sourceAlgorithm,
      DestinationEncryptionAlgorithm: algorithm,
      SourceKeyMaterialId: from.materialId,
      DestinationKeyMaterialId: to.materialId,
    };
  },
});

function missing(member: string): Refusal<'Validation'> {
  return new Refusal('Validation', { message: `${member} is required.` });
}
