import { expect, test } from 'vitest';
import { describe as describeKey, isIn, keyArn } from '../../../src/kms/embedded/key.ts';
import { openKms, region, tableService, user } from '../../support/embedded-kms.ts';

test('the ARN of a key names region, account and id', () => {
  expect(keyArn('eu-west-1', '111122223333', 'x')).toBe('arn:aws:kms:eu-west-1:111122223333:key/x');
});

test('a key is in the namespace of its account and region alone', async () => {
  const { kms } = await openKms();
  const key = await kms.keys.create(user, {});
  expect(isIn(user, key)).toBe(true);
  expect(isIn({ ...user, region: 'eu-west-1' }, key)).toBe(false);
  expect(isIn({ ...user, account: '9' }, key)).toBe(false);
});

test('keys that no customer made are AWS’s', async () => {
  const { kms } = await openKms();
  const { keyId } = await kms.keys.create(user, {});
  expect(describeKey(kms.keys.read(user, 'DescribeKey', keyId)).manager).toBe('CUSTOMER');
  expect((await kms.describeKey(user, 'alias/aws/dynamodb')).manager).toBe('AWS');
  expect((await kms.describeKey(tableService, await kms.ownedKey(region))).manager).toBe('AWS');
});

test('a key that is scheduled for deletion is described with its date', async () => {
  const { kms, clock } = await openKms();
  const { keyId } = await kms.keys.create(user, {});
  expect(await kms.describeKey(user, keyId)).not.toHaveProperty('deletionMs');
  await kms.keys.scheduleDeletion(user, keyId, 7);
  const deletionMs = clock.nowMs() + 7 * 86_400_000;
  expect(await kms.describeKey(user, keyId)).toMatchObject({ state: 'PendingDeletion', deletionMs });
  await kms.keys.cancelDeletion(user, keyId);
  expect(await kms.describeKey(user, keyId)).not.toHaveProperty('deletionMs');
});
