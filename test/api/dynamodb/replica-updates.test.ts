import { describe, expect, test } from 'vitest';
import { type ReplicationGroupUpdate, replicaUpdate } from '../../../src/api/dynamodb/replica-updates.ts';
import { refusalOf } from '../../support/refusal.ts';
import { lacks, P } from './support.ts';

const RegionName = 'eu-west-1';

test('a replica is asked for, with a key of its region or without one, or taken away', () => {
  expect(replicaUpdate([{ Create: { RegionName } }])).toEqual({ create: { region: RegionName } });
  expect(replicaUpdate([{ Create: { RegionName, KMSMasterKeyId: 'mrk-1' } }])).toEqual({
    create: { region: RegionName, keyId: 'mrk-1' },
  });
  expect(replicaUpdate([{ Delete: { RegionName } }])).toEqual({ remove: { region: RegionName } });
});

describe('refused is', () => {
  const Create = { RegionName };
  const mustBeSpecified = `${P}KMSMasterKeyId must be specified for each replica.`;
  const oneAction = `${P}ReplicaUpdates: exactly one of Create, Update and Delete must be specified`;
  const override = (member: object) => ({ Create: { RegionName, ...member } });
  const cases: readonly (readonly [string, readonly ReplicationGroupUpdate[], string])[] = [
    ['no update', [], oneAction],
    ['an update of nothing', [{}], oneAction],
    ['an update of two kinds', [{ Create, Delete: Create }], oneAction],
    [
      'more than one',
      [{ Create }, { Create: { RegionName: 'eu-west-2' } }],
      `${P}ReplicaUpdates: one replica can be changed in one request`,
    ],
    ['an Update that changes nothing (§1.7)', [{ Update: Create }], mustBeSpecified],
    ['an Update of the key (§1.7)', [{ Update: { RegionName, KMSMasterKeyId: 'k' } }], mustBeSpecified],
    [
      'a key without a name',
      [{ Create: { RegionName, KMSMasterKeyId: '' } }],
      "1 validation error detected: Value '' at 'replicaUpdates.1.member.create.kMSMasterKeyId' failed to " +
        'satisfy constraint: Member must have length greater than or equal to 1',
    ],
    [
      'a key with a name that no key service could know',
      [{ Create: { RegionName, KMSMasterKeyId: 'k'.repeat(2049) } }],
      `1 validation error detected: Value '${'k'.repeat(1024)}...' at ` +
        "'replicaUpdates.1.member.create.kMSMasterKeyId' failed to satisfy constraint: " +
        'Member must have length less than or equal to 2048',
    ],
    [
      'throughput of its own',
      [override({ ProvisionedThroughputOverride: {} })],
      lacks('ProvisionedThroughputOverride'),
    ],
    [
      'bounds of its own',
      [override({ OnDemandThroughputOverride: {} })],
      lacks('OnDemandThroughputOverride'),
    ],
    ['indexes of its own', [override({ GlobalSecondaryIndexes: [] })], lacks('GlobalSecondaryIndexes')],
    ['a class of its own', [override({ TableClassOverride: 'STANDARD' })], lacks('TableClassOverride')],
    [
      'an Update of a class',
      [{ Update: { ...Create, TableClassOverride: 'STANDARD' } as typeof Create }],
      lacks('TableClassOverride'),
    ],
    ['a replica that is let go', [{ Disassociate: { RegionName } }], lacks('Disassociate')],
  ];
  for (const [title, updates, sentence] of cases) {
    test(title, async () => {
      expect(await refusalOf(() => replicaUpdate(updates))).toBe(`Validation: ${sentence}`);
    });
  }
});
