import { describe, expect, test } from 'vitest';
import { createAlias } from '../../../src/api/kms/create-alias.ts';
import { user } from '../../support/embedded-kms.ts';
import {
  arnOf,
  invalid,
  keepsStates,
  nothing,
  openKmsApi,
  refused,
  refusesOtherKeyIds,
  stateRows,
} from '../../support/kms-api.ts';

const underTest = {
  operation: createAlias,
  inputOf: (TargetKeyId: string) => ({ AliasName: 'alias/new', TargetKeyId }),
};

describe('CreateAlias', () => {
  test('names a key, and answers nothing', async () => {
    const { kms, call } = await openKmsApi();
    const { keyId, arn } = await kms.keys.create(user, {});
    expect(await call(createAlias, { AliasName: 'alias/books/1', TargetKeyId: keyId })).toBe(nothing);
    expect((await kms.keys.describe(user, 'alias/books/1')).arn).toBe(arn);
  });

  test('refuses a name that there is', async () => {
    const { kms, call, refusal } = await openKmsApi();
    const { keyId } = await kms.keys.create(user, {});
    const input = { AliasName: 'alias/books', TargetKeyId: keyId };
    await call(createAlias, input);
    const message = `An alias with the name ${arnOf('alias/books')} already exists`;
    expect(await refusal(createAlias, input)).toEqual(refused('AlreadyExistsException', message));
  });

  const prefix =
    'Alias must start with the prefix "alias/". Please see ' +
    'https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html';
  const form = 'An alias is alias/ and 1 to 250 letters, digits, slashes, underscores or hyphens.';
  const at = "at 'aliasName' failed to satisfy constraint: Member must";
  const long = `alias/${'a'.repeat(251)}`;
  for (const [AliasName, body] of [
    ['books', refused('ValidationException', prefix)],
    ['Alias/books', refused('ValidationException', prefix)],
    ['alias/aws/books', refused('NotAuthorizedException')],
    ['alias/aws/dynamodb', refused('NotAuthorizedException')],
    ['alias/', refused('InvalidAliasNameException', form)],
    ['alias/a:b', refused('InvalidAliasNameException', 'alias/a:b contains invalid characters for an alias')],
    ['alias/a b', invalid(`Value 'alias/a b' ${at} satisfy regular expression pattern: ^[a-zA-Z0-9:/_-]+$`)],
    [long, invalid(`Value '${long}' ${at} have length less than or equal to 256`)],
  ] as const) {
    test(`refuses the name ${AliasName.slice(0, 40)}`, async () => {
      const { kms, refusal } = await openKmsApi();
      const { keyId } = await kms.keys.create(user, {});
      expect(await refusal(createAlias, { AliasName, TargetKeyId: keyId })).toEqual(body);
      expect(kms.aliases.list(user, keyId)).toEqual([]);
    });
  }

  test('refuses a 51st name of a key', async () => {
    const { kms, refusal } = await openKmsApi();
    const { keyId, arn } = await kms.keys.create(user, {});
    for (let n = 0; n < 50; n++) await kms.aliases.create(user, `alias/${n}`, keyId);
    expect(await refusal(createAlias, { AliasName: 'alias/50', TargetKeyId: keyId })).toEqual(
      refused('LimitExceededException', `${arn} has 50 aliases already.`),
    );
  });
});

refusesOtherKeyIds(underTest, {
  forms: 'keyOnly',
  path: 'targetKeyId',
  noAlias: 'Aliases must refer to keys. Not aliases',
});
keepsStates(underTest, stateRows.notDying);
