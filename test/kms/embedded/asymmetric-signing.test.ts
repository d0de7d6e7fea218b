import { createHash, createPrivateKey } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { newKeyPair, privateKeyOf, publicKeyOf } from '../../../src/kms/embedded/asymmetric-key.ts';
import { checkSigningInput, isSignature, signatureOf } from '../../../src/kms/embedded/asymmetric-signing.ts';
import { algorithmsOf, hashOf, type KeySpec } from '../../../src/kms/embedded/key-spec.ts';
import { refusalOf } from '../../support/refusal.ts';

const text = Buffer.from('a book');
const specs = [
  'RSA_2048',
  'ECC_NIST_P256',
  'ECC_NIST_P384',
  'ECC_NIST_P521',
  'ECC_SECG_P256K1',
] as const satisfies KeySpec[];

describe('a signature', () => {
  for (const spec of specs) {
    test(`of ${spec} over a message is one over its digest, with every algorithm, and for no other`, async () => {
      const pair = await newKeyPair(spec);
      const [secret, key] = [privateKeyOf(pair.privateKey), publicKeyOf(pair.publicKey)];
      for (const algorithm of algorithmsOf({ spec, usage: 'SIGN_VERIFY' })) {
        const digest = createHash(hashOf(algorithm)).update(text).digest();
        const raw = { spec, algorithm, message: text, messageType: 'RAW' } as const;
        const digested = { spec, algorithm, message: digest, messageType: 'DIGEST' } as const;
        for (const made of [raw, digested]) {
          const signature = signatureOf(secret, made);
          for (const asked of [raw, digested]) {
            expect(isSignature(key, asked, signature), algorithm).toBe(true);
            const other = Buffer.from(asked.message);
            other.writeUInt8(other.readUInt8(2) ^ 1, 2);
            expect(isSignature(key, { ...asked, message: other }, signature), algorithm).toBe(false);
            for (const at of [0, 5, signature.length - 1]) {
              const changed = Buffer.from(signature);
              changed.writeUInt8(changed.readUInt8(at) ^ 1, at);
              expect(isSignature(key, asked, changed), `${algorithm} ${at}`).toBe(false);
            }
            for (const wrong of [
              Buffer.alloc(1),
              signature.subarray(1),
              Buffer.alloc(signature.length, 0xff),
            ]) {
              expect(isSignature(key, asked, wrong), algorithm).toBe(false);
            }
          }
        }
      }
    });
  }

  test('of RSA has all its bytes, also where it begins with a zero', async () => {
    const spec = 'RSA_2048';
    const pair = await newKeyPair(spec);
    const [secret, key] = [privateKeyOf(pair.privateKey), publicKeyOf(pair.publicKey)];
    const input = { spec, algorithm: 'RSASSA_PSS_SHA_256', message: text, messageType: 'RAW' } as const;
    // One in 256 does.
    let signature = signatureOf(secret, input);
    while (signature[0] !== 0) signature = signatureOf(secret, input);
    expect([signature, signature.subarray(1)].map((each) => isSignature(key, input, each))).toEqual([
      true,
      false,
    ]);
  });

  test('of one padding is none of the other', async () => {
    const spec = 'RSA_2048';
    const pair = await newKeyPair(spec);
    const [secret, key] = [privateKeyOf(pair.privateKey), publicKeyOf(pair.publicKey)];
    const message = createHash('sha256').update(text).digest();
    const input = { spec, message, messageType: 'DIGEST' } as const;
    const [pss, pkcs] = ['RSASSA_PSS_SHA_256', 'RSASSA_PKCS1_V1_5_SHA_256'] as const;
    expect(
      isSignature(key, { ...input, algorithm: pss }, signatureOf(secret, { ...input, algorithm: pkcs })),
    ).toBe(false);
    expect(
      isSignature(key, { ...input, algorithm: pkcs }, signatureOf(secret, { ...input, algorithm: pss })),
    ).toBe(false);
  });

  test('of Ed25519 is the published one (RFC 8032, 7.1, test 2)', () => {
    const seed = '4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb';
    const der = Buffer.from(`302e020100300506032b657004220420${seed}`, 'hex');
    const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
    const input = {
      spec: 'ECC_NIST_EDWARDS25519',
      algorithm: 'ED25519_SHA_512',
      message: Buffer.from('72', 'hex'),
      messageType: 'RAW',
    } as const;
    const signature = signatureOf(key, input);
    expect(signature.toString('hex')).toBe(
      '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da' +
        '085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
    );
    expect(isSignature(key, input, signature)).toBe(true);
    expect(isSignature(key, { ...input, message: Buffer.from('73', 'hex') }, signature)).toBe(false);
  });
});

describe('a digest', () => {
  for (const [algorithm, bytes] of [
    ['RSASSA_PSS_SHA_256', 32],
    ['RSASSA_PKCS1_V1_5_SHA_384', 48],
    ['ECDSA_SHA_512', 64],
  ] as const) {
    test(`for ${algorithm} has ${bytes} bytes, no more and no fewer`, async () => {
      const input = (length: number) =>
        ({ spec: 'RSA_2048', algorithm, message: Buffer.alloc(length), messageType: 'DIGEST' }) as const;
      expect(await refusalOf(() => checkSigningInput(input(bytes)))).toBe('answered');
      for (const length of [1, bytes - 1, bytes + 1]) {
        expect(await refusalOf(() => checkSigningInput(input(length)))).toBe(
          `Validation: Digest is invalid length for algorithm ${algorithm}.`,
        );
      }
    });
  }

  test('is nothing that Ed25519 signs', async () => {
    const input = { spec: 'ECC_NIST_EDWARDS25519', algorithm: 'ED25519_SHA_512', message: text } as const;
    expect(await refusalOf(() => checkSigningInput({ ...input, messageType: 'RAW' }))).toBe('answered');
    expect(await refusalOf(() => checkSigningInput({ ...input, messageType: 'DIGEST' }))).toMatch(
      /^Validation/,
    );
  });
});
