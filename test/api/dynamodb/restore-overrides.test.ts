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
  const contradicting = {
    BillingModeOverride: 'PAY_PER_REQUEST',
    ProvisionedThroughputOverride: { ReadCapacityUnits: 1, WriteCapacityUnits: 1 },
  } as const;
  expect(() => restoreOverrides(contradicting)).toThrow(
    `${P}Neither ReadCapacityUnits nor WriteCapacityUnits can be specified`,
  );
});

test('overrides that ask for more units than there can be are refused', () => {
  const units = (WriteCapacityUnits: number) => ({ ReadCapacityUnits: 1, WriteCapacityUnits });
  const ofTable = (count: number) => () => restoreOverrides({ ProvisionedThroughputOverride: units(count) });
  const ofIndex = (count: number) => () =>
    restoreOverrides({ GlobalSecondaryIndexOverride: [{ ...index, ProvisionedThroughput: units(count) }] });
  expect(ofTable(40_000)).not.toThrow();
  expect(ofTable(40_001)).toThrow('WriteCapacityUnits of a table can be 40000 at most');
  expect(ofTable(1e12 + 1)).toThrow('Given value 1000000000001 for WriteCapacityUnits is out of bounds');
  expect(ofIndex(40_000)).not.toThrow();
  expect(ofIndex(40_001)).toThrow('WriteCapacityUnits of the index i can be 40000 at most');
  expect(ofIndex(1e12 + 1)).toThrow('WriteCapacityUnits is out of bounds for index i');
});
