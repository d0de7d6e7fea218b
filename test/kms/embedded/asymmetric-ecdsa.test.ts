import { createHash, generateKeyPairSync, randomBytes, sign, verify } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { bytesOf, curveOf, integerOf } from '../../../src/kms/embedded/asymmetric-curve.ts';
import { derInteger, derSequence, readDerIntegers } from '../../../src/kms/embedded/asymmetric-der.ts';
import { isDigestSignature, secretNumberOf, signDigest } from '../../../src/kms/embedded/asymmetric-ecdsa.ts';

const curveNames = ['prime256v1', 'secp384r1', 'secp521r1', 'secp256k1'] as const;

/** RFC 6979, A.2.5 to A.2.7: the message `sample`. */
const published = [
  {
    name: 'prime256v1',
    secret: 'C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721',
    nonce: 'A6E3C57DD01ABE90086538398355DD4C3B17AA873382B0F24D6129493D8AAD60',
    r: 'EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716',
    s: 'F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8',
  },
  {
    name: 'secp384r1',
    secret:
      '6B9D3DAD2E1B8C1C05B19875B6659F4DE23C3B667BF297BA9AA47740787137D896D5724E4C70A825F872C9EA60D2EDF5',
    nonce: '94ED910D1A099DAD3254E9242AE85ABDE4BA15168EAF0CA87A555FD56D10FBCA2907E3E83BA95368623B8C4686915CF9',
    r: '94EDBB92A5ECB8AAD4736E56C691916B3F88140666CE9FA73D64C4EA95AD133C81A648152E44ACF96E36DD1E80FABE46',
    s: '99EF4AEB15F178CEA1FE40DB2603138F130E740A19624526203B6351D0A3A94FA329C145786E679E7B82C71A38628AC8',
  },
] as const;

function pairOn(name: (typeof curveNames)[number]) {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: name });
  const curve = curveOf(name);
  return { curve, privateKey, key: publicKey, secret: secretNumberOf(curve, privateKey) };
}

describe('a signature over a digest', () => {
  for (const { name, secret, nonce, r, s } of published) {
    test(`of ${name} is the published one`, () => {
      const curve = curveOf(name);
      const digest = createHash(curve.hash).update('sample').digest();
      const signature = signDigest(curve, {
        digest,
        secret: Buffer.from(secret, 'hex'),
        nonce: Buffer.from(nonce, 'hex'),
      });
      expect(readDerIntegers(signature)).toEqual([BigInt(`0x${r}`), BigInt(`0x${s}`)]);
    });
  }

  for (const name of curveNames) {
    test(`of ${name} is one over the message to OpenSSL, and the other way round`, () => {
      for (let round = 0; round < 5; round++) {
        const { curve, privateKey, key, secret } = pairOn(name);
        const message = randomBytes(40);
        const digest = createHash(curve.hash).update(message).digest();
        expect(verify(curve.hash, message, key, signDigest(curve, { digest, secret }))).toBe(true);
        const signature = sign(curve.hash, message, privateKey);
        expect(isDigestSignature(curve, { digest, signature, key })).toBe(true);
      }
    });

    test(`of ${name} is right for digests of zeros and of ones too`, () => {
      const { curve, key, secret } = pairOn(name);
      const bytes = createHash(curve.hash).digest().length;
      for (const digest of [Buffer.alloc(bytes), Buffer.alloc(bytes, 0xff)]) {
        const signature = signDigest(curve, { digest, secret });
        expect(isDigestSignature(curve, { digest, signature, key })).toBe(true);
      }
    });

    test(`of ${name} is right for its digest and key alone, and only as it is`, () => {
      const { curve, key, secret } = pairOn(name);
      const digest = createHash(curve.hash).update('x').digest();
      const signature = signDigest(curve, { digest, secret });
      const [r = 0n, s = 0n] = readDerIntegers(signature) ?? [];
      const isRight = (changed: Partial<Parameters<typeof isDigestSignature>[1]>) =>
        isDigestSignature(curve, { digest, signature, key, ...changed });
      const of = (...numbers: bigint[]) => derSequence(...numbers.map(derInteger));
      expect(isRight({ signature: of(r, s) })).toBe(true);
      // The negative of s is right too, as it is to OpenSSL and AWS.
      expect(isRight({ signature: of(r, curve.order - s) })).toBe(true);
      expect(isRight({ digest: digest.map((byte, index) => (index === 3 ? byte ^ 1 : byte)) })).toBe(false);
      expect(isRight({ key: pairOn(name).key })).toBe(false);
      for (const wrong of [
        of(r, s + 1n),
        of(r + 1n, s),
        of(s, r),
        of(0n, s),
        of(r, 0n),
        of(curve.order, s),
        of(r, curve.order),
        of(r + curve.order, s),
        of(r),
        of(r, s, 1n),
        of(),
        signature.subarray(1),
        Buffer.concat([signature, Buffer.alloc(1)]),
      ]) {
        expect(isRight({ signature: wrong }), wrong.toString('hex')).toBe(false);
      }
    });

    test(`of ${name} has another secret number each time`, () => {
      const { curve, secret } = pairOn(name);
      const digest = createHash(curve.hash).update('x').digest();
      const first = () => readDerIntegers(signDigest(curve, { digest, secret }))?.[0];
      expect(first()).not.toBe(first());
    });

    test(`the private number of a key of ${name} is the one that its public half belongs to`, () => {
      const { curve, privateKey, secret } = pairOn(name);
      const { d = '' } = privateKey.export({ format: 'jwk' });
      expect(secret).toEqual(bytesOf(integerOf(Buffer.from(d, 'base64url')), curve.bytes));
    });
  }

  test('is right where the known digest is the one that was signed', () => {
    const { curve, key, secret } = pairOn('prime256v1');
    const digest = createHash('sha256').update('cryptable').digest();
    const signature = signDigest(curve, { digest, secret });
    expect(isDigestSignature(curve, { digest, signature, key })).toBe(true);
    expect(isDigestSignature(curve, { digest: Buffer.alloc(32), signature, key })).toBe(false);
  });
});
