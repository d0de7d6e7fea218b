import { describe, expect, test } from 'vitest';
import { tableDescription } from '../../../src/api/dynamodb/table-description.ts';
import { encodeBody } from '../../../src/api/json.ts';
import type { IndexInfo } from '../../../src/tables/index-definition.ts';
import type { TableInfo } from '../../../src/tables/table-record.ts';

const keyArn = 'arn:aws:kms:us-east-1:000000000000:key/1';
const onDemand: TableInfo = {
  definition: {
    name: 'notes',
    keySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
    attributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
    billingMode: 'PAY_PER_REQUEST',
    deletionProtection: false,
    tags: [{ Key: 'team', Value: 'a' }],
  },
  id: 'b7f1f8a2',
  arn: 'arn:aws:dynamodb:us-east-1:000000000000:table/notes',
  status: 'ACTIVE',
  createdAtMs: 1_700_000_000_250,
  itemCount: 3,
  tableBytes: 120,
  payPerRequestSinceMs: 1_700_000_001_000,
};
const provisioned: TableInfo = {
  ...onDemand,
  definition: {
    ...onDemand.definition,
    billingMode: 'PROVISIONED',
    throughput: { ReadCapacityUnits: 5, WriteCapacityUnits: 6 },
  },
};

/** As a client reads it. */
function shown(info: TableInfo): unknown {
  return JSON.parse(Buffer.from(encodeBody(tableDescription(info))).toString());
}

const whole = {
  AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
  TableName: 'notes',
  KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
  TableStatus: 'ACTIVE',
  CreationDateTime: 1_700_000_000.25,
  ProvisionedThroughput: { NumberOfDecreasesToday: 0, ReadCapacityUnits: 0, WriteCapacityUnits: 0 },
  TableSizeBytes: 120,
  ItemCount: 3,
  TableArn: 'arn:aws:dynamodb:us-east-1:000000000000:table/notes',
  TableId: 'b7f1f8a2',
  BillingModeSummary: {
    BillingMode: 'PAY_PER_REQUEST',
    LastUpdateToPayPerRequestDateTime: 1_700_000_001,
  },
  WarmThroughput: { ReadUnitsPerSecond: 12_000, WriteUnitsPerSecond: 4_000, Status: 'ACTIVE' },
  DeletionProtectionEnabled: false,
};

test('attributes are told in the order of their names', () => {
  const attributeDefinitions = ['b', 'a', 'B'].map(
    (AttributeName) => ({ AttributeName, AttributeType: 'S' }) as const,
  );
  const described = shown({ ...onDemand, definition: { ...onDemand.definition, attributeDefinitions } });
  expect(described).toMatchObject({
    AttributeDefinitions: ['B', 'a', 'b'].map((AttributeName) => ({ AttributeName })),
  });
});

test('an archived table shows since when, why and where its data is', () => {
  const backupArn = `${onDemand.arn}/backup/01767225600000-0a1b2c3d`;
  const archival = { atMs: 1_700_000_009_000, backupArn };
  expect(shown({ ...onDemand, status: 'ARCHIVED', archival })).toEqual({
    ...whole,
    TableStatus: 'ARCHIVED',
    ArchivalSummary: {
      ArchivalDateTime: 1_700_000_009,
      ArchivalReason: 'INACCESSIBLE_ENCRYPTION_CREDENTIALS',
      ArchivalBackupArn: backupArn,
    },
  });
});

test('a table that is being made has no date of its billing, and of one that goes less is told', () => {
  const { WarmThroughput: _, ...young } = whole;
  expect(shown({ ...onDemand, status: 'CREATING' })).toEqual({
    ...young,
    TableStatus: 'CREATING',
    BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' },
  });
  const { AttributeDefinitions, KeySchema, CreationDateTime, ...going } = whole;
  expect(shown({ ...onDemand, status: 'DELETING' })).toEqual({
    ...going,
    TableStatus: 'DELETING',
    WarmThroughput: { ...whole.WarmThroughput, Status: 'DELETING' },
  });
});

test('a table on demand under the AWS owned key shows no encryption, no class and no units', () => {
  expect(shown(onDemand)).toEqual(whole);
});

test('a table that was always provisioned shows its units and no billing mode', () => {
  const { payPerRequestSinceMs: _, ...always } = provisioned;
  const { BillingModeSummary: __, ...rest } = whole;
  expect(shown(always)).toEqual({
    ...rest,
    WarmThroughput: { ReadUnitsPerSecond: 5, WriteUnitsPerSecond: 6, Status: 'ACTIVE' },
    ProvisionedThroughput: { NumberOfDecreasesToday: 0, ReadCapacityUnits: 5, WriteCapacityUnits: 6 },
  });
});

describe('a description shows', () => {
  const cases: [string, TableInfo, object][] = [
    [
      'that a table was on demand once',
      provisioned,
      { BillingModeSummary: { ...whole.BillingModeSummary, BillingMode: 'PROVISIONED' } },
    ],
    [
      'when its units last changed',
      { ...provisioned, lastIncreaseMs: 2000, lastDecreaseMs: 3500, decreasesToday: 2 },
      {
        ProvisionedThroughput: {
          LastIncreaseDateTime: 2,
          LastDecreaseDateTime: 3.5,
          NumberOfDecreasesToday: 2,
          ReadCapacityUnits: 5,
          WriteCapacityUnits: 6,
        },
      },
    ],
    [
      'a class that was chosen, and since when',
      {
        ...onDemand,
        definition: { ...onDemand.definition, tableClass: 'STANDARD_INFREQUENT_ACCESS' },
        tableClassSinceMs: 4000,
      },
      { TableClassSummary: { TableClass: 'STANDARD_INFREQUENT_ACCESS', LastUpdateDateTime: 4 } },
    ],
    [
      'protection against deletion',
      { ...onDemand, definition: { ...onDemand.definition, deletionProtection: true } },
      { DeletionProtectionEnabled: true },
    ],
    [
      'the key of a table under one',
      { ...onDemand, sse: { status: 'ENABLED', keyArn } },
      { SSEDescription: { Status: 'ENABLED', SSEType: 'KMS', KMSMasterKeyArn: keyArn } },
    ],
    [
      'a change of the key',
      { ...onDemand, sse: { status: 'UPDATING', keyArn } },
      { SSEDescription: { Status: 'UPDATING', SSEType: 'KMS', KMSMasterKeyArn: keyArn } },
    ],
    [
      'the beginning of a change from the owned key, by its status alone',
      { ...onDemand, sse: { status: 'UPDATING' } },
      { SSEDescription: { Status: 'UPDATING' } },
    ],
    [
      'since when the key cannot be used, and the encryption as enabled still',
      {
        ...onDemand,
        status: 'INACCESSIBLE_ENCRYPTION_CREDENTIALS',
        sse: { status: 'ENABLED', keyArn, inaccessibleSinceMs: 5500 },
      },
      {
        TableStatus: 'INACCESSIBLE_ENCRYPTION_CREDENTIALS',
        SSEDescription: {
          Status: 'ENABLED',
          SSEType: 'KMS',
          KMSMasterKeyArn: keyArn,
          InaccessibleEncryptionDateTime: 5.5,
        },
      },
    ],
  ];
  for (const [title, info, part] of cases) {
    test(title, () => {
      const description = shown(info) as Record<string, unknown>;
      for (const [name, value] of Object.entries(part)) expect(description[name]).toEqual(value);
    });
  }
});

describe('an index is described', () => {
  const local: IndexInfo = {
    kind: 'local',
    name: 'by-place',
    keySchema: [
      { AttributeName: 'pk', KeyType: 'HASH' },
      { AttributeName: 'place', KeyType: 'RANGE' },
    ],
    projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['a'] },
    itemCount: 4,
    bytes: 100,
    arn: `${onDemand.arn}/index/by-place`,
    status: 'ACTIVE',
  };
  const shownLocal = {
    IndexName: 'by-place',
    KeySchema: local.keySchema,
    Projection: local.projection,
    IndexSizeBytes: 100,
    ItemCount: 4,
    IndexArn: local.arn,
  };
  const units = { ReadCapacityUnits: 2, WriteCapacityUnits: 3 };

  test('a local one without a status of its own', () => {
    expect(shown({ ...onDemand, indexes: [local] })).toEqual({
      ...whole,
      LocalSecondaryIndexes: [shownLocal],
    });
  });

  const globals: [string, TableInfo, Partial<IndexInfo>, object][] = [
    [
      'a global one on demand, with what it was asked to bear',
      onDemand,
      { onDemandThroughput: { MaxReadRequestUnits: 7 }, warmThroughput: { ReadUnitsPerSecond: 20_000 } },
      {
        IndexStatus: 'ACTIVE',
        ProvisionedThroughput: { NumberOfDecreasesToday: 0, ReadCapacityUnits: 0, WriteCapacityUnits: 0 },
        OnDemandThroughput: { MaxReadRequestUnits: 7 },
        WarmThroughput: { ReadUnitsPerSecond: 20_000, WriteUnitsPerSecond: 4_000, Status: 'ACTIVE' },
      },
    ],
    [
      'a provisioned one with its units',
      provisioned,
      { throughput: units },
      {
        IndexStatus: 'ACTIVE',
        ProvisionedThroughput: { NumberOfDecreasesToday: 0, ...units },
        WarmThroughput: { ReadUnitsPerSecond: 2, WriteUnitsPerSecond: 3, Status: 'ACTIVE' },
      },
    ],
    [
      'one that is being made',
      provisioned,
      { throughput: units, status: 'CREATING', isFilling: false },
      { IndexStatus: 'CREATING', Backfilling: false },
    ],
    [
      'one that is being filled',
      provisioned,
      { throughput: units, status: 'CREATING', isFilling: true },
      {
        IndexStatus: 'CREATING',
        Backfilling: true,
        ProvisionedThroughput: { NumberOfDecreasesToday: 0, ...units },
      },
    ],
  ];
  for (const [title, info, more, members] of globals) {
    test(title, () => {
      const index: IndexInfo = { ...local, kind: 'global', ...more };
      expect(shown({ ...info, indexes: [index] })).toMatchObject({
        GlobalSecondaryIndexes: [{ ...shownLocal, ...members }],
      });
      expect(shown({ ...info, indexes: [index] })).not.toHaveProperty('LocalSecondaryIndexes');
    });
  }
});

test('a table with a stream shows its view and its name, and after its end the name alone', () => {
  const label = '2026-01-01T00:00:00.000';
  const arn = `${whole.TableArn}/stream/${label}`;
  const names = { LatestStreamLabel: label, LatestStreamArn: arn };
  const stream = { arn, label, view: 'NEW_IMAGE', isEnabled: true } as const;
  expect(shown({ ...onDemand, stream })).toEqual({
    ...whole,
    StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' },
    ...names,
  });
  expect(shown({ ...onDemand, stream: { ...stream, isEnabled: false } })).toEqual({ ...whole, ...names });
});
