import { describe, expect, test } from 'vitest';
import { publicHalf } from '../../../src/kms/embedded/asymmetric-cipher.ts';
import { openKms, user } from '../../support/embedded-kms.ts';
import { refusalOf } from '../../support/refusal.ts';

const newKey = { spec: 'RSA_2048', usage: 'ENCRYPT_DECRYPT' } as const;
const plaintext = Buffer.from('a secret of books');
const context = new Map<string, string>();
const algorithm = 'RSAES_OAEP_SHA_256';

async function sealed() {
  const opened = await openKms();
  const key = await opened.kms.keys.create(user, newKey);
  const { keyId } = key;
  const { ciphertext } = opened.kms.use.encrypt(user, { keyId, context, plaintext, algorithm });
  return { ...opened, key, keyId, ciphertext };
}

describe('a ciphertext of an RSA key', () => {
  test('opens with its key and algorithm, also after a restart', async () => {
    const { reopen, keyId, key, ciphertext } = await sealed();
    const opened = (await reopen()).use.decrypt(user, { ciphertext, context, keyId, algorithm });
    expect(Buffer.from(opened.plaintext)).toEqual(plaintext);
    expect(opened).not.toHaveProperty('materialId');
    expect(publicHalf(key)).toHaveLength(294);
  });

  test('says the same whatever keeps it from opening (R-ORA-1)', async () => {
    const { kms, keyId, ciphertext } = await sealed();
    const other = await kms.keys.create(user, newKey);
    const request = { context, algorithm };
    for (const changed of [
      { keyId, ciphertext: ciphertext.map((byte, index) => (index === 100 ? byte ^ 1 : byte)) },
      { keyId, ciphertext: ciphertext.subarray(1) },
      { keyId, ciphertext, algorithm: 'RSAES_OAEP_SHA_1' },
      { keyId: other.keyId, ciphertext },
    ]) {
      expect(await refusalOf(() => kms.use.decrypt(user, { ...request, ...changed }))).toBe(
        'InvalidCiphertext',
      );
    }
  });

  test('needs its key named, its algorithm said, and no encryption context', async () => {
    const { kms, keyId, ciphertext } = await sealed();
    const decrypt = (change: object) =>
      refusalOf(() => kms.use.decrypt(user, { ciphertext, context, keyId, algorithm, ...change }));
    expect(await decrypt({ keyId: undefined })).toBe(
      'Validation: KeyId is required to decrypt what an asymmetric key has encrypted.',
    );
    expect(await decrypt({ algorithm: undefined })).toBe(
      'KeyUsageWrong: Algorithm SYMMETRIC_DEFAULT is incompatible with key spec RSA_2048.',
    );
    expect(await decrypt({ context: new Map([['a', 'b']]) })).toBe(
      'Validation: EncryptionContext is supported for symmetric encryption keys only.',
    );
  });

  test('moves to a symmetric key and back without showing what is inside', async () => {
    const { kms, keyId, ciphertext } = await sealed();
    const symmetric = await kms.keys.create(user, {});
    const there = kms.use.reEncrypt(
      user,
      { ciphertext, context, keyId, algorithm },
      { keyId: symmetric.keyId, context },
    );
    const back = kms.use.reEncrypt(
      user,
      { ciphertext: there.to.ciphertext, context },
      { keyId, context, algorithm },
    );
    const { ciphertext: last } = back.to;
    const opened = kms.use.decrypt(user, { ciphertext: last, context, keyId, algorithm });
    expect(Buffer.from(opened.plaintext)).toEqual(plaintext);
  });
});

test('an RSA key makes no data keys, and one for signing encrypts nothing', async () => {
  const { kms, keyId } = await sealed();
  const data = { keyId, context, bytes: 32, withPlaintext: true };
  expect(await refusalOf(() => kms.use.generateDataKey(user, data))).toBe(
    'KeyUsageWrong: Algorithm SYMMETRIC_DEFAULT is incompatible with key spec RSA_2048.',
  );
  const signing = await kms.keys.create(user, { ...newKey, usage: 'SIGN_VERIFY' });
  const request = { keyId: signing.keyId, context, plaintext, algorithm };
  expect(await refusalOf(() => kms.use.encrypt(user, request))).toBe(
    `KeyUsageWrong: ${signing.arn} key usage is SIGN_VERIFY which is not valid for Encrypt.`,
  );
});
