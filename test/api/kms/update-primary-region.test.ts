import { expect, test } from 'vitest';
import { describeKey } from '../../../src/api/kms/describe-key.ts';
import { replicateKey } from '../../../src/api/kms/replicate-key.ts';
import { updatePrimaryRegion } from '../../../src/api/kms/update-primary-region.ts';
import { region, user } from '../../support/embedded-kms.ts';
import { nothing, openKmsApi, refused } from '../../support/kms-api.ts';

test('UpdatePrimaryRegion refuses a region without a replica, the one it is in, and a key of one region (E16)', async () => {
  const { kms, refusal } = await openKmsApi();
  const { keyId, arn } = await kms.keys.create(user, { multiRegion: true });
  const single = await kms.keys.create(user, {});
  for (const [input, body] of [
    [
      { KeyId: keyId, PrimaryRegion: 'eu-west-1' },
      refused('NotFoundException', `Key '${arn.replace(region, 'eu-west-1')}' does not exist`),
    ],
    [
      { KeyId: keyId, PrimaryRegion: region },
      refused('ValidationException', `${arn} is the primary key already.`),
    ],
    [
      { KeyId: single.keyId, PrimaryRegion: 'eu-west-1' },
      refused('UnsupportedOperationException', `${single.arn} is not a multi-region primary key.`),
    ],
  ] as const) {
    expect(await refusal(updatePrimaryRegion, input)).toEqual(body);
  }
});

test('UpdatePrimaryRegion lets the replica be replicated, and its former primary no longer', async () => {
  const { kms, call, refusal } = await openKmsApi();
  const there = { ...user, region: 'eu-west-1' };
  const { keyId } = await kms.keys.create(user, { multiRegion: true });
  await call(replicateKey, { KeyId: keyId, ReplicaRegion: there.region });
  const input = { KeyId: keyId, PrimaryRegion: there.region };
  expect(await call(updatePrimaryRegion, input)).toBe(nothing);
  expect(await refusal(updatePrimaryRegion, input)).toMatchObject({
    __type: 'UnsupportedOperationException',
  });
  await call(replicateKey, { KeyId: keyId, ReplicaRegion: 'us-west-2' }, there);
  expect(await call(describeKey, { KeyId: keyId })).toMatchObject({
    KeyMetadata: { MultiRegionConfiguration: { MultiRegionKeyType: 'REPLICA' } },
  });
});
