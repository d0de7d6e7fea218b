/** SSESpecification: which key a request chooses for a table (aws-behaviour §1.3). */
import { Refusal } from '../../base/errors.ts';
import type { EncryptionChoice } from '../../tables/encryption-choice.ts';

export interface SseSpecification {
  readonly Enabled?: boolean;
  readonly SSEType?: 'AES256' | 'KMS';
  readonly KMSMasterKeyId?: string;
}

const managedAlias = 'alias/aws/dynamodb';

function refuse(sentence: string): never {
  throw new Refusal('Validation', { message: `One or more parameter values were invalid: ${sentence}` });
}

/** Refuses members that contradict one another, and the one type of encryption that is no longer there. */
export function encryptionChoice({ Enabled, SSEType, KMSMasterKeyId }: SseSpecification): EncryptionChoice {
  if (Enabled === false) {
    if (SSEType !== undefined) refuse('SSEType can not be specified if Enabled is false');
    if (KMSMasterKeyId !== undefined) refuse('KMSMasterKeyId can not be specified if Enabled is false');
    return { kind: 'owned' };
  }
  if (SSEType === 'AES256') refuse('SSEType AES256 is not supported');
  if (KMSMasterKeyId !== undefined) {
    if (SSEType === undefined) refuse('SSEType KMS is required if KMSMasterKeyId is specified');
    return KMSMasterKeyId === managedAlias
      ? { kind: 'managed' }
      : { kind: 'customer', keyId: KMSMasterKeyId };
  }
  return Enabled === true || SSEType === 'KMS' ? { kind: 'managed' } : { kind: 'owned' };
}
