import { describe, expect, test } from 'vitest';
import { listAliases } from '../../../src/api/kms/list-aliases.ts';
import { user } from '../../support/embedded-kms.ts';
import {
  arnOf,
  keepsStates,
  openKmsApi,
  refused,
  refusesOtherKeyIds,
  stateRows,
} from '../../support/kms-api.ts';

const underTest = { operation: listAliases, inputOf: (KeyId: string) => ({ KeyId }) };
const predefined = { AliasName: 'alias/aws/dynamodb', AliasArn: arnOf('alias/aws/dynamodb') };

describe('ListAliases', () => {
  test('shows the predefined alias before its key is made, without target and dates', async () => {
    const { call } = await openKmsApi();
    expect(await call(listAliases, {})).toEqual({ Aliases: [predefined], Truncated: false });
  });

  test('shows name, ARN, bare key id and both dates', async () => {
    const { kms, clock, call } = await openKmsApi();
    const first = await kms.keys.create(user, {});
    const second = await kms.keys.create(user, {});
    const createdSeconds = clock.nowMs() / 1000;
    await kms.aliases.create(user, 'alias/books', first.keyId);
    clock.advance(1500);
    await kms.aliases.update(user, 'alias/books', second.keyId);
    const entry = {
      AliasName: 'alias/books',
      AliasArn: arnOf('alias/books'),
      TargetKeyId: second.keyId,
      CreationDate: createdSeconds,
      LastUpdatedDate: createdSeconds + 1.5,
    };
    expect(await call(listAliases, {})).toEqual({ Aliases: [predefined, entry], Truncated: false });
    expect(await call(listAliases, { KeyId: second.arn })).toEqual({ Aliases: [entry], Truncated: false });
    expect(await call(listAliases, { KeyId: first.keyId })).toEqual({ Aliases: [], Truncated: false });
  });

  test('gives fifty where no limit is asked for, and a hundred at most', async () => {
    const { kms, call } = await openKmsApi();
    for (let key = 0; key < 3; key++) {
      const { keyId } = await kms.keys.create(user, {});
      for (let n = 0; n < 40; n++) await kms.aliases.create(user, `alias/${key}-${n}`, keyId);
    }
    for (const [Limit, count] of [
      [undefined, 50],
      [7, 7],
      [100, 100],
      [1000, 100],
    ]) {
      const page = await call(listAliases, { Limit });
      expect(page).toMatchObject({ Truncated: true, NextMarker: expect.any(String) });
      expect(page.Aliases).toHaveLength(count ?? 0);
    }
  });

  test('refuses a marker of another list', async () => {
    const { kms, call, refusal } = await openKmsApi();
    const { keyId } = await kms.keys.create(user, {});
    for (const name of ['alias/a', 'alias/b']) await kms.aliases.create(user, name, keyId);
    const { NextMarker } = await call(listAliases, { Limit: 1 });
    expect(await call(listAliases, { Marker: NextMarker })).toMatchObject({ Truncated: false });
    expect(await refusal(listAliases, { KeyId: keyId, Marker: NextMarker })).toEqual(
      refused('InvalidMarkerException'),
    );
  });
});

refusesOtherKeyIds(underTest, { forms: 'keyOnly' });
keepsStates(underTest, stateRows.always);
