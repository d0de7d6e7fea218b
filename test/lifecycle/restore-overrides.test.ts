import { describe, expect, test } from 'vitest';
import {
  encryptionOf,
  type RestoreOverrides,
  restoredDefinition,
  restoredIndexes,
} from '../../src/lifecycle/restore-overrides.ts';
import type { TableRecord } from '../../src/tables/catalog-record.ts';
import type { IndexRecord } from '../../src/tables/index-definition.ts';
import type { KeptDefinition } from '../../src/tables/table-record.ts';

const units = { ReadCapacityUnits: 3, WriteCapacityUnits: 2 };
const more = { ReadCapacityUnits: 9, WriteCapacityUnits: 8 };
const key = (hash: string, range: string) =>
  [
    { AttributeName: hash, KeyType: 'HASH' },
    { AttributeName: range, KeyType: 'RANGE' },
  ] as const;

const index = (kind: 'global' | 'local', name: string, range: string, rest = {}): IndexRecord => ({
  kind,
  name,
  keySchema: key(kind === 'local' ? 'pk' : 'g', range),
  projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['x', 'y'] },
  tree: 5,
  status: 'ACTIVE',
  itemCount: 0,
  bytes: 0,
  ...rest,
});

const definition: KeptDefinition = {
  name: 'T',
  keySchema: key('pk', 'sk'),
  attributeDefinitions: ['pk', 'sk', 'g', 'r1', 'r2', 'l1'].map((AttributeName) => ({
    AttributeName,
    AttributeType: 'S',
  })),
  billingMode: 'PROVISIONED',
  throughput: units,
  tableClass: 'STANDARD_INFREQUENT_ACCESS',
  deletionProtection: true,
  tags: [{ Key: 'a', Value: 'b' }],
};

const source: TableRecord = {
  id: 'id',
  account: '1',
  region: 'r',
  definition,
  encryption: 'customer',
  keys: { keyArn: 'arn', tableKey: new Uint8Array(), dataKeys: [] },
  tree: 2,
  indexes: [
    index('global', 'g1', 'r1', { throughput: units }),
    index('global', 'g2', 'r2', { throughput: units }),
    index('global', 'going', 'r2', { status: 'DELETING' }),
    index('local', 'l1', 'l1'),
  ],
  status: 'ACTIVE',
  createdAtMs: 0,
  itemCount: 0,
  tableBytes: 0,
};

const names = (overrides: RestoreOverrides) => restoredIndexes(source, overrides).map(({ name }) => name);
const only = (name: string, range: string, rest = {}) => ({
  name,
  keySchema: key('g', range),
  projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['y', 'x'] } as const,
  ...rest,
});

describe('the indexes of a restored table', () => {
  test('are all that are not on their way out, those of an override, or none', () => {
    expect(names({})).toEqual(['g1', 'g2', 'l1']);
    expect(names({ globalIndexes: [only('g2', 'r2')] })).toEqual(['g2', 'l1']);
    expect(names({ globalIndexes: [], localIndexes: [] })).toEqual([]);
  });

  const others = [
    ['of no such name', { globalIndexes: [only('other', 'r1')] }, 'other'],
    ['with another key', { globalIndexes: [only('g1', 'r2')] }, 'g1'],
    [
      'with another projection',
      { globalIndexes: [only('g1', 'r1', { projection: { ProjectionType: 'ALL' } })] },
      'g1',
    ],
    ['of the other kind', { localIndexes: [only('g1', 'r1')] }, 'g1'],
    ['on its way out', { globalIndexes: [only('going', 'r2')] }, 'going'],
  ] as const;
  for (const [what, overrides, name] of others) {
    test(`are refused for an override ${what}`, () => {
      expect(() => names(overrides)).toThrow(
        `One or more parameter values were invalid: The index ${name} of the override is none of the source table's`,
      );
    });
  }

  test('have units exactly where the table is provisioned: their own, those asked for', () => {
    const throughputs = (overrides: RestoreOverrides) =>
      restoredIndexes(source, overrides).map(({ throughput }) => throughput);
    expect(throughputs({})).toEqual([units, units, undefined]);
    expect(throughputs({ billingMode: 'PAY_PER_REQUEST' })).toEqual([undefined, undefined, undefined]);
    expect(
      throughputs({ globalIndexes: [only('g1', 'r1', { throughput: more })], localIndexes: [] }),
    ).toEqual([more]);
  });
});

describe('the definition of a restored table', () => {
  const restored = (overrides: RestoreOverrides) =>
    restoredDefinition(source, 'R', { overrides, indexes: restoredIndexes(source, overrides) });

  test('is its own, without tags, protection, class and attributes that no key has any more', () => {
    expect(restored({})).toEqual({
      name: 'R',
      keySchema: definition.keySchema,
      attributeDefinitions: definition.attributeDefinitions,
      billingMode: 'PROVISIONED',
      throughput: units,
      deletionProtection: false,
      tags: [],
    });
    const attributes = restored({ globalIndexes: [], localIndexes: [] }).attributeDefinitions;
    expect(attributes.map(({ AttributeName }) => AttributeName)).toEqual(['pk', 'sk']);
  });

  test('has the billing that is asked for', () => {
    expect(restored({ throughput: more }).throughput).toEqual(more);
    const onDemand = restored({
      billingMode: 'PAY_PER_REQUEST',
      onDemandThroughput: { MaxReadRequestUnits: 5 },
    });
    expect(onDemand.throughput).toBeUndefined();
    expect(onDemand.onDemandThroughput).toEqual({ MaxReadRequestUnits: 5 });
  });

  test('is refused where the billing does not go with the units', () => {
    expect(() => restored({ billingMode: 'PAY_PER_REQUEST', throughput: more })).toThrow(
      'Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST',
    );
    const { throughput: _, ...onDemand } = { ...definition, billingMode: 'PAY_PER_REQUEST' as const };
    const options = { overrides: { billingMode: 'PROVISIONED' as const }, indexes: [] };
    expect(() => restoredDefinition({ ...source, definition: onDemand }, 'R', options)).toThrow(
      'ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED',
    );
  });
});

test('the key of a restored table is of the kind that the backup has, and a customer key that very key', () => {
  expect(encryptionOf(source)).toEqual({ kind: 'customer', keyId: 'arn' });
  expect(encryptionOf({ ...source, encryption: 'managed' })).toEqual({ kind: 'managed' });
  expect(encryptionOf({ ...source, encryption: 'owned' })).toEqual({ kind: 'owned' });
});
