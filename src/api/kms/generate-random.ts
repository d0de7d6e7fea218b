/** GenerateRandom: bytes from the kernel's generator. */
import { randomFillSync } from 'node:crypto';
import { Refusal } from '../../base/errors.ts';
import { operation } from '../operation.ts';
import type { KmsContext } from './context.ts';
import { requireNoRecipient, requireNoSuchKeyStore } from './symmetric-only.ts';

interface GenerateRandomInput {
  readonly NumberOfBytes?: number;
  readonly CustomKeyStoreId?: string;
  readonly Recipient?: object;
}

export const generateRandom = operation({
  name: 'GenerateRandom',
  run: ({ kms, caller }: KmsContext, { NumberOfBytes, CustomKeyStoreId, Recipient }: GenerateRandomInput) => {
    requireNoSuchKeyStore(CustomKeyStoreId);
    requireNoRecipient(Recipient);
    if (NumberOfBytes === undefined) {
      throw new Refusal('Validation', { message: 'NumberOfBytes is required.' });
    }
    kms.access.requireOwn(caller, 'GenerateRandom');
    kms.meter.count('GenerateRandom');
    return { Plaintext: randomFillSync(Buffer.allocUnsafeSlow(NumberOfBytes)) };
  },
});
