import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { deleteImportedKeyMaterial } from '../../../src/api/kms/delete-imported-key-material.ts';
import { user } from '../../support/embedded-kms.ts';
import { openKmsApi, refused } from '../../support/kms-api.ts';
import { importInto } from '../../support/wrapped-material.ts';

describe('DeleteImportedKeyMaterial', () => {
  test('has no effect where there is no material yet', async () => {
    const { kms, call } = await openKmsApi();
    const { keyId, arn } = await kms.keys.create(user, { origin: 'EXTERNAL' });
    expect(await call(deleteImportedKeyMaterial, { KeyId: keyId })).toEqual({ KeyId: arn });
    expect(kms.keys.read(user, 'DescribeKey', keyId).state).toBe('PendingImport');
  });

  test('leaves a key that is pending deletion so, which then waits for its material when it is kept', async () => {
    const { kms, call } = await openKmsApi();
    const { keyId } = await kms.keys.create(user, { origin: 'EXTERNAL' });
    await importInto(kms, keyId, { material: randomBytes(32) });
    await kms.keys.scheduleDeletion(user, keyId, 7);
    await call(deleteImportedKeyMaterial, { KeyId: keyId });
    expect(kms.keys.read(user, 'DescribeKey', keyId).state).toBe('PendingDeletion');
    expect((await kms.keys.cancelDeletion(user, keyId)).state).toBe('PendingImport');
  });

  test('refuses a key with material of its own, and material the key never had', async () => {
    const { kms, refusal } = await openKmsApi();
    const own = await kms.keys.create(user, {});
    expect(await refusal(deleteImportedKeyMaterial, { KeyId: own.keyId })).toEqual(
      refused(
        'UnsupportedOperationException',
        `${own.arn} origin is AWS_KMS which is not valid for this operation.`,
      ),
    );
    const { keyId } = await kms.keys.create(user, { origin: 'EXTERNAL' });
    const KeyMaterialId = 'a'.repeat(64);
    expect(await refusal(deleteImportedKeyMaterial, { KeyId: keyId, KeyMaterialId })).toEqual(
      refused('NotFoundException', `Key material '${KeyMaterialId}' does not exist`),
    );
  });
});
