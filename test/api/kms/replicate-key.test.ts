import { describe, expect, test } from 'vitest';
import { createKey } from '../../../src/api/kms/create-key.ts';
import { describeKey } from '../../../src/api/kms/describe-key.ts';
import { replicateKey } from '../../../src/api/kms/replicate-key.ts';
import { region, user } from '../../support/embedded-kms.ts';
import {
  invalid,
  keepsStates,
  openKmsApi,
  refused,
  refusesOtherKeyIds,
  stateRows,
} from '../../support/kms-api.ts';

const ReplicaRegion = 'eu-west-1';
const there = { ...user, region: ReplicaRegion };
const newKey = { multiRegion: true } as const;
const inputOf = (KeyId: string) => ({ KeyId, ReplicaRegion });
const underTest = { operation: replicateKey, inputOf, newKey };

describe('ReplicateKey', () => {
  test('answers the replica as DescribeKey shows it there, its policy and its tags', async () => {
    const { call } = await openKmsApi();
    const { KeyMetadata } = await call(createKey, { MultiRegion: true, Description: 'here' });
    const { KeyId, Arn } = Object(KeyMetadata);
    const Tags = [{ TagKey: 'a', TagValue: '1' }];
    const answer = await call(replicateKey, { ...inputOf(KeyId), Tags, Description: 'there' });
    const replicaArn = String(Arn).replace(region, ReplicaRegion);
    const configuration = {
      PrimaryKey: { Arn, Region: region },
      ReplicaKeys: [{ Arn: replicaArn, Region: ReplicaRegion }],
    };
    expect(answer).toEqual({
      ReplicaKeyMetadata: expect.objectContaining({
        Arn: replicaArn,
        KeyId,
        Description: 'there',
        KeyState: 'Enabled',
        MultiRegion: true,
        MultiRegionConfiguration: { MultiRegionKeyType: 'REPLICA', ...configuration },
      }),
      ReplicaPolicy: expect.stringContaining('key-default-1'),
      ReplicaTags: Tags,
    });
    expect(await call(describeKey, { KeyId }, there)).toEqual({ KeyMetadata: answer.ReplicaKeyMetadata });
    expect(await call(describeKey, { KeyId })).toMatchObject({
      KeyMetadata: {
        Description: 'here',
        MultiRegionConfiguration: { MultiRegionKeyType: 'PRIMARY', ...configuration },
      },
    });
  });

  test('refuses a second replica, one of a replica, a region that is none, and a key of one region (E16)', async () => {
    const { kms, call, refusal } = await openKmsApi();
    const { keyId, arn } = await kms.keys.create(user, newKey);
    await call(replicateKey, inputOf(keyId));
    expect(await refusal(replicateKey, inputOf(keyId))).toMatchObject({ __type: 'AlreadyExistsException' });
    expect(await refusal(replicateKey, { ...inputOf(keyId), ReplicaRegion: region })).toMatchObject({
      __type: 'AlreadyExistsException',
    });
    expect(await refusal(replicateKey, { KeyId: keyId, ReplicaRegion: 'us-west-2' }, there)).toEqual(
      refused(
        'UnsupportedOperationException',
        `${arn.replace(region, ReplicaRegion)} is not a multi-region primary key.`,
      ),
    );
    expect(await refusal(replicateKey, { KeyId: keyId, ReplicaRegion: 'mars' })).toEqual(
      invalid(
        "Value 'mars' at 'replicaRegion' failed to satisfy constraint: " +
          'Member must satisfy regular expression pattern: ^([a-z]+-){2,3}\\d+$',
      ),
    );
    const single = await kms.keys.create(user, {});
    expect(await refusal(replicateKey, inputOf(single.keyId))).toEqual(
      refused('UnsupportedOperationException', `${single.arn} is not a multi-region primary key.`),
    );
  });
});

refusesOtherKeyIds(underTest, { forms: 'keyOnly' });
keepsStates(underTest, stateRows.using);
