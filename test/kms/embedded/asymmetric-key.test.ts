import { createECDH, generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import {
  newKeyPair,
  privateKeyOf,
  publicHalfOf,
  publicKeyOf,
  rsaDecrypted,
  rsaEncrypted,
  sharedSecretOf,
} from '../../../src/kms/embedded/asymmetric-key.ts';
import { refusalOf } from '../../support/refusal.ts';

const pkcs8 = { type: 'pkcs8', format: 'der' } as const;

describe('a key pair', () => {
  for (const spec of ['RSA_2048', 'ECC_NIST_P384', 'ECC_SECG_P256K1', 'ECC_NIST_EDWARDS25519'] as const) {
    test(`of ${spec} has halves that belong together, and is of no other spec`, async () => {
      const { privateKey, publicKey } = await newKeyPair(spec);
      expect(publicHalfOf(spec, privateKey)).toEqual(publicKey);
      for (const other of ['RSA_3072', 'ECC_NIST_P256', 'HMAC_256'] as const) {
        expect(publicHalfOf(other, privateKey)).toBeUndefined();
      }
      expect(publicHalfOf(spec, publicKey)).toBeUndefined();
      expect(publicHalfOf(spec, privateKey.subarray(1))).toBeUndefined();
    });
  }

  test('with an exponent other than 65537 is of no spec', () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048, publicExponent: 3 });
    expect(publicHalfOf('RSA_2048', privateKey.export(pkcs8))).toBeUndefined();
  });
});

describe('encryption', async () => {
  const pair = await newKeyPair('RSA_2048');
  const [secret, key] = [privateKeyOf(pair.privateKey), publicKeyOf(pair.publicKey)];

  for (const [algorithm, bytesMax] of [
    ['RSAES_OAEP_SHA_1', 214],
    ['RSAES_OAEP_SHA_256', 190],
  ] as const) {
    test(`with ${algorithm} takes ${bytesMax} bytes and no more`, async () => {
      for (const bytes of [1, bytesMax]) {
        const plaintext = Buffer.alloc(bytes, 7);
        const ciphertext = rsaEncrypted(key, { spec: 'RSA_2048', algorithm, plaintext });
        expect(rsaDecrypted(secret, { algorithm, ciphertext })).toEqual(plaintext);
        const other = algorithm === 'RSAES_OAEP_SHA_1' ? 'RSAES_OAEP_SHA_256' : 'RSAES_OAEP_SHA_1';
        expect(rsaDecrypted(secret, { algorithm: other, ciphertext })).toBeUndefined();
        ciphertext.writeUInt8(ciphertext.readUInt8(200) ^ 1, 200);
        expect(rsaDecrypted(secret, { algorithm, ciphertext })).toBeUndefined();
      }
      const request = { spec: 'RSA_2048', algorithm, plaintext: Buffer.alloc(bytesMax + 1) } as const;
      expect(await refusalOf(() => rsaEncrypted(key, request))).toBe(
        `Validation: Algorithm ${algorithm} and key spec RSA_2048 cannot encrypt data larger than ${bytesMax} bytes.`,
      );
    });
  }

  test('of no length but the modulus opens', () => {
    const algorithm = 'RSAES_OAEP_SHA_1';
    for (const bytes of [1, 255, 257]) {
      expect(rsaDecrypted(secret, { algorithm, ciphertext: Buffer.alloc(bytes, 1) })).toBeUndefined();
    }
  });
});

describe('key agreement', () => {
  test('leads both parties to the same secret, which is the one that ECDH finds', async () => {
    const spec = 'ECC_NIST_P256';
    const [one, other] = [await newKeyPair(spec), await newKeyPair(spec)];
    const mine = sharedSecretOf(spec, privateKeyOf(one.privateKey), other.publicKey);
    expect(sharedSecretOf(spec, privateKeyOf(other.privateKey), one.publicKey)).toEqual(mine);
    expect(mine).toHaveLength(32);
    const ecdh = createECDH('prime256v1');
    const jwk = privateKeyOf(one.privateKey).export({ format: 'jwk' });
    ecdh.setPrivateKey(Buffer.from(jwk.d ?? '', 'base64url'));
    expect(ecdh.computeSecret(other.publicKey.subarray(-65))).toEqual(mine);
  });

  test('takes no public key of another curve or kind, and nothing that is none', async () => {
    const { privateKey } = await newKeyPair('ECC_NIST_P256');
    for (const peer of [
      (await newKeyPair('ECC_NIST_P384')).publicKey,
      (await newKeyPair('ECC_NIST_EDWARDS25519')).publicKey,
      Buffer.from('nothing'),
    ]) {
      expect(sharedSecretOf('ECC_NIST_P256', privateKeyOf(privateKey), peer)).toBeUndefined();
    }
  });

  test('takes no point that is not on the curve', async () => {
    const [{ privateKey }, { publicKey }] = [
      await newKeyPair('ECC_NIST_P256'),
      await newKeyPair('ECC_NIST_P256'),
    ];
    publicKey.writeUInt8(publicKey.readUInt8(publicKey.length - 1) ^ 1, publicKey.length - 1);
    expect(sharedSecretOf('ECC_NIST_P256', privateKeyOf(privateKey), publicKey)).toBeUndefined();
  });
});
