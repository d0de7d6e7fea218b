import { expect, test } from 'vitest';
import { restoreOverrides } from '../../../src/api/dynamodb/restore-overrides.ts';
import { P } from './support.ts';

const index = { IndexName: 'i', KeySchema: [], Projection: { ProjectionType: 'ALL' as const } };

test('overrides are what is named of them', () => {
  expect(restoreOverrides({})).toEqual({});
  expect(
    restoreOverrides({
      BillingModeOverride: 'PAY_PER_REQUEST',
      OnDemandThroughputOverride: { MaxReadRequestUnits: 1 },
      SSESpecificationOverride: { Enabled: true },
      GlobalSecondaryIndexOverride: [],
      LocalSecondaryIndexOverride: [index],
    }),
  ).toMatchObject({
    billingMode: 'PAY_PER_REQUEST',
    onDemandThroughput: { MaxReadRequestUnits: 1 },
    encryption: { kind: 'managed' },
    globalIndexes: [],
    localIndexes: [{ name: 'i' }],
  });
});

test('overrides that name an index twice, or contradict one another, are refused', () => {
  expect(() => restoreOverrides({ GlobalSecondaryIndexOverride: [index, index] })).toThrow(
    `${P}Duplicate index name: i`,
  );
  expect(() => restoreOverrides({ SSESpecificationOverride: { SSEType: 'AES256' } })).toThrow(
    `${P}SSEType AES256 is not supported`,
  );
});
