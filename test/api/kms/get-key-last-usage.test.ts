import { describe, expect, test } from 'vitest';
import { decrypt } from '../../../src/api/kms/decrypt.ts';
import { encrypt } from '../../../src/api/kms/encrypt.ts';
import { generateDataKey } from '../../../src/api/kms/generate-data-key.ts';
import { generateDataKeyPair } from '../../../src/api/kms/generate-data-key-pair.ts';
import { generateDataKeyPairWithoutPlaintext } from '../../../src/api/kms/generate-data-key-pair-without-plaintext.ts';
import { generateDataKeyWithoutPlaintext } from '../../../src/api/kms/generate-data-key-without-plaintext.ts';
import { generateMac } from '../../../src/api/kms/generate-mac.ts';
import { getKeyLastUsage } from '../../../src/api/kms/get-key-last-usage.ts';
import { reEncrypt } from '../../../src/api/kms/re-encrypt.ts';
import { sign } from '../../../src/api/kms/sign.ts';
import { verify } from '../../../src/api/kms/verify.ts';
import { verifyMac } from '../../../src/api/kms/verify-mac.ts';
import { user } from '../../support/embedded-kms.ts';
import { bytesOf, keepsStates, openKmsApi, refusesOtherKeyIds, stateRows } from '../../support/kms-api.ts';

const underTest = { operation: getKeyLastUsage, inputOf: (KeyId: string) => ({ KeyId }) };
const Plaintext = Buffer.from('a book');

async function used(newKey = {}) {
  const api = await openKmsApi();
  const { keyId: KeyId } = await api.kms.keys.create(user, newKey);
  const last = async () => (await api.call(getKeyLastUsage, { KeyId })).KeyLastUsage;
  return { ...api, KeyId, last };
}

describe('GetKeyLastUsage', () => {
  test('answers nothing of a key that was not used, and when it and the memory of it began', async () => {
    const { call, clock, KeyId } = await used();
    const madeAt = clock.nowMs() / 1000;
    expect(await call(getKeyLastUsage, { KeyId })).toEqual({
      KeyId,
      KeyLastUsage: {},
      TrackingStartDate: madeAt,
      KeyCreationDate: madeAt,
    });
  });

  test('answers the last operation and its time, for a symmetric key', async () => {
    const { call, clock, KeyId, last } = await used();
    const { CiphertextBlob } = await call(encrypt, { KeyId, Plaintext });
    const ciphertext = { CiphertextBlob: bytesOf(CiphertextBlob) };
    expect(await last()).toEqual({ Operation: 'Encrypt', Timestamp: clock.nowMs() / 1000 });
    clock.advance(5000);
    for (const [operation, input] of [
      [decrypt, ciphertext],
      [reEncrypt, { ...ciphertext, DestinationKeyId: KeyId }],
      [generateDataKey, { KeyId, KeySpec: 'AES_256' }],
      [generateDataKeyWithoutPlaintext, { KeyId, KeySpec: 'AES_256' }],
      [generateDataKeyPair, { KeyId, KeyPairSpec: 'ECC_NIST_P256' }],
      [generateDataKeyPairWithoutPlaintext, { KeyId, KeyPairSpec: 'ECC_NIST_P256' }],
    ] as const) {
      await call(operation, input);
      expect(await last()).toEqual({ Operation: operation.name, Timestamp: clock.nowMs() / 1000 });
    }
  });

  test('answers it for keys of other kinds', async () => {
    const hmac = await used({ spec: 'HMAC_256', usage: 'GENERATE_VERIFY_MAC' });
    const mac = { KeyId: hmac.KeyId, Message: Plaintext, MacAlgorithm: 'HMAC_SHA_256' };
    const { Mac } = await hmac.call(generateMac, mac);
    expect(await hmac.last()).toMatchObject({ Operation: 'GenerateMac' });
    await hmac.call(verifyMac, { ...mac, Mac: bytesOf(Mac) });
    expect(await hmac.last()).toMatchObject({ Operation: 'VerifyMac' });
    const pair = await used({ spec: 'ECC_NIST_P256', usage: 'SIGN_VERIFY' });
    const signing = { KeyId: pair.KeyId, Message: Plaintext, SigningAlgorithm: 'ECDSA_SHA_256' };
    const { Signature } = await pair.call(sign, signing);
    expect(await pair.last()).toMatchObject({ Operation: 'Sign' });
    await pair.call(verify, { ...signing, Signature: bytesOf(Signature) });
    expect(await pair.last()).toMatchObject({ Operation: 'Verify' });
  });

  test('knows of no dry run and of nothing that was refused', async () => {
    const { refusal, kms, KeyId, last } = await used();
    await refusal(encrypt, { KeyId, Plaintext, DryRun: true });
    await kms.keys.disable(user, KeyId);
    await refusal(encrypt, { KeyId, Plaintext });
    expect(await last()).toEqual({});
  });
});

refusesOtherKeyIds(underTest, { forms: 'keyOnly' });
keepsStates(underTest, stateRows.always);
