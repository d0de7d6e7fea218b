/** How many bytes of data key a request asks for. */
import { Refusal } from '../../base/errors.ts';

const specBytes = new Map([
  ['AES_128', 16],
  ['AES_256', 32],
]);

export interface DataKeyInput {
  readonly KeyId: string;
  readonly KeySpec?: string;
  readonly NumberOfBytes?: number;
  readonly EncryptionContext?: ReadonlyMap<string, string>;
  readonly GrantTokens?: readonly string[];
  readonly DryRun?: boolean;
}

/** Refuses Validation unless exactly one of the two ways to say it is used. */
export function dataKeyBytes({ KeySpec, NumberOfBytes }: DataKeyInput): number {
  const bytes = KeySpec === undefined ? NumberOfBytes : specBytes.get(KeySpec);
  if (bytes === undefined || (KeySpec !== undefined && NumberOfBytes !== undefined)) {
    throw new Refusal('Validation', { message: 'Please specify either number of bytes or key spec.' });
  }
  return bytes;
}
