import { createPublicKey } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { getParametersForImport } from '../../../src/api/kms/get-parameters-for-import.ts';
import { user } from '../../support/embedded-kms.ts';
import { bytesOf, keyIn, openKmsApi, refused } from '../../support/kms-api.ts';

const input = { WrappingAlgorithm: 'RSAES_OAEP_SHA_256', WrappingKeySpec: 'RSA_2048' };

describe('GetParametersForImport', () => {
  for (const bits of [2048, 3072, 4096]) {
    test(`answers a public key of ${bits} bits, a token, and a day to use them`, async () => {
      const { clock, kms, call } = await openKmsApi();
      const { keyId, arn } = await kms.keys.create(user, { origin: 'EXTERNAL' });
      const request = { ...input, KeyId: keyId, WrappingKeySpec: `RSA_${bits}` };
      const answer = await call(getParametersForImport, request);
      expect(answer).toEqual({
        KeyId: arn,
        ImportToken: expect.any(String),
        PublicKey: expect.any(String),
        ParametersValidTo: clock.nowMs() / 1000 + 86_400,
      });
      const key = createPublicKey({ key: bytesOf(answer.PublicKey), format: 'der', type: 'spki' });
      expect(key.asymmetricKeyDetails?.modulusLength).toBe(bits);
      expect(bytesOf(answer.ImportToken).length).toBeLessThanOrEqual(6144);
    });
  }

  for (const [name, change, sentence] of [
    ['the retired padding', { WrappingAlgorithm: 'RSAES_PKCS1_V1_5' }, 'WrappingAlgorithm RSAES_PKCS1_V1_5'],
    ['SM2 encryption', { WrappingAlgorithm: 'SM2PKE' }, 'WrappingAlgorithm SM2PKE'],
    ['an SM2 key', { WrappingKeySpec: 'SM2' }, 'WrappingKeySpec SM2'],
  ] as const) {
    test(`refuses ${name}`, async () => {
      const { kms, refusal } = await openKmsApi();
      const { keyId } = await kms.keys.create(user, { origin: 'EXTERNAL' });
      expect(await refusal(getParametersForImport, { ...input, KeyId: keyId, ...change })).toEqual(
        refused('UnsupportedOperationException', `${sentence} is not supported.`),
      );
    });
  }

  test('refuses a key with material of its own in every state', async () => {
    const api = await openKmsApi();
    for (const state of ['Enabled', 'Disabled', 'PendingDeletion']) {
      const arn = await keyIn(state, api);
      expect(await api.refusal(getParametersForImport, { ...input, KeyId: arn })).toEqual(
        refused(
          'UnsupportedOperationException',
          `${arn} origin is AWS_KMS which is not valid for this operation.`,
        ),
      );
    }
  });
});
