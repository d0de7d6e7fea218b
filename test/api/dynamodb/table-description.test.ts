import { describe, expect, test } from 'vitest';
import { tableDescription } from '../../../src/api/dynamodb/table-description.ts';
import { encodeBody } from '../../../src/api/json.ts';
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
  DeletionProtectionEnabled: false,
};

test('a table on demand under the AWS owned key shows no encryption, no class and no units', () => {
  expect(shown(onDemand)).toEqual(whole);
});

test('a table that was always provisioned shows its units and no billing mode', () => {
  const { payPerRequestSinceMs: _, ...always } = provisioned;
  const { BillingModeSummary: __, ...rest } = whole;
  expect(shown(always)).toEqual({
    ...rest,
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
      { ...provisioned, lastIncreaseMs: 2000, lastDecreaseMs: 3500 },
      {
        ProvisionedThroughput: {
          LastIncreaseDateTime: 2,
          LastDecreaseDateTime: 3.5,
          NumberOfDecreasesToday: 0,
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
