/** What the two operations that make data key pairs have in common. */
import { type DataKeyPair, newDataKeyPair } from '../../kms/embedded/key-pair.ts';
import type { KmsContext } from './context.ts';
import { stopDryRun } from './dry-run.ts';
import { requireNoRecipient } from './symmetric-only.ts';

export interface DataKeyPairInput {
  readonly KeyId: string;
  readonly KeyPairSpec: string;
  readonly EncryptionContext?: ReadonlyMap<string, string>;
  readonly GrantTokens?: readonly string[];
  readonly Recipient?: object;
  readonly DryRun?: boolean;
}

export async function dataKeyPair(
  { kms, caller }: KmsContext,
  input: DataKeyPairInput,
  { withPlaintext }: { withPlaintext: boolean },
): Promise<DataKeyPair> {
  kms.grants.requireTokens(caller, input.GrantTokens);
  requireNoRecipient(input.Recipient);
  const pair = await newDataKeyPair(kms.use, caller, {
    keyId: input.KeyId,
    context: input.EncryptionContext ?? new Map(),
    pairSpec: input.KeyPairSpec,
    withPlaintext,
  });
  if (input.DryRun === true) pair.privateKey?.fill(0);
  stopDryRun(input.DryRun);
  const operation = withPlaintext ? 'GenerateDataKeyPair' : 'GenerateDataKeyPairWithoutPlaintext';
  kms.lastUses.note(pair.keyArn, operation);
  return pair;
}

/** The members that both answers have. */
export function pairMembers(
  { ciphertext, publicKey, keyArn, materialId }: DataKeyPair,
  spec: string,
): object {
  return {
    PrivateKeyCiphertextBlob: ciphertext,
    PublicKey: publicKey,
    KeyId: keyArn,
    KeyPairSpec: spec,
    KeyMaterialId: materialId,
  };
}
