import { describe, expect, test } from 'vitest';
import { listKeys } from '../../../src/api/kms/list-keys.ts';
import { user } from '../../support/embedded-kms.ts';
import { invalid, openKmsApi, refused, stranger } from '../../support/kms-api.ts';

async function threeKeys() {
  const api = await openKmsApi();
  const keys = [];
  for (let n = 0; n < 3; n++) {
    const { keyId, arn } = await api.kms.keys.create(user, {});
    keys.push({ KeyId: keyId, KeyArn: arn });
  }
  return { ...api, keys: keys.sort((a, b) => (a.KeyId < b.KeyId ? -1 : 1)) };
}

describe('ListKeys', () => {
  test('answers an empty list where there are no keys', async () => {
    const { call } = await openKmsApi();
    expect(await call(listKeys, {})).toEqual({ Keys: [], Truncated: false });
  });

  test("answers id and ARN of each of the caller's keys, with the managed one", async () => {
    const { kms, call, keys } = await threeKeys();
    expect(await call(listKeys, {})).toEqual({ Keys: keys, Truncated: false });
    const { keyId, arn } = await kms.keys.describe(user, 'alias/aws/dynamodb');
    await kms.ownedKey(user.region);
    const { Keys } = await call(listKeys, { Limit: 1000 });
    expect(Keys).toHaveLength(4);
    expect(Keys).toContainEqual({ KeyId: keyId, KeyArn: arn });
    expect(await call(listKeys, {}, stranger)).toEqual({ Keys: [], Truncated: false });
  });

  test('comes page by page, each key once', async () => {
    const { call, keys } = await threeKeys();
    const first = await call(listKeys, { Limit: 2 });
    expect(first).toEqual({ Keys: keys.slice(0, 2), Truncated: true, NextMarker: expect.any(String) });
    const second = await call(listKeys, { Limit: 2, Marker: first.NextMarker });
    expect(second).toEqual({ Keys: keys.slice(2), Truncated: false });
  });

  test('refuses a marker that it did not give this caller', async () => {
    const { call, refusal } = await threeKeys();
    const { NextMarker } = await call(listKeys, { Limit: 1 });
    const body = refused('InvalidMarkerException');
    expect(await refusal(listKeys, { Marker: 'made up' })).toEqual(body);
    expect(await refusal(listKeys, { Marker: `${NextMarker}AAAA` })).toEqual(body);
    expect(await refusal(listKeys, { Marker: NextMarker }, stranger)).toEqual(body);
  });

  for (const [Limit, side] of [
    [0, 'greater than or equal to 1'],
    [1001, 'less than or equal to 1000'],
  ] as const) {
    test(`refuses a limit of ${Limit}`, async () => {
      const { refusal } = await openKmsApi();
      expect(await refusal(listKeys, { Limit })).toEqual(
        invalid(`Value '${Limit}' at 'limit' failed to satisfy constraint: Member must have value ${side}`),
      );
    });
  }
});
