/** What Sign and Verify are asked for alike. */
import { Refusal } from '../../base/errors.ts';
import type { SignRequest } from '../../kms/embedded/asymmetric-use.ts';

export interface SigningApiInput {
  readonly KeyId: string;
  readonly Message: Uint8Array;
  readonly MessageType?: string;
  readonly SigningAlgorithm: string;
  readonly GrantTokens?: readonly string[];
  readonly DryRun?: boolean;
}

/** Refuses Validation for the message type that only ML-DSA has. */
export function signRequest({
  KeyId,
  Message,
  MessageType = 'RAW',
  SigningAlgorithm,
}: SigningApiInput): SignRequest {
  if (MessageType !== 'RAW' && MessageType !== 'DIGEST') {
    const message = `MessageType ${MessageType} is not valid for algorithm ${SigningAlgorithm}.`;
    throw new Refusal('Validation', { message });
  }
  return { keyId: KeyId, message: Message, messageType: MessageType, algorithm: SigningAlgorithm };
}
