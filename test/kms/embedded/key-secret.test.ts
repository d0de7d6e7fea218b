import { describe, expect, test } from 'vitest';
import { IntegrityFault } from '../../../src/base/errors.ts';
import { createFallbackCore } from '../../../src/crypto/fallback-core.ts';
import { publicHalfOf } from '../../../src/kms/embedded/asymmetric-key.ts';
import { newSecretOf, sealedSecret } from '../../../src/kms/embedded/key-secret.ts';
import { MaterialSafe } from '../../../src/kms/embedded/material.ts';

const core = createFallbackCore();
const safe = () => new MaterialSafe(core, core.generateKey());

describe('the secret of a new key', () => {
  test('never comes to JavaScript where the key is symmetric', async () => {
    expect(await newSecretOf('SYMMETRIC_DEFAULT')).toBeUndefined();
  });

  test('has the length of its HMAC', async () => {
    expect((await newSecretOf('HMAC_384'))?.bytes).toHaveLength(48);
  });

  test('R-MEM-2: is wiped once it is sealed, and lent again until its user returns', async () => {
    const materials = safe();
    const secret = await newSecretOf('ECC_NIST_P256');
    const bytes = Buffer.from(secret?.bytes ?? []);
    const material = sealedSecret(materials, 'k', secret ?? { bytes });
    expect(secret?.bytes.every((byte) => byte === 0)).toBe(true);
    expect(publicHalfOf('ECC_NIST_P256', bytes)?.toString('base64')).toBe(material.publicKey);
    let lent: Uint8Array = new Uint8Array(0);
    materials.useSecret('k', material, (opened) => {
      expect(Buffer.from(opened)).toEqual(bytes);
      lent = new Uint8Array(opened.buffer, opened.byteOffset, opened.length);
    });
    expect(lent).toHaveLength(bytes.length);
    expect(lent.every((byte) => byte === 0)).toBe(true);
  });

  test('opens for its own key and material in its own safe alone', () => {
    const materials = safe();
    const material = sealedSecret(materials, 'k', { bytes: Buffer.from('secret') });
    const other = sealedSecret(materials, 'k', { bytes: Buffer.from('other') });
    const use = (bytes: Uint8Array) => Buffer.from(bytes).toString();
    expect(materials.useSecret('k', material, use)).toBe('secret');
    expect(() => materials.useSecret('l', material, use)).toThrow(IntegrityFault);
    expect(() => materials.useSecret('k', { ...material, id: other.id }, use)).toThrow(IntegrityFault);
    expect(() => safe().useSecret('k', material, use)).toThrow(IntegrityFault);
  });

  test('is never read from the material of a symmetric key', () => {
    const materials = safe();
    expect(() => materials.useSecret('k', materials.make('k'), () => 0)).toThrow(IntegrityFault);
  });
});
