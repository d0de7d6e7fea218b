import { createECDH, createPublicKey } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { deriveSharedSecret } from '../../../src/api/kms/derive-shared-secret.ts';
import { newKeyPair } from '../../../src/kms/embedded/asymmetric-key.ts';
import { user } from '../../support/embedded-kms.ts';
import { bytesOf, keepsStates, openKmsApi, refused, stateRows } from '../../support/kms-api.ts';

const newKey = { spec: 'ECC_NIST_P256', usage: 'KEY_AGREEMENT' } as const;
const KeyAgreementAlgorithm = 'ECDH';

/** Another party, outside, with the public half as the API takes it. */
function party() {
  const ecdh = createECDH('prime256v1');
  const point = ecdh.generateKeys();
  const [x, y] = [point.subarray(1, 33), point.subarray(33)].map((half) => half.toString('base64url'));
  const key = createPublicKey({ key: { kty: 'EC', crv: 'P-256', x: x ?? '', y: y ?? '' }, format: 'jwk' });
  return { ecdh, PublicKey: key.export({ type: 'spki', format: 'der' }) };
}

describe('DeriveSharedSecret', () => {
  test('answers the secret that the other party reaches', async () => {
    const { kms, call } = await openKmsApi();
    const { keyId, arn } = await kms.keys.create(user, newKey);
    const { ecdh, PublicKey } = party();
    const answer = await call(deriveSharedSecret, { KeyId: keyId, KeyAgreementAlgorithm, PublicKey });
    expect(answer).toEqual({
      KeyId: arn,
      SharedSecret: expect.any(String),
      KeyAgreementAlgorithm,
      KeyOrigin: 'AWS_KMS',
    });
    const ours = Buffer.from(kms.asymmetric.publicKey(user, keyId).publicKey).subarray(-65);
    expect(bytesOf(answer.SharedSecret)).toEqual(ecdh.computeSecret(ours));
  });

  test('refuses a public key of another curve, one that is none, and a dry run', async () => {
    const { kms, refusal } = await openKmsApi();
    const { keyId } = await kms.keys.create(user, newKey);
    const input = { KeyId: keyId, KeyAgreementAlgorithm, PublicKey: party().PublicKey };
    const { publicKey } = await newKeyPair('ECC_NIST_P384');
    for (const PublicKey of [publicKey, Buffer.from('nothing')]) {
      expect(await refusal(deriveSharedSecret, { ...input, PublicKey })).toEqual(
        refused('ValidationException'),
      );
    }
    expect(await refusal(deriveSharedSecret, { ...input, DryRun: true })).toMatchObject({
      __type: 'DryRunOperationException',
    });
  });
});

const inputOf = (KeyId: string) => ({ KeyId, KeyAgreementAlgorithm, PublicKey: party().PublicKey });
keepsStates({ operation: deriveSharedSecret, inputOf, newKey }, stateRows.using);
