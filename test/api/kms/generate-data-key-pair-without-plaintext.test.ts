import { describe, expect, test } from 'vitest';
import { generateDataKeyPairWithoutPlaintext } from '../../../src/api/kms/generate-data-key-pair-without-plaintext.ts';
import { user } from '../../support/embedded-kms.ts';
import { keepsStates, openKmsApi, refused, stateRows } from '../../support/kms-api.ts';

const operation = generateDataKeyPairWithoutPlaintext;
const inputOf = (KeyId: string) => ({ KeyId, KeyPairSpec: 'ECC_NIST_P256' });

describe('GenerateDataKeyPairWithoutPlaintext', () => {
  test('answers all of the pair but its private half in clear', async () => {
    const { kms, call } = await openKmsApi();
    const { keyId, arn } = await kms.keys.create(user, {});
    expect(await call(operation, inputOf(keyId))).toEqual({
      PrivateKeyCiphertextBlob: expect.any(String),
      PublicKey: expect.any(String),
      KeyId: arn,
      KeyPairSpec: 'ECC_NIST_P256',
      KeyMaterialId: expect.any(String),
    });
  });

  test('refuses an RSA key: what is given out is under symmetric ones', async () => {
    const { kms, refusal } = await openKmsApi();
    const { keyId } = await kms.keys.create(user, { spec: 'RSA_2048', usage: 'ENCRYPT_DECRYPT' });
    expect(await refusal(operation, inputOf(keyId))).toEqual(
      refused(
        'InvalidKeyUsageException',
        'Algorithm SYMMETRIC_DEFAULT is incompatible with key spec RSA_2048.',
      ),
    );
  });
});

keepsStates({ operation, inputOf }, stateRows.using);
