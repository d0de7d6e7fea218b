import { expect, test } from 'vitest';
import { untagResource } from '../../../src/api/kms/untag-resource.ts';
import { user } from '../../support/embedded-kms.ts';
import { keepsStates, nothing, openKmsApi, refusesOtherKeyIds, stateRows } from '../../support/kms-api.ts';

const underTest = { operation: untagResource, inputOf: (KeyId: string) => ({ KeyId, TagKeys: ['a'] }) };

test('UntagResource removes the tags named, is silent on others, and answers nothing', async () => {
  const { kms, call } = await openKmsApi();
  const tags = ['a', 'b', 'c'].map((key) => ({ key, value: key }));
  const { keyId } = await kms.keys.create(user, { tags });
  expect(await call(untagResource, { KeyId: keyId, TagKeys: ['c', 'never there', 'a', 'A'] })).toBe(nothing);
  expect((await kms.keys.describe(user, keyId)).tags).toEqual([{ key: 'b', value: 'b' }]);
});

test('UntagResource refuses to be told no keys', async () => {
  const { kms, refusal } = await openKmsApi();
  const { keyId } = await kms.keys.create(user, {});
  expect((await refusal(untagResource, { KeyId: keyId })).message).toMatch(/Value null at 'tagKeys' /);
});

refusesOtherKeyIds(underTest, { forms: 'keyOnly' });
keepsStates(underTest, stateRows.notDying);
