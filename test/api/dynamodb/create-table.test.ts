import { beforeEach, describe, expect, test } from 'vitest';
import { newKey, openTables, type TablesForTest } from '../../support/open-tables.ts';
import { Api, arnOf, type Json, P, tableInput } from './support.ts';

const create = (more: Json = {}): Json => ({ ...tableInput('notes', 'N'), ...more });
const { BillingMode: _, ...unbilled } = tableInput('notes');
const anyKeyArn = expect.stringMatching(/^arn:aws:kms:us-east-1:\d{12}:key\/[0-9a-f-]{36}$/);

let opened: TablesForTest;
let api: Api;
beforeEach(async () => {
  opened = await openTables();
  api = new Api(opened.tables);
});

test('CreateTable describes the table as being created', async () => {
  const { BillingMode: __, ...unbilledNotes } = tableInput('notes', 'N');
  expect(await api.call('CreateTable', create())).toEqual({
    TableDescription: {
      ...unbilledNotes,
      TableStatus: 'CREATING',
      CreationDateTime: opened.clock.nowMs() / 1000,
      ProvisionedThroughput: { NumberOfDecreasesToday: 0, ReadCapacityUnits: 0, WriteCapacityUnits: 0 },
      TableSizeBytes: 0,
      ItemCount: 0,
      TableArn: arnOf('notes'),
      TableId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' },
      DeletionProtectionEnabled: false,
    },
  });
});

describe('CreateTable takes', () => {
  const units = { ReadCapacityUnits: 3, WriteCapacityUnits: 4 };
  const underKey = (KMSMasterKeyArn: unknown) => ({
    SSEDescription: { Status: 'ENABLED', SSEType: 'KMS', KMSMasterKeyArn },
  });
  const cases: [string, Json, Json][] = [
    [
      'provisioned units',
      { ...unbilled, ProvisionedThroughput: units },
      { ProvisionedThroughput: { ...units, NumberOfDecreasesToday: 0 } },
    ],
    ['protection', create({ DeletionProtectionEnabled: true }), { DeletionProtectionEnabled: true }],
    ['a class', create({ TableClass: 'STANDARD' }), { TableClassSummary: { TableClass: 'STANDARD' } }],
    ['the managed key', create({ SSESpecification: { Enabled: true } }), underKey(anyKeyArn)],
    ['that there is no stream', create({ StreamSpecification: { StreamEnabled: false } }), {}],
    [
      'a stream',
      create({ StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' } }),
      {
        StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' },
        LatestStreamLabel: '2026-01-01T00:00:00.000',
        LatestStreamArn: `${arnOf('notes')}/stream/2026-01-01T00:00:00.000`,
      },
    ],
    [
      'bounds on demand',
      create({ OnDemandThroughput: { MaxReadRequestUnits: 5 } }),
      { OnDemandThroughput: { MaxReadRequestUnits: 5 } },
    ],
    ['tags', create({ Tags: [{ Key: 'team', Value: '' }] }), {}],
  ];
  for (const [title, input, part] of cases) {
    test(title, async () => {
      expect(await api.call('CreateTable', input)).toMatchObject({ TableDescription: part });
    });
  }

  for (const SSESpecification of [{}, { Enabled: false }]) {
    test(`the owned key, which it does not show: ${JSON.stringify(SSESpecification)}`, async () => {
      const { TableDescription } = await api.call('CreateTable', create({ SSESpecification }));
      expect(TableDescription).not.toHaveProperty('SSEDescription');
    });
  }

  test('a customer key', async () => {
    const KMSMasterKeyId = await newKey(opened.kms);
    const input = create({ SSESpecification: { SSEType: 'KMS', KMSMasterKeyId } });
    expect(await api.call('CreateTable', input)).toMatchObject({
      TableDescription: underKey(KMSMasterKeyId),
    });
  });

  test('a policy that the table keeps', async () => {
    const ResourcePolicy =
      '{"Statement":{"Effect":"Allow","Principal":"*","Action":"dynamodb:*","Resource":"*"}}';
    await api.call('CreateTable', create({ ResourcePolicy }));
    expect(await api.call('GetResourcePolicy', { ResourceArn: arnOf('notes') })).toEqual({
      Policy: ResourcePolicy,
      RevisionId: expect.stringMatching(/^\d+$/),
    });
  });

  test('tags that the table keeps', async () => {
    const Tags = [{ Key: 'team', Value: 'a' }];
    await api.call('CreateTable', create({ Tags }));
    expect((await api.describe('notes')).definition.tags).toEqual(
      Tags.map((tag) => expect.objectContaining(tag)),
    );
  });
});

describe('CreateTable refuses, makes nothing, and the first fault wins:', () => {
  const badKey = { KeySchema: [{ AttributeName: 'sk', KeyType: 'HASH' }] };
  const badKeyText = `${P}Number of attributes in KeySchema does not exactly match number of attributes defined in AttributeDefinitions`;
  const badSse = { SSESpecification: { SSEType: 'AES256' } };
  const cases: [string, Json, string][] = [
    [
      'a stream without a view',
      create({ StreamSpecification: { StreamEnabled: true } }),
      `${P}StreamSpecification: StreamViewType must be specified when StreamEnabled is true`,
    ],
    [
      'a policy that is none',
      create({ ResourcePolicy: '{}' }),
      'Invalid policy document: A policy has at least one Statement.',
    ],
    [
      'no units',
      { ...unbilled, ...badKey },
      `${P}ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED`,
    ],
    [
      'no units to read',
      { ...unbilled, ProvisionedThroughput: { ReadCapacityUnits: 0, WriteCapacityUnits: 1 } },
      "1 validation error detected: Value '0' at 'provisionedThroughput.readCapacityUnits' failed to satisfy constraint: Member must have value greater than or equal to 1",
    ],
    ['a key that is none', create({ ...badKey, ...badSse }), badKeyText],
    [
      'no key',
      { TableName: 'notes', BillingMode: 'PAY_PER_REQUEST', AttributeDefinitions: [] },
      "1 validation error detected: Value null at 'keySchema' failed to satisfy constraint: Member must not be null",
    ],
    [
      'no key and no attributes, before no units',
      { TableName: 'notes' },
      "2 validation errors detected: Value null at 'attributeDefinitions' failed to satisfy constraint: Member must not be null; Value null at 'keySchema' failed to satisfy constraint: Member must not be null",
    ],
    [
      'units of an index out of all bounds, before its key',
      create({
        GlobalSecondaryIndexes: [
          {
            IndexName: 'by-a',
            KeySchema: [{ AttributeName: 'a', KeyType: 'HASH' }],
            Projection: {},
            ProvisionedThroughput: { ReadCapacityUnits: 1, WriteCapacityUnits: 1e12 + 1 },
          },
        ],
      }),
      'Given value 1000000000001 for WriteCapacityUnits is out of bounds for index by-a',
    ],
    [
      'no name',
      { ...create(), TableName: null },
      "The parameter 'TableName' is required but was not present in the request",
    ],
    [
      'an encryption that is none',
      create({ ...badSse, Tags: [{ Key: 'aws:x', Value: '' }] }),
      `${P}SSEType AES256 is not supported`,
    ],
    [
      'an encryption type in small letters',
      create({ SSESpecification: { SSEType: 'kms' } }),
      "1 validation error detected: Value 'kms' at 'sSESpecification.sSEType' failed to satisfy constraint: Member must satisfy enum value set: [AES256, KMS]",
    ],
    [
      'a tag of AWS',
      create({ Tags: [{ Key: 'aws:x', Value: '' }] }),
      `${P}Tag keys that begin with aws: are reserved: aws:x`,
    ],
    [
      'a short name',
      create({ TableName: 'ab' }),
      "1 validation error detected: Value 'ab' at 'tableName' failed to satisfy constraint: Member must have length greater than or equal to 3",
    ],
  ];
  for (const [title, input, sentence] of cases) {
    test(`${title}: ${sentence}`, async () => {
      expect(await api.refusal('CreateTable', input)).toBe(sentence);
      expect(await api.call('ListTables', {})).toEqual({ TableNames: [] });
    });
  }

  test('a name that is taken', async () => {
    await api.call('CreateTable', create());
    expect(await api.refusal('CreateTable', create())).toBe('TableInUse: Table already exists: notes');
  });
});
