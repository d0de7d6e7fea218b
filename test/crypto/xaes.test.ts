import { createHash, randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { AssertionFault } from '../../src/base/errors.ts';
import { deriveGcmKey, openXaes, sealXaes } from '../../src/crypto/xaes.ts';
import { oracleXaesKey } from '../support/oracle.ts';
import { usableCores } from '../support/usable-cores.ts';

const hex = (bytes: Uint8Array | undefined) =>
  bytes === undefined ? undefined : Buffer.from(bytes).toString('hex');
const nonce = Buffer.from('ABCDEFGHIJKLMNOPQRSTUVWX');
const plain = Buffer.from('XAES-256-GCM');

/** The two vectors of c2sp.org/XAES-256-GCM: in the first, doubling L carries nothing, in the second it does. */
const vectors = [
  {
    key: Buffer.alloc(32, 1),
    derived: 'c8612c9ed53fe43e8e005b828a1631a0bbcb6ab2f46514ec4f439fcfd0fa969b',
    aad: Buffer.alloc(0),
    sealed: 'ce546ef63c9cc60765923609b33a9a1974e96e52daf2fcf7075e2271',
  },
  {
    key: Buffer.alloc(32, 3),
    derived: 'e9c621d4cdd9b11b00a6427ad7e559aeedd66b3857646677748f8ca796cb3fd8',
    aad: Buffer.from('c2sp.org/XAES-256-GCM'),
    sealed: '986ec1832593df5443a179437fd083bf3fdb41abd740a21f71eb769d',
  },
];

/** The specification's accumulated test: one stream gives every round's input, a hash takes every output. */
const roundCount = 10_000;
const roundBytesMax = 32 + 24 + 1 + 255 + 1 + 255;
const accumulated = 'e6b9edf2df6cec60c8cbd864e2211b597fb69a529160cd040d56c0c210081939';

for (const { name, xaes } of usableCores) {
  describe(`XAES-256-GCM of ${name}`, () => {
    for (const { key, aad, sealed } of vectors) {
      test(`seals and opens the published text under a key of ${key[0]}s, and no other`, () => {
        expect(hex(xaes.seal(key, nonce, aad, plain))).toBe(sealed);
        const bytes = Buffer.from(sealed, 'hex');
        expect(hex(xaes.open(key, nonce, aad, bytes))).toBe(hex(plain));
        for (let bit = 0; bit < bytes.length * 8; bit++) {
          expect(xaes.open(key, nonce, aad, flipped(bytes, bit)), `bit ${bit}`).toBeUndefined();
        }
        for (let bit = 0; bit < nonce.length * 8; bit++) {
          expect(xaes.open(key, flipped(nonce, bit), aad, bytes), `nonce bit ${bit}`).toBeUndefined();
        }
      });
    }

    test(`passes the accumulated test of ${roundCount.toLocaleString('en')} rounds`, () => {
      const stream = createHash('shake128', { outputLength: roundCount * roundBytesMax }).digest();
      const results = createHash('shake128', { outputLength: 32 });
      let at = 0;
      const take = (size: number) => {
        at += size;
        return stream.subarray(at - size, at);
      };
      for (let round = 0; round < roundCount; round++) {
        const [key, n] = [take(32), take(24)];
        const text = take(take(1)[0] ?? 0);
        const aad = take(take(1)[0] ?? 0);
        const sealed = xaes.seal(key, n, aad, text);
        if (hex(xaes.open(key, n, aad, sealed)) !== hex(text))
          throw new Error(`round ${round} does not open`);
        results.update(sealed);
      }
      expect(results.digest('hex')).toBe(accumulated);
    });

    test('refuses nonces of other lengths', () => {
      for (const size of [0, 12, 23, 25]) {
        expect(() => xaes.seal(Buffer.alloc(32), Buffer.alloc(size), plain, plain)).toThrow();
        expect(() => xaes.open(Buffer.alloc(32), Buffer.alloc(size), plain, Buffer.alloc(40))).toThrow();
      }
    });

    test('does not open what is shorter than a tag', () => {
      for (const size of [0, 1, 15]) {
        expect(xaes.open(Buffer.alloc(32), nonce, plain, Buffer.alloc(size))).toBeUndefined();
      }
    });
  });
}

describe('the derived key', () => {
  for (const { key, derived } of vectors) {
    test(`is the published one for a key of ${key[0]}s`, () => {
      expect(hex(deriveGcmKey(key, nonce.subarray(0, 12)))).toBe(derived);
      expect(hex(oracleXaesKey(key, nonce))).toBe(derived);
    });
  }

  test('is the same computed in two ways, for a thousand random keys', () => {
    for (let turn = 0; turn < 1000; turn++) {
      const [key, keyNonce] = [randomBytes(32), randomBytes(12)];
      expect(hex(deriveGcmKey(key, keyNonce))).toBe(hex(oracleXaesKey(key, keyNonce)));
    }
  });

  test('asserts against nonces of another length', () => {
    expect(() => deriveGcmKey(randomBytes(32), randomBytes(24))).toThrow(AssertionFault);
    const parameters = { key: randomBytes(32), nonce: randomBytes(12), aad: plain };
    expect(() => sealXaes(parameters, plain)).toThrow(AssertionFault);
    expect(() => openXaes(parameters, randomBytes(20))).toThrow(AssertionFault);
  });
});

function flipped(bytes: Uint8Array, bit: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  return copy;
}
