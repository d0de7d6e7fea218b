import { createHmac, hkdfSync, randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { expandKey } from '../../src/crypto/hkdf.ts';
import { oracleExpand } from '../support/oracle.ts';
import { type WycheproofHkdfGroup, wycheproof } from '../support/published-vectors.ts';
import { usableCores } from '../support/usable-cores.ts';

/** Published cases of HKDF, extraction done here: a key of ours is what the extraction gives. */
const cases = wycheproof<WycheproofHkdfGroup>('wycheproof/hkdf_sha256_test.json.gz')
  .testGroups.flatMap(({ tests }) => tests)
  .filter(({ result }) => result === 'valid')
  .map(({ tcId, ikm, salt, info, okm }) => ({
    name: `case ${tcId}`,
    parent: createHmac('sha256', Buffer.from(salt, 'hex')).update(Buffer.from(ikm, 'hex')).digest(),
    info: Buffer.from(info, 'hex'),
    output: okm.slice(0, 64),
  }));
const whole = cases.filter(({ output }) => output.length === 64);

test('R-KAT-1: the published file holds its cases', () => {
  expect([cases.length, whole.length]).toEqual([83, 65]);
});

test('R-KAT-1: HKDF-Expand over node:crypto gives the published output', () => {
  for (const { name, parent, info, output } of cases) {
    expect(expandKey(parent, info).toString('hex').slice(0, output.length), name).toBe(output);
  }
});

test('HKDF-Expand is computed alike in two ways', () => {
  for (const size of [0, 1, 55, 56, 64, 1000]) {
    const [parent, info] = [randomBytes(32), randomBytes(size)];
    expect(expandKey(parent, info).toString('hex')).toBe(oracleExpand(parent, info, 32).toString('hex'));
  }
});

test('the oracle of these tests agrees with the HKDF of node:crypto', () => {
  const [secret, salt, info] = [randomBytes(32), randomBytes(32), randomBytes(20)];
  const extracted = createHmac('sha256', salt).update(secret).digest();
  const output = Buffer.from(hkdfSync('sha256', secret, salt, info, 100)).toString('hex');
  expect(oracleExpand(extracted, info, 100).toString('hex')).toBe(output);
});

for (const { name, core } of usableCores) {
  describe(`a key derived by ${name}`, () => {
    const plain = Buffer.from('sealed under the derived key');
    const none = new Uint8Array(0);

    test('R-KAT-1: is the published output', () => {
      for (const { name: title, parent, info, output } of whole) {
        const derived = core.deriveKey(core.importKey(Uint8Array.from(parent)), info);
        const published = core.importKey(Buffer.from(output, 'hex'));
        const sealed = core.sealBytes(derived, plain, none);
        expect(Buffer.from(core.openBytes(published, sealed, none)), title).toEqual(plain);
      }
    });

    test('is the one that HKDF-Expand gives for info of any length', () => {
      for (let size = 0; size <= 260; size++) {
        const [parent, info] = [randomBytes(32), randomBytes(size)];
        const expected = core.importKey(Uint8Array.from(oracleExpand(parent, info, 32)));
        const derived = core.deriveKey(core.importKey(parent), info);
        const sealed = core.sealBytes(expected, plain, none);
        expect(Buffer.from(core.openBytes(derived, sealed, none)), `${size} bytes`).toEqual(plain);
      }
    });
  });
}
