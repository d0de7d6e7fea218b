import { expect, test } from 'vitest';
import { apiWithBackups } from './backup-support.ts';
import type { Json } from './support.ts';

const keySchema = (AttributeName: string) => [{ AttributeName, KeyType: 'HASH' }];

test('a backup shows what its table had (aws-behaviour §1.2)', async () => {
  const units = { ReadCapacityUnits: 1, WriteCapacityUnits: 2 };
  const { api, backUp } = await apiWithBackups({
    BillingMode: 'PROVISIONED',
    ProvisionedThroughput: units,
    AttributeDefinitions: ['pk', 'g'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
    GlobalSecondaryIndexes: [
      {
        IndexName: 'by-g',
        KeySchema: keySchema('g'),
        Projection: { ProjectionType: 'ALL' },
        ProvisionedThroughput: units,
      },
    ],
    StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' },
    SSESpecification: { Enabled: true },
  });
  await api.call('UpdateTimeToLive', {
    TableName: 'notes',
    TimeToLiveSpecification: { Enabled: true, AttributeName: 'until' },
  });
  const { BackupDescription } = await api.call('DescribeBackup', { BackupArn: await backUp() });
  expect((BackupDescription as Json).SourceTableDetails).toMatchObject({
    KeySchema: keySchema('pk'),
    ProvisionedThroughput: units,
    BillingMode: 'PROVISIONED',
    ItemCount: 1,
  });
  expect((BackupDescription as Json).SourceTableFeatureDetails).toEqual({
    GlobalSecondaryIndexes: [
      {
        IndexName: 'by-g',
        KeySchema: keySchema('g'),
        Projection: { ProjectionType: 'ALL' },
        ProvisionedThroughput: units,
      },
    ],
    StreamDescription: { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' },
    TimeToLiveDescription: { TimeToLiveStatus: 'ENABLED', AttributeName: 'until' },
    SSEDescription: { Status: 'ENABLED', SSEType: 'KMS', KMSMasterKeyArn: expect.stringContaining(':key/') },
  });
});

test('a backup of a plain table shows nothing that it did not have', async () => {
  const { api, backUp } = await apiWithBackups();
  const { BackupDescription } = await api.call('DescribeBackup', { BackupArn: await backUp() });
  const { BackupDetails, SourceTableDetails, SourceTableFeatureDetails } = BackupDescription as Json;
  expect(SourceTableFeatureDetails).toEqual({});
  const { TableSizeBytes } = SourceTableDetails as Json;
  expect(TableSizeBytes).toBeGreaterThan(0);
  expect(BackupDetails).toMatchObject({ BackupSizeBytes: TableSizeBytes });
});
