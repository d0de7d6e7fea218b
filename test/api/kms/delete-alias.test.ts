import { describe, expect, test } from 'vitest';
import { deleteAlias } from '../../../src/api/kms/delete-alias.ts';
import { user } from '../../support/embedded-kms.ts';
import { arnOf, keyIn, nothing, openKmsApi, refused, stranger } from '../../support/kms-api.ts';

const missing = refused('NotFoundException', `Alias ${arnOf('alias/books')} is not found.`);

describe('DeleteAlias', () => {
  for (const state of ['Enabled', 'Disabled', 'PendingDeletion', 'PendingImport']) {
    test(`takes the name from a key that is ${state}, and answers nothing`, async () => {
      const api = await openKmsApi();
      const origin = state === 'PendingImport' ? 'EXTERNAL' : 'AWS_KMS';
      const { keyId } = await api.kms.keys.create(user, { origin });
      await api.kms.aliases.create(user, 'alias/books', keyId);
      if (state === 'Disabled') await api.kms.keys.disable(user, keyId);
      if (state === 'PendingDeletion') await api.kms.keys.scheduleDeletion(user, keyId, 7);
      expect(await api.call(deleteAlias, { AliasName: 'alias/books' })).toBe(nothing);
      expect(await api.refusal(deleteAlias, { AliasName: 'alias/books' })).toEqual(missing);
      expect((await api.kms.keys.describe(user, keyId)).state).toBe(state);
    });
  }

  test('refuses a name that is not there, or is reserved', async () => {
    const { refusal } = await openKmsApi();
    expect(await refusal(deleteAlias, { AliasName: 'alias/books' })).toEqual(missing);
    expect(await refusal(deleteAlias, { AliasName: 'alias/aws/dynamodb' })).toEqual(
      refused('NotAuthorizedException'),
    );
  });

  test("does not reach another account's names", async () => {
    const api = await openKmsApi();
    const arn = await keyIn('Enabled', api);
    await api.kms.aliases.create(user, 'alias/books', arn);
    const body = await api.refusal(deleteAlias, { AliasName: 'alias/books' }, stranger);
    expect(body.__type).toBe('NotFoundException');
    expect((await api.kms.keys.describe(user, 'alias/books')).arn).toBe(arn);
  });
});
