import { describe, expect, test } from 'vitest';
import { listResourceTags } from '../../../src/api/kms/list-resource-tags.ts';
import { user } from '../../support/embedded-kms.ts';
import { keepsStates, openKmsApi, refused, refusesOtherKeyIds, stateRows } from '../../support/kms-api.ts';

const underTest = { operation: listResourceTags, inputOf: (KeyId: string) => ({ KeyId }) };

describe('ListResourceTags', () => {
  test('answers keys and values under the names of KMS', async () => {
    const { kms, call } = await openKmsApi();
    const tags = ['b', 'a'].map((key) => ({ key, value: `value of ${key}` }));
    const { keyId } = await kms.keys.create(user, { tags });
    expect(await call(listResourceTags, { KeyId: keyId })).toEqual({
      Tags: [
        { TagKey: 'a', TagValue: 'value of a' },
        { TagKey: 'b', TagValue: 'value of b' },
      ],
      Truncated: false,
    });
  });

  test('comes page by page, and a marker leads on for its own key alone', async () => {
    const { kms, call, refusal } = await openKmsApi();
    const tags = Array.from({ length: 50 }, (_, n) => ({ key: `tag-${n + 10}`, value: '' }));
    const { keyId } = await kms.keys.create(user, { tags });
    const other = await kms.keys.create(user, { tags });
    expect(await call(listResourceTags, { KeyId: keyId, Limit: 1000 })).toMatchObject({ Truncated: false });
    const { Tags, NextMarker, Truncated } = await call(listResourceTags, { KeyId: keyId, Limit: 30 });
    expect([Truncated, Tags]).toEqual([true, expect.objectContaining({ length: 30 })]);
    const rest = await call(listResourceTags, { KeyId: keyId, Marker: NextMarker });
    expect(rest.Tags).toHaveLength(20);
    expect(await refusal(listResourceTags, { KeyId: other.keyId, Marker: NextMarker })).toEqual(
      refused('InvalidMarkerException'),
    );
  });
});

refusesOtherKeyIds(underTest, { forms: 'keyOnly' });
keepsStates(underTest, stateRows.always);
