import { expect, test } from 'vitest';
import { membersOf, replicaMembers } from '../../../src/api/dynamodb/replica-description.ts';
import { encodeBody } from '../../../src/api/json.ts';
import type { ReplicaMember } from '../../../src/tables/replication/replication-state.ts';
import type { TableInfo } from '../../../src/tables/table-record.ts';

const account = '000000000000';
const alone: TableInfo = {
  definition: {
    name: 'notes',
    keySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
    attributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
    billingMode: 'PAY_PER_REQUEST',
    deletionProtection: false,
    tags: [],
  },
  id: 'b7f1f8a2',
  arn: `arn:aws:dynamodb:us-east-1:${account}:table/notes`,
  status: 'ACTIVE',
  createdAtMs: 1_700_000_000_250,
  itemCount: 3,
  tableBytes: 120,
};

const entry = (region: string, more: Partial<ReplicaMember> = {}): ReplicaMember => ({
  region,
  state: 'ACTIVE',
  stamp: { ms: 1, count: 0, region },
  encryption: 'owned',
  ...more,
});
const within = (...members: readonly ReplicaMember[]): TableInfo => ({
  ...alone,
  replication: { groupId: 'g', members },
});
const arnIn = (region: string) => `arn:aws:dynamodb:${region}:${account}:table/notes`;
const keyArn = `arn:aws:kms:eu-west-1:${account}:key/1`;

/** As a client reads it. */
const shown = (info: TableInfo): unknown =>
  JSON.parse(Buffer.from(encodeBody(replicaMembers(info))).toString());

test('of a table that is alone nothing is shown, nor of one whose others have left', () => {
  expect(shown(alone)).toEqual({});
  expect(shown(within(entry('us-east-1'), entry('eu-west-1', { state: 'LEFT' })))).toEqual({});
});

test('the others are shown, each with its key, its state, and why it is none', () => {
  const info = within(
    entry('us-east-1'),
    entry('ap-south-1', { state: 'CREATION_FAILED', reason: 'Table already exists: notes' }),
    entry('eu-west-1', {
      state: 'INACCESSIBLE_ENCRYPTION_CREDENTIALS',
      encryption: 'customer',
      keyArn,
      sinceMs: 1_700_000_000_500,
      tableId: 'x',
      askedBy: 'arn:aws:iam::000000000000:user/ann',
    }),
    entry('eu-west-2', { state: 'LEFT' }),
  );
  expect(shown(info)).toEqual({
    GlobalTableVersion: '2019.11.21',
    Replicas: [
      {
        RegionName: 'ap-south-1',
        ReplicaStatus: 'CREATION_FAILED',
        ReplicaArn: arnIn('ap-south-1'),
        ReplicaStatusDescription: 'Table already exists: notes',
      },
      {
        RegionName: 'eu-west-1',
        ReplicaStatus: 'INACCESSIBLE_ENCRYPTION_CREDENTIALS',
        ReplicaArn: arnIn('eu-west-1'),
        KMSMasterKeyId: keyArn,
        ReplicaInaccessibleDateTime: 1_700_000_000.5,
      },
    ],
  });
  expect(membersOf(info).map(({ region }) => region)).toEqual(['us-east-1', 'ap-south-1', 'eu-west-1']);
});

test('each region sees the others', () => {
  const info = { ...within(entry('us-east-1'), entry('eu-west-1')), arn: arnIn('eu-west-1') };
  expect(shown(info)).toMatchObject({ Replicas: [{ RegionName: 'us-east-1' }] });
});
