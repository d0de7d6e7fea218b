import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { AssertionFault } from '../../src/base/errors.ts';
import { openGcm, sealGcm } from '../../src/crypto/gcm.ts';
import { oracleGcmSeal } from '../support/oracle.ts';
import { nistGcmCases, type WycheproofGcmGroup, wycheproof } from '../support/published-vectors.ts';
import { usableCores } from '../support/usable-cores.ts';

const hex = (bytes: Uint8Array | undefined) =>
  bytes === undefined ? undefined : Buffer.from(bytes).toString('hex');
const sealing = nistGcmCases('nist/gcmEncryptExtIV256-iv96.rsp.gz');
const opening = nistGcmCases('nist/gcmDecrypt256-iv96.rsp.gz');
const groups = wycheproof<WycheproofGcmGroup>('wycheproof/aes_gcm_test.json.gz').testGroups;
const fullTagBytes = 16;

test('R-KAT-1: the published files hold all their cases', () => {
  expect([sealing.length, opening.length]).toEqual([2625, 2625]);
  expect(sealing.filter(({ tag }) => tag.length === fullTagBytes).length).toBe(375);
  expect(opening.filter(({ fails }) => fails).length).toBeGreaterThan(1000);
  expect(groups.reduce((sum, { tests }) => sum + tests.length, 0)).toBe(316);
});

for (const { name, gcm } of usableCores) {
  describe(`R-KAT-1: AES-256-GCM of ${name}`, () => {
    test('seals every NIST case to its ciphertext and tag', () => {
      for (const { name: title, key, nonce, aad, plain, ciphertext, tag } of sealing) {
        const sealed = gcm.seal(key, nonce, aad, plain);
        // A short tag of the standard is the beginning of the full one.
        const expected = Buffer.concat([ciphertext, tag]);
        expect(hex(sealed.subarray(0, expected.length)), title).toBe(hex(expected));
      }
    });

    test('opens every NIST case with a full tag, or refuses it where NIST does', () => {
      for (const { name: title, key, nonce, aad, plain, ciphertext, tag, fails } of opening) {
        if (tag.length !== fullTagBytes) continue;
        const opened = gcm.open(key, nonce, aad, Buffer.concat([ciphertext, tag]));
        expect(hex(opened), title).toBe(fails ? undefined : hex(plain));
      }
    });

    test('gives the tags that NIST calls right and none that it calls wrong, short ones too', () => {
      for (const { name: title, key, nonce, aad, plain, ciphertext, tag, fails } of opening) {
        // Where it fails NIST leaves the plaintext out; the cipher is its own inverse.
        const text = fails ? gcm.seal(key, nonce, aad, ciphertext).subarray(0, ciphertext.length) : plain;
        const sealed = gcm.seal(key, nonce, aad, text);
        expect(hex(sealed.subarray(0, ciphertext.length)), title).toBe(hex(ciphertext));
        const shortTag = sealed.subarray(ciphertext.length, ciphertext.length + tag.length);
        expect(hex(shortTag) === hex(tag), title).toBe(!fails);
      }
    });

    for (const { keySize, ivSize, tests } of groups) {
      const accepted = keySize === 256 && ivSize === 96;
      if (!accepted) {
        test(`refuses Wycheproof's keys of ${keySize} bits with nonces of ${ivSize} bits`, () => {
          for (const { key, iv, aad, msg, ct, tag } of tests) {
            const [k, n, a] = [Buffer.from(key, 'hex'), Buffer.from(iv, 'hex'), Buffer.from(aad, 'hex')];
            expect(() => gcm.seal(k, n, a, Buffer.from(msg, 'hex'))).toThrow();
            expect(() => gcm.open(k, n, a, Buffer.from(ct + tag, 'hex'))).toThrow();
          }
        });
        continue;
      }
      test(`judges all ${tests.length} cases of Wycheproof with 256 and 96 bits as it does`, () => {
        for (const { tcId, key, iv, aad, msg, ct, tag, result } of tests) {
          const [k, n, a] = [Buffer.from(key, 'hex'), Buffer.from(iv, 'hex'), Buffer.from(aad, 'hex')];
          const opened = gcm.open(k, n, a, Buffer.from(ct + tag, 'hex'));
          expect(hex(opened), `case ${tcId}`).toBe(result === 'valid' ? msg : undefined);
          const sealed = gcm.seal(k, n, a, Buffer.from(msg, 'hex'));
          expect(hex(sealed) === ct + tag, `case ${tcId}`).toBe(result === 'valid');
        }
      });
    }
  });
}

describe('AES-256-GCM over node:crypto', () => {
  const parameters = { key: randomBytes(32), nonce: randomBytes(12), aad: randomBytes(5) };

  test('seals and opens in place', () => {
    const memory = randomBytes(100);
    const plain = Buffer.from(memory.subarray(0, 84));
    sealGcm(parameters, memory.subarray(0, 84), memory);
    expect(hex(memory)).toBe(hex(oracleGcmSeal(parameters.key, parameters.nonce, parameters.aad, plain)));
    expect(openGcm(parameters, memory, memory.subarray(0, 84))).toBe(true);
    expect(hex(memory.subarray(0, 84))).toBe(hex(plain));
  });

  test('leaves zeros where the text does not open', () => {
    const sealed = oracleGcmSeal(parameters.key, parameters.nonce, parameters.aad, randomBytes(40));
    const into = randomBytes(40);
    sealed[0] = (sealed[0] ?? 0) ^ 1;
    expect(openGcm(parameters, sealed, into)).toBe(false);
    expect(hex(into)).toBe('00'.repeat(40));
  });

  const wrong: [string, () => unknown][] = [
    ['a nonce of 11 bytes to seal', () => seal(parameters.nonce.subarray(1), 16)],
    ['a nonce of 13 bytes to seal', () => seal(randomBytes(13), 16)],
    ['a nonce of 11 bytes to open', () => open(parameters.nonce.subarray(1), 16)],
    ['a place for less than the sealed text', () => seal(parameters.nonce, 15)],
    ['a place for more than the sealed text', () => seal(parameters.nonce, 17)],
    ['a tag of 15 bytes', () => open(parameters.nonce, 15)],
    ['a tag of 17 bytes', () => open(parameters.nonce, 17)],
  ];
  const seal = (nonce: Uint8Array, size: number) =>
    sealGcm({ ...parameters, nonce }, new Uint8Array(0), new Uint8Array(size));
  const open = (nonce: Uint8Array, size: number) =>
    openGcm({ ...parameters, nonce }, new Uint8Array(size), new Uint8Array(0));
  for (const [what, act] of wrong) {
    test(`asserts against ${what}`, () => expect(act).toThrow(AssertionFault));
  }
});
