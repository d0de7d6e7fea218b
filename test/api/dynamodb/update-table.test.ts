import { beforeEach, describe, expect, test } from 'vitest';
import { managedKeyArn } from '../../support/memory-tables.ts';
import { newKey, openTables, type TablesForTest } from '../../support/open-tables.ts';
import { Api, arnOf, type Json, lacks, P, putAll, S, tableInput } from './support.ts';

const keyId = 'arn:aws:kms:us-east-1:000000000000:key/1';
const update = (more: Json, TableName = 'notes') => ({ TableName, ...more });
const units = { ReadCapacityUnits: 3, WriteCapacityUnits: 4 };

let api: Api;
beforeEach(async () => {
  api = new Api();
  await api.call('CreateTable', tableInput('notes'));
  const { BillingMode: _, ...rest } = tableInput('units');
  await api.call('CreateTable', {
    ...rest,
    ProvisionedThroughput: units,
    DeletionProtectionEnabled: true,
    TableClass: 'STANDARD',
  });
});

describe('UpdateTable changes', () => {
  const throughput = (read: number, write: number) => ({
    ProvisionedThroughput: { ReadCapacityUnits: read, WriteCapacityUnits: write, NumberOfDecreasesToday: 0 },
  });
  const cases: [string, Json, Json][] = [
    ['protection', update({ DeletionProtectionEnabled: true }), { DeletionProtectionEnabled: true }],
    [
      'the class, by the ARN of the table',
      update({ TableClass: 'STANDARD_INFREQUENT_ACCESS' }, arnOf('notes')),
      { TableClassSummary: { TableClass: 'STANDARD_INFREQUENT_ACCESS' } },
    ],
    [
      'the billing to provisioned',
      update({ BillingMode: 'PROVISIONED', ProvisionedThroughput: units }),
      throughput(3, 4),
    ],
    [
      'the units, and nothing beside them',
      update({ ProvisionedThroughput: { ...units, ReadCapacityUnits: 9 } }, 'units'),
      { ...throughput(9, 4), DeletionProtectionEnabled: true, TableClassSummary: { TableClass: 'STANDARD' } },
    ],
    [
      'the billing to on demand',
      update({ BillingMode: 'PAY_PER_REQUEST' }, 'units'),
      { ...throughput(0, 0), BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' } },
    ],
  ];
  for (const [title, input, part] of cases) {
    test(title, async () => {
      expect(await api.call('UpdateTable', input)).toMatchObject({
        TableDescription: { ...part, TableStatus: 'UPDATING' },
      });
      expect(await api.call('DescribeTable', { TableName: input.TableName })).toMatchObject({
        Table: { ...part, TableStatus: 'ACTIVE' },
      });
    });
  }

  const keys: [Json, string | undefined][] = [
    [{ Enabled: true }, managedKeyArn],
    [{ Enabled: true, SSEType: 'KMS', KMSMasterKeyId: keyId }, keyId],
    [{ Enabled: false }, undefined],
  ];
  for (const [SSESpecification, keyArn] of keys) {
    test(`the key: ${JSON.stringify(SSESpecification)}`, async () => {
      const { TableDescription } = await api.call('UpdateTable', update({ SSESpecification }));
      expect(TableDescription).toMatchObject({
        TableStatus: 'ACTIVE',
        SSEDescription: { Status: 'UPDATING' },
      });
      const { Table } = await api.call('DescribeTable', { TableName: 'notes' });
      expect((Table as Json).SSEDescription).toEqual(
        keyArn === undefined ? undefined : { Status: 'ENABLED', SSEType: 'KMS', KMSMasterKeyArn: keyArn },
      );
    });
  }
});

describe('UpdateTable refuses, changes nothing, and the first fault wins:', () => {
  const nothing =
    'At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, GlobalSecondaryIndexUpdates, SSESpecification, ReplicaUpdates, MultiAccountReplicaReady, ReplicaTransitRoleArn, MultiRegionConsistency, DeletionProtectionEnabled, OnDemandThroughput, WarmThroughput or TableClass is required';
  const only = (what: string) => `${P}${what} modification must be the only operation in the request`;
  const everything = {
    SSESpecification: { Enabled: true },
    TableClass: 'STANDARD',
    DeletionProtectionEnabled: true,
    BillingMode: 'PAY_PER_REQUEST',
  };
  const { SSESpecification: _, ...unkeyed } = everything;
  const { TableClass: __, ...unclassed } = unkeyed;
  const cases: [Json, string][] = [
    [update({}), nothing],
    [update({}, 'gone'), nothing],
    [update({ SSESpecification: {} }), nothing],
    [update(everything), only('Server-Side Encryption')],
    [update({ SSESpecification: {}, BillingMode: 'PAY_PER_REQUEST' }), only('Server-Side Encryption')],
    [update(unkeyed), only('Table Class')],
    [update(unclassed), only('Deletion Protection')],
    [update({ ...everything, ReplicaUpdates: [{}] }), lacks('ReplicaUpdates')],
    [update({ StreamSpecification: { StreamEnabled: true } }), lacks('StreamSpecification')],
    [update({ GlobalSecondaryIndexUpdates: [] }), lacks('GlobalSecondaryIndexUpdates')],
    [update({ OnDemandThroughput: {} }), lacks('OnDemandThroughput')],
    [update({ WarmThroughput: {} }), lacks('WarmThroughput')],
    [update({ AttributeDefinitions: [] }), lacks('AttributeDefinitions')],
    [
      update({ SSESpecification: { Enabled: true, KMSMasterKeyId: keyId } }, 'gone'),
      `${P}SSEType KMS is required if KMSMasterKeyId is specified`,
    ],
    [
      update({ ProvisionedThroughput: units }),
      `${P}Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST`,
    ],
    [
      update({ BillingMode: 'PROVISIONED' }),
      `${P}ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED`,
    ],
    ...['SSESpecification', 'TableClass', 'DeletionProtectionEnabled', 'BillingMode'].map(
      (name): [Json, string] => [
        update({ [name]: everything[name as keyof typeof everything] }, 'gone'),
        'TableNotFound: Requested resource not found: Table: gone not found',
      ],
    ),
  ];
  for (const [input, sentence] of cases) {
    test(`${Object.keys(input).slice(1)} of ${input.TableName}: ${sentence}`, async () => {
      const before = await api.call('DescribeTable', { TableName: 'notes' });
      expect(await api.refusal('UpdateTable', input)).toBe(sentence);
      expect(await api.call('DescribeTable', { TableName: 'notes' })).toEqual(before);
    });
  }

  test('units that are as they were', async () => {
    const refusal = await api.refusal('UpdateTable', update({ ProvisionedThroughput: units }, 'units'));
    expect(refusal).toContain('The provisioned throughput for the table will not change.');
  });
});

describe('UpdateTable on sealed tables', () => {
  let sealed: TablesForTest;
  beforeEach(async () => {
    sealed = await openTables();
    api = new Api(sealed.tables);
    await api.call('CreateTable', tableInput('notes'));
  });

  const sse = async () =>
    ((await api.call('DescribeTable', { TableName: 'notes' })).Table as Json).SSEDescription;
  const choose = (SSESpecification: Json) => update({ SSESpecification });
  const under = (KMSMasterKeyId: string) => ({ SSEType: 'KMS', KMSMasterKeyId });

  test('moves a table from key to key and back, its items with it', async () => {
    const item = { pk: S('a') };
    await putAll(api, 'notes', [item]);
    const keyArn = await newKey(sealed.kms);
    const stub = await api.call('UpdateTable', choose(under(keyArn)));
    expect(stub).toMatchObject({ TableDescription: { SSEDescription: { Status: 'UPDATING' } } });
    expect(await sse()).toEqual({ Status: 'ENABLED', SSEType: 'KMS', KMSMasterKeyArn: keyArn });
    await api.call('UpdateTable', choose({ Enabled: true }));
    expect(await sse()).toMatchObject({ Status: 'ENABLED', SSEType: 'KMS' });
    await api.call('UpdateTable', choose({ Enabled: false }));
    expect(await sse()).toBeUndefined();
    expect(await api.call('GetItem', { TableName: 'notes', Key: item })).toEqual({ Item: item });
  });

  test('refuses a change to the key that the table is under', async () => {
    const owned = `${P}Table is already encrypted by default`;
    expect(await api.refusal('UpdateTable', choose({ Enabled: false }))).toBe(owned);
    const keyArn = await newKey(sealed.kms);
    await api.call('UpdateTable', choose(under(keyArn)));
    expect(await api.refusal('UpdateTable', choose(under(keyArn)))).toBe(
      `${P}Table is already encrypted with given KMSMasterKeyId. Use KMSMasterKeyId parameter if you want to change Master Key`,
    );
  });

  test('refuses a key that is not there, and the table stays as it was', async () => {
    const refusal = await api.refusal('UpdateTable', choose(under('alias/gone')));
    expect(refusal).toContain('KMS validation error: ');
    expect(await sse()).toBeUndefined();
  });

  test('lets a table be billed otherwise, and holds the rest', async () => {
    await api.call('UpdateTable', update({ BillingMode: 'PROVISIONED', ProvisionedThroughput: units }));
    await api.call('UpdateTable', update({ BillingMode: 'PROVISIONED' }));
    await api.call('UpdateTable', update({ TableClass: 'STANDARD_INFREQUENT_ACCESS' }));
    expect(await api.call('DescribeTable', { TableName: 'notes' })).toMatchObject({
      Table: {
        ProvisionedThroughput: units,
        BillingModeSummary: { BillingMode: 'PROVISIONED' },
        TableClassSummary: { TableClass: 'STANDARD_INFREQUENT_ACCESS' },
        DeletionProtectionEnabled: false,
      },
    });
  });
});
