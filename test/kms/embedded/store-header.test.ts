import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { createFallbackCore } from '../../../src/crypto/fallback-core.ts';
import { makeHeader, openHeader } from '../../../src/kms/embedded/store-header.ts';
import { fixedRootKey } from '../../support/embedded-kms.ts';

const core = createFallbackCore();
const none = new Uint8Array(0);
const fieldsAt = 32 + 72;

/** The header with other fields and a checksum that fits them, as a forger would write it. */
function forged(body: Uint8Array, change: (fields: Record<string, unknown>) => void): Uint8Array {
  const fields = JSON.parse(Buffer.from(body.subarray(fieldsAt)).toString());
  change(fields);
  const rest = Buffer.concat([body.subarray(32, fieldsAt), Buffer.from(JSON.stringify(fields))]);
  return Buffer.concat([createHash('sha256').update(rest).digest(), rest]);
}

describe('the header', () => {
  test('leads back to the root of its store', async () => {
    const { root, storeId, body } = await makeHeader(core, fixedRootKey());
    const again = await openHeader(core, fixedRootKey(), body);
    const sealed = core.sealBytes(root, Buffer.from('x'), none);
    expect(Buffer.from(core.openBytes(again.root, sealed, none)).toString()).toBe('x');
    expect(again.storeId).toEqual(storeId);
  });

  test('gives every store another root under the same root key', async () => {
    const one = await makeHeader(core, fixedRootKey());
    const two = await makeHeader(core, fixedRootKey());
    const sealed = core.sealBytes(one.root, Buffer.from('x'), none);
    expect(() => core.openBytes(two.root, sealed, none)).toThrow();
  });

  const forgeries: [string, (fields: Record<string, unknown>) => void, string][] = [
    ['another store id', (fields) => (fields.storeId = '0'.repeat(32)), 'RootKeyWrong'],
    ['another format', (fields) => (fields.format = 2), 'StoreForeign'],
    ['one more field', (fields) => (fields.more = 1), 'RootKeyWrong'],
  ];
  for (const [name, change, code] of forgeries) {
    test(`forged with ${name} opens nothing`, async () => {
      const { body } = await makeHeader(core, fixedRootKey());
      await expect(openHeader(core, fixedRootKey(), forged(body, change))).rejects.toMatchObject({ code });
    });
  }

  const unreadable: [string, (fields: Record<string, unknown>) => void][] = [
    ['a short store id', (fields) => (fields.storeId = '00')],
    ['an unknown source', (fields) => (fields.recipe = { source: 'air' })],
    ['a key service without what it sealed', (fields) => (fields.recipe = { source: 'key-service' })],
    ['a token without what it sealed', (fields) => (fields.recipe = { source: 'pkcs11' })],
    ['a passphrase without salt', (fields) => (fields.recipe = { source: 'passphrase' })],
    [
      'a cost of gigabytes',
      (fields) =>
        (fields.recipe = {
          source: 'passphrase',
          salt: '00',
          costLog2: 30,
          blockSize: 8,
          parallelization: 1,
        }),
    ],
  ];
  for (const [name, change] of unreadable) {
    test(`forged with ${name} is damaged`, async () => {
      const { body } = await makeHeader(core, fixedRootKey());
      const opened = openHeader(core, fixedRootKey(), forged(body, change));
      await expect(opened).rejects.toMatchObject({ name: 'IntegrityFault', place: { record: 'header' } });
    });
  }
});
