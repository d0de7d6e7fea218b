import { describe, expect, test } from 'vitest';
import { updateAlias } from '../../../src/api/kms/update-alias.ts';
import { user } from '../../support/embedded-kms.ts';
import { arnOf, keyIn, nothing, openKmsApi, refused, unknownKeyId } from '../../support/kms-api.ts';

async function named() {
  const api = await openKmsApi();
  const { keyId } = await api.kms.keys.create(user, {});
  await api.kms.aliases.create(user, 'alias/books', keyId);
  return { ...api, keyId };
}

describe('UpdateAlias', () => {
  test('lets a name lead to another key, and answers nothing', async () => {
    const { kms, call } = await named();
    const { keyId, arn } = await kms.keys.create(user, {});
    expect(await call(updateAlias, { AliasName: 'alias/books', TargetKeyId: keyId })).toBe(nothing);
    expect((await kms.keys.describe(user, 'alias/books')).arn).toBe(arn);
  });

  for (const [state, verdict] of [
    ['Enabled', undefined],
    ['Disabled', undefined],
    ['PendingImport', undefined],
    ['PendingDeletion', 'is pending deletion.'],
  ] as const) {
    test(`to a key that is ${state}: ${verdict ?? 'ok'}`, async () => {
      const api = await named();
      const arn = await keyIn(state, api);
      const input = { AliasName: 'alias/books', TargetKeyId: arn };
      if (verdict === undefined) expect(await api.call(updateAlias, input)).toBe(nothing);
      else {
        const body = refused('KMSInvalidStateException', `${arn} ${verdict}`);
        expect(await api.refusal(updateAlias, input)).toEqual(body);
      }
    });
  }

  for (const [AliasName, TargetKeyId, body] of [
    ['alias/other', undefined, refused('NotFoundException', `Alias ${arnOf('alias/other')} is not found.`)],
    ['alias/aws/dynamodb', undefined, refused('NotAuthorizedException')],
    ['alias/books', 'alias/books', refused('ValidationException', 'Aliases must refer to keys. Not aliases')],
    [
      'alias/books',
      unknownKeyId,
      refused('NotFoundException', `Key '${arnOf(`key/${unknownKeyId}`)}' does not exist`),
    ],
  ] as const) {
    test(`refuses ${AliasName} to ${TargetKeyId ?? 'a key'}, and the name stays where it was`, async () => {
      const { kms, refusal, keyId } = await named();
      const target = TargetKeyId ?? (await kms.keys.create(user, {})).keyId;
      expect(await refusal(updateAlias, { AliasName, TargetKeyId: target })).toEqual(body);
      expect((await kms.keys.describe(user, 'alias/books')).keyId).toBe(keyId);
    });
  }
});
