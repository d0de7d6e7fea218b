import { expect, test } from 'vitest';
import { signRequest } from '../../../src/api/kms/signing-input.ts';
import { refusalOf } from '../../support/refusal.ts';

const input = { KeyId: 'k', Message: Buffer.from('m'), SigningAlgorithm: 'ECDSA_SHA_256' };

test('a message is raw where nothing else is said', () => {
  const request = { keyId: 'k', message: input.Message, algorithm: 'ECDSA_SHA_256' };
  expect(signRequest(input)).toEqual({ ...request, messageType: 'RAW' });
  expect(signRequest({ ...input, MessageType: 'DIGEST' })).toEqual({ ...request, messageType: 'DIGEST' });
});

test('a message type of other keys is refused', async () => {
  expect(await refusalOf(() => signRequest({ ...input, MessageType: 'EXTERNAL_MU' }))).toBe(
    'Validation: MessageType EXTERNAL_MU is not valid for algorithm ECDSA_SHA_256.',
  );
});
