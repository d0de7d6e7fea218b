import { describe, expect, test } from 'vitest';
import { decrypt } from '../../../src/api/kms/decrypt.ts';
import { generateDataKeyPair } from '../../../src/api/kms/generate-data-key-pair.ts';
import { publicHalfOf } from '../../../src/kms/embedded/asymmetric-key.ts';
import type { KeySpec } from '../../../src/kms/embedded/key-spec.ts';
import { user } from '../../support/embedded-kms.ts';
import {
  bytesOf,
  keepsStates,
  openKmsApi,
  refused,
  refusesOtherKeyIds,
  stateRows,
} from '../../support/kms-api.ts';

const inputOf = (KeyId: string) => ({ KeyId, KeyPairSpec: 'ECC_NIST_P256' });
const underTest = { operation: generateDataKeyPair, inputOf };

describe('GenerateDataKeyPair', () => {
  for (const KeyPairSpec of ['RSA_2048', 'ECC_NIST_P521', 'ECC_SECG_P256K1'] as const satisfies KeySpec[]) {
    test(`answers a pair of ${KeyPairSpec}, whose private half opens again`, async () => {
      const { kms, call } = await openKmsApi();
      const { keyId, arn } = await kms.keys.create(user, {});
      const answer = await call(generateDataKeyPair, { KeyId: keyId, KeyPairSpec });
      expect(answer).toEqual({
        PrivateKeyCiphertextBlob: expect.any(String),
        PrivateKeyPlaintext: expect.any(String),
        PublicKey: expect.any(String),
        KeyId: arn,
        KeyPairSpec,
        KeyMaterialId: expect.stringMatching(/^[0-9a-f]{64}$/),
      });
      const opened = await call(decrypt, { CiphertextBlob: bytesOf(answer.PrivateKeyCiphertextBlob) });
      expect(opened.Plaintext).toBe(answer.PrivateKeyPlaintext);
      expect(publicHalfOf(KeyPairSpec, bytesOf(opened.Plaintext))).toEqual(bytesOf(answer.PublicKey));
    });
  }

  test('refuses a spec without a cipher here, an enclave, and a dry run', async () => {
    const { kms, refusal } = await openKmsApi();
    const { keyId } = await kms.keys.create(user, {});
    for (const [change, body] of [
      [
        { KeyPairSpec: 'SM2' },
        refused(
          'UnsupportedOperationException',
          'KeyPairSpec SM2 is not supported: this key service has no cipher for it.',
        ),
      ],
      [
        { Recipient: {} },
        refused(
          'UnsupportedOperationException',
          'Recipient is not supported: this key service cannot verify an attestation document.',
        ),
      ],
      [
        { DryRun: true },
        refused(
          'DryRunOperationException',
          'The request would have succeeded, but the DryRun option is set.',
        ),
      ],
    ] as const) {
      expect(await refusal(generateDataKeyPair, { ...inputOf(keyId), ...change })).toEqual(body);
    }
  });
});

refusesOtherKeyIds(underTest, { forms: 'any' });
keepsStates(underTest, stateRows.using);
