import { expect, test } from 'vitest';
import { otherSource } from '../../../src/kms/embedded/root-key.ts';

const wrapped = new Uint8Array(0);

test.each([
  [{ source: 'file' }, 'is in a file'],
  [
    { source: 'passphrase', salt: wrapped, costLog2: 1, blockSize: 1, parallelization: 1 },
    'comes from a passphrase',
  ],
  [{ source: 'key-service', wrapped }, 'is sealed by a key service'],
  [{ source: 'pkcs11', wrapped }, 'is sealed by a PKCS#11 token'],
] as const)('of a store whose root key is kept otherwise it is said how: %o', (recipe, words) => {
  expect(otherSource(recipe)).toMatchObject({
    code: 'RootKeyWrong',
    message: expect.stringContaining(words),
  });
});
