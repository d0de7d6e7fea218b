import { expect, test } from 'vitest';
import { describeKey } from '../../../src/api/kms/describe-key.ts';
import { user } from '../../support/embedded-kms.ts';
import {
  arnOf,
  keepsStates,
  openKmsApi,
  refused,
  refusesOtherKeyIds,
  stateRows,
} from '../../support/kms-api.ts';

const underTest = { operation: describeKey, inputOf: (KeyId: string) => ({ KeyId }) };

test('DescribeKey answers the metadata, of which an alias is no part', async () => {
  const { kms, call } = await openKmsApi();
  const { keyId, arn } = await kms.keys.create(user, { description: 'for books' });
  await kms.aliases.create(user, 'alias/books', keyId);
  const answer = await call(describeKey, { KeyId: 'alias/books' });
  expect(Object.keys(answer)).toEqual(['KeyMetadata']);
  expect(answer.KeyMetadata).toMatchObject({ KeyId: keyId, Arn: arn, Description: 'for books' });
  expect(JSON.stringify(answer)).not.toContain('alias/books');
});

test('DescribeKey makes the managed key of tables where it is asked for by its alias', async () => {
  const { kms, call } = await openKmsApi();
  expect(kms.keys.list(user)).toEqual([]);
  for (const KeyId of ['alias/aws/dynamodb', arnOf('alias/aws/dynamodb')]) {
    const { KeyMetadata } = await call(describeKey, { KeyId });
    expect(KeyMetadata).toMatchObject({ KeyManager: 'AWS', KeyState: 'Enabled' });
  }
  expect(kms.keys.list(user)).toHaveLength(1);
});

test('DescribeKey takes no token that was made up', async () => {
  const { kms, call, refusal } = await openKmsApi();
  const { keyId } = await kms.keys.create(user, {});
  const body = refused('InvalidGrantTokenException');
  expect(await refusal(describeKey, { KeyId: keyId, GrantTokens: ['token'] })).toEqual(body);
  expect(await call(describeKey, { KeyId: keyId, GrantTokens: [] })).toHaveProperty('KeyMetadata');
});

refusesOtherKeyIds(underTest, { forms: 'any' });
keepsStates(underTest, stateRows.always);
