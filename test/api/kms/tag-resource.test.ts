import { describe, expect, test } from 'vitest';
import { tagResource } from '../../../src/api/kms/tag-resource.ts';
import { user } from '../../support/embedded-kms.ts';
import {
  invalid,
  keepsStates,
  nothing,
  openKmsApi,
  refused,
  refusesOtherKeyIds,
  stateRows,
} from '../../support/kms-api.ts';

const tag = (TagKey: string, TagValue = 'v') => ({ TagKey, TagValue });
const underTest = { operation: tagResource, inputOf: (KeyId: string) => ({ KeyId, Tags: [tag('a')] }) };
const many = (count: number) => Array.from({ length: count }, (_, n) => tag(`tag-${n}`));

describe('TagResource', () => {
  test('sets new tags and new values of old ones, and answers nothing', async () => {
    const { kms, call } = await openKmsApi();
    const { keyId } = await kms.keys.create(user, {
      tags: [
        { key: 'a', value: '1' },
        { key: 'b', value: '2' },
      ],
    });
    expect(await call(tagResource, { KeyId: keyId, Tags: [tag('b', ''), tag('c', '3')] })).toBe(nothing);
    expect((await kms.keys.describe(user, keyId)).tags).toEqual([
      { key: 'a', value: '1' },
      { key: 'b', value: '' },
      { key: 'c', value: '3' },
    ]);
  });

  const at = "at 'tags.1.member.tagKey' failed to satisfy constraint: Member must have length";
  const long = 'k'.repeat(129);
  for (const [name, Tags, body] of [
    ['one key twice', [tag('a'), tag('a', 'w')], refused('TagException', 'Duplicate tag keys')],
    ["a key of AWS's", [tag('aws:a')], refused('TagException', 'Tags beginning with aws: are reserved')],
    [
      "a key of AWS's, in other case",
      [tag('AWS:a')],
      refused('TagException', 'Tags beginning with aws: are reserved'),
    ],
    ['more than fifty', many(51), refused('TagException', 'Too many tags')],
    ['a key of 129 characters', [tag(long)], invalid(`Value '${long}' ${at} less than or equal to 128`)],
    ['an empty key', [tag('')], invalid(`Value '' ${at} greater than or equal to 1`)],
  ] as const) {
    test(`refuses ${name}, and sets none of them`, async () => {
      const { kms, refusal } = await openKmsApi();
      const { keyId } = await kms.keys.create(user, {});
      expect(await refusal(tagResource, { KeyId: keyId, Tags })).toEqual(body);
      expect((await kms.keys.describe(user, keyId)).tags).toEqual([]);
    });
  }

  test('lets a key have fifty, and no more by being asked twice', async () => {
    const { kms, call, refusal } = await openKmsApi();
    const { keyId } = await kms.keys.create(user, {});
    await call(tagResource, { KeyId: keyId, Tags: many(50) });
    await call(tagResource, { KeyId: keyId, Tags: [tag('tag-7', 'again')] });
    expect(await refusal(tagResource, { KeyId: keyId, Tags: [tag('one more')] })).toEqual(
      refused('TagException', 'Too many tags'),
    );
  });
});

refusesOtherKeyIds(underTest, { forms: 'keyOnly' });
keepsStates(underTest, stateRows.notDying);
