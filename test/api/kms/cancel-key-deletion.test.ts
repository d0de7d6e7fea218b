import { expect, test } from 'vitest';
import { cancelKeyDeletion } from '../../../src/api/kms/cancel-key-deletion.ts';
import { user } from '../../support/embedded-kms.ts';
import { keepsStates, keyIn, openKmsApi, refused, unknownKeyId } from '../../support/kms-api.ts';

test('CancelKeyDeletion answers the ARN, and leaves the key disabled', async () => {
  const api = await openKmsApi();
  const arn = await keyIn('PendingDeletion', api);
  const KeyId = arn.slice(arn.indexOf('/') + 1);
  expect(await api.call(cancelKeyDeletion, { KeyId })).toEqual({ KeyId: arn });
  const { state, deletionMs } = await api.kms.keys.describe(user, arn);
  expect([state, deletionMs]).toEqual(['Disabled', undefined]);
});

test('CancelKeyDeletion leaves a key without material waiting for it', async () => {
  const api = await openKmsApi();
  const arn = await keyIn('PendingImport', api);
  await api.kms.keys.scheduleDeletion(user, arn, 7);
  await api.call(cancelKeyDeletion, { KeyId: arn });
  expect((await api.kms.keys.describe(user, arn)).state).toBe('PendingImport');
});

keepsStates(
  { operation: cancelKeyDeletion, inputOf: (KeyId) => ({ KeyId }) },
  {
    Enabled: 'is not pending deletion.',
    Disabled: 'is not pending deletion.',
    PendingDeletion: 'ok',
    PendingImport: 'is not pending deletion.',
  },
);

test('CancelKeyDeletion finds its key not by an alias, nor one that is not there', async () => {
  const { refusal } = await openKmsApi();
  expect(await refusal(cancelKeyDeletion, { KeyId: 'alias/a' })).toEqual(
    refused('NotFoundException', "Invalid keyId 'alias/a'"),
  );
  expect((await refusal(cancelKeyDeletion, { KeyId: unknownKeyId })).message).toMatch(/does not exist$/);
});
