import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { newKeyPair } from '../../../src/kms/embedded/asymmetric-key.ts';
import { unwrapped, wrappingAlgorithms } from '../../../src/kms/embedded/import-wrapping.ts';
import { wrappedFor } from '../../support/wrapped-material.ts';

describe('wrapped material', async () => {
  const { privateKey, publicKey } = await newKeyPair('RSA_2048');

  for (const algorithm of wrappingAlgorithms) {
    const lengths = algorithm.startsWith('RSAES') ? [1, 32, 64] : [1, 32, 33, 1218, 2375];
    for (const length of lengths) {
      test(`of ${length} bytes under ${algorithm} comes out as it went in, and unchanged alone`, () => {
        const material = randomBytes(length);
        const wrapped = wrappedFor(publicKey, { material, algorithm });
        expect(unwrapped(privateKey, { algorithm, wrapped })).toEqual(material);
        for (const at of [0, 128, 255, wrapped.length - 1]) {
          const changed = Buffer.from(wrapped);
          changed.writeUInt8(changed.readUInt8(at) ^ 1, at);
          expect(unwrapped(privateKey, { algorithm, wrapped: changed }), `byte ${at}`).toBeUndefined();
        }
        expect(unwrapped(privateKey, { algorithm, wrapped: wrapped.subarray(0, -1) })).toBeUndefined();
      });
    }

    test(`under ${algorithm} is none under another algorithm`, () => {
      const wrapped = wrappedFor(publicKey, { material: randomBytes(32), algorithm });
      for (const other of wrappingAlgorithms.filter((name) => name !== algorithm)) {
        expect(unwrapped(privateKey, { algorithm: other, wrapped }), other).toBeUndefined();
      }
    });
  }

  test('that is no key under the one-time key is none at all', () => {
    const algorithm = 'RSA_AES_KEY_WRAP_SHA_256';
    const short = wrappedFor(publicKey, { material: randomBytes(16), algorithm: 'RSAES_OAEP_SHA_256' });
    for (const wrapped of [short, Buffer.concat([short, randomBytes(40)]), Buffer.alloc(3)]) {
      expect(unwrapped(privateKey, { algorithm, wrapped })).toBeUndefined();
    }
  });
});
