import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { deleteImportedKeyMaterial } from '../../../src/api/kms/delete-imported-key-material.ts';
import { describeKey } from '../../../src/api/kms/describe-key.ts';
import { getParametersForImport } from '../../../src/api/kms/get-parameters-for-import.ts';
import { importKeyMaterial } from '../../../src/api/kms/import-key-material.ts';
import { user } from '../../support/embedded-kms.ts';
import { bytesOf, openKmsApi, refused } from '../../support/kms-api.ts';
import { wrappedFor } from '../../support/wrapped-material.ts';

const algorithm = 'RSAES_OAEP_SHA_256';
const forGood = { ExpirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE' };
const id = expect.stringMatching(/^[0-9a-f]{64}$/);

async function waiting(material = randomBytes(32)) {
  const api = await openKmsApi();
  const { keyId, arn } = await api.kms.keys.create(user, { origin: 'EXTERNAL' });
  const { ImportToken, PublicKey } = await api.call(getParametersForImport, {
    KeyId: keyId,
    WrappingAlgorithm: algorithm,
    WrappingKeySpec: 'RSA_2048',
  });
  const wrap = (other: Buffer) => wrappedFor(bytesOf(PublicKey), { material: other, algorithm });
  const input = { KeyId: keyId, ImportToken: bytesOf(ImportToken), EncryptedKeyMaterial: wrap(material) };
  return { ...api, keyId, arn, input, wrap };
}

describe('ImportKeyMaterial', () => {
  test('enables the key, which then tells of its material; the same token is good for more', async () => {
    const { call, keyId, arn, input, clock } = await waiting();
    const answer = await call(importKeyMaterial, { ...input, ...forGood });
    expect(answer).toEqual({ KeyId: arn, KeyMaterialId: id });
    const { KeyMetadata } = await call(describeKey, { KeyId: keyId });
    expect(KeyMetadata).toMatchObject({
      CurrentKeyMaterialId: answer.KeyMaterialId,
      Enabled: true,
      ExpirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE',
      KeyState: 'Enabled',
    });
    expect(KeyMetadata).not.toHaveProperty('ValidTo');
    const ValidTo = clock.nowMs() / 1000 + 3600;
    await call(importKeyMaterial, { ...input, ValidTo });
    expect(await call(describeKey, { KeyId: keyId })).toMatchObject({
      KeyMetadata: { ExpirationModel: 'KEY_MATERIAL_EXPIRES', ValidTo },
    });
  });

  test('shows nothing of material that is gone again', async () => {
    const { call, keyId, arn, input } = await waiting();
    const { KeyMaterialId } = await call(importKeyMaterial, { ...input, ...forGood });
    expect(await call(deleteImportedKeyMaterial, { KeyId: keyId })).toEqual({ KeyId: arn, KeyMaterialId });
    const { KeyMetadata } = await call(describeKey, { KeyId: keyId });
    expect(KeyMetadata).toMatchObject({ KeyState: 'PendingImport', Enabled: false });
    for (const member of ['CurrentKeyMaterialId', 'ExpirationModel', 'ValidTo']) {
      expect(KeyMetadata).not.toHaveProperty(member);
    }
  });

  const expires = 'A validTo date must be set if the ExpirationModel is KEY_MATERIAL_EXPIRES';
  for (const [name, change, body] of [
    ['no expiry', {}, refused('ValidationException', expires)],
    [
      'no expiry, said so',
      { ExpirationModel: 'KEY_MATERIAL_EXPIRES' },
      refused('ValidationException', expires),
    ],
    [
      'an expiry for material that has none',
      { ...forGood, ValidTo: 2_000_000_000 },
      refused(
        'ValidationException',
        'A validTo date must not be set if the ExpirationModel is KEY_MATERIAL_DOES_NOT_EXPIRE',
      ),
    ],
    [
      'an expiry that has passed',
      { ValidTo: 1 },
      refused('ValidationException', 'ValidTo must be in the future, and within 365 days.'),
    ],
    [
      'another token (E11)',
      { ...forGood, ImportToken: randomBytes(2500) },
      refused('InvalidImportTokenException'),
    ],
    [
      'material that does not unwrap (E11)',
      { ...forGood, EncryptedKeyMaterial: randomBytes(256) },
      refused('InvalidCiphertextException'),
    ],
    [
      'material that was there before, of which there is none',
      { ...forGood, ImportType: 'EXISTING_KEY_MATERIAL' },
      refused(
        'IncorrectKeyMaterialException',
        'The key material is not the same as the one that was imported before.',
      ),
    ],
  ] as const) {
    test(`refuses ${name}`, async () => {
      const { refusal, input } = await waiting();
      expect(await refusal(importKeyMaterial, { ...input, ...change })).toEqual(body);
    });
  }

  for (const bytes of [31, 33]) {
    test(`refuses material of ${bytes} bytes (E11)`, async () => {
      const { refusal, input } = await waiting(randomBytes(bytes));
      expect(await refusal(importKeyMaterial, { ...input, ...forGood })).toEqual(
        refused('IncorrectKeyMaterialException', 'Key material of key spec SYMMETRIC_DEFAULT has 32 bytes.'),
      );
    });
  }

  test('refuses other material on re-import, and a token that is a day old (E11)', async () => {
    const { call, refusal, clock, input, wrap } = await waiting();
    await call(importKeyMaterial, { ...input, ...forGood });
    const other = { ...input, ...forGood, EncryptedKeyMaterial: wrap(randomBytes(32)) };
    expect(await refusal(importKeyMaterial, other)).toMatchObject({
      __type: 'IncorrectKeyMaterialException',
    });
    clock.advance(86_400_000);
    expect(await refusal(importKeyMaterial, { ...input, ...forGood })).toEqual(
      refused('ExpiredImportTokenException'),
    );
  });

  test('is refused for a key that is pending deletion, and for one with material of its own', async () => {
    const { kms, refusal, arn, input } = await waiting();
    const own = await kms.keys.create(user, {});
    expect(await refusal(importKeyMaterial, { ...input, ...forGood, KeyId: own.keyId })).toEqual(
      refused(
        'UnsupportedOperationException',
        `${own.arn} origin is AWS_KMS which is not valid for this operation.`,
      ),
    );
    await kms.keys.scheduleDeletion(user, arn, 7);
    expect(await refusal(importKeyMaterial, { ...input, ...forGood })).toEqual(
      refused('KMSInvalidStateException', `${arn} is pending deletion.`),
    );
  });
});
