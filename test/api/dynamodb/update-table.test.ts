import { beforeEach, describe, expect, test } from 'vitest';
import type { TableInfo } from '../../../src/tables/table-record.ts';
import { newKey, openTables, type TablesForTest } from '../../support/open-tables.ts';
import { Api, arnOf, caller, type Json, lacks, P, putAll, S, tableInput } from './support.ts';

const update = (more: Json, TableName = 'notes') => ({ TableName, ...more });
const units = { ReadCapacityUnits: 3, WriteCapacityUnits: 4 };

let opened: TablesForTest;
let api: Api;
beforeEach(async () => {
  opened = await openTables();
  api = new Api(opened.tables);
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
      'the stream',
      update({ StreamSpecification: { StreamEnabled: true, StreamViewType: 'KEYS_ONLY' } }),
      { StreamSpecification: { StreamEnabled: true, StreamViewType: 'KEYS_ONLY' } },
    ],
    [
      'the billing to on demand along with the stream',
      update(
        {
          BillingMode: 'PAY_PER_REQUEST',
          StreamSpecification: { StreamEnabled: true, StreamViewType: 'KEYS_ONLY' },
        },
        'units',
      ),
      {
        StreamSpecification: { StreamEnabled: true, StreamViewType: 'KEYS_ONLY' },
        BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' },
      },
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

  test('the units, and nothing beside them: seen once the change is over, and counted by the day if they are less', async () => {
    const rest = { DeletionProtectionEnabled: true, TableClassSummary: { TableClass: 'STANDARD' } };
    const lowered = { ReadCapacityUnits: 9, WriteCapacityUnits: 1 };
    expect(await api.call('UpdateTable', update({ ProvisionedThroughput: lowered }, 'units'))).toMatchObject({
      TableDescription: { ...throughput(3, 4), ...rest, TableStatus: 'UPDATING' },
    });
    expect(await api.call('DescribeTable', { TableName: 'units' })).toMatchObject({
      Table: { ProvisionedThroughput: { ...lowered, NumberOfDecreasesToday: 1 }, ...rest },
    });
  });

  test('protection, at once', async () => {
    expect(await api.call('UpdateTable', update({ DeletionProtectionEnabled: true }))).toMatchObject({
      TableDescription: { DeletionProtectionEnabled: true, TableStatus: 'ACTIVE' },
    });
  });

  test('units that are as they were', async () => {
    const refusal = await api.refusal('UpdateTable', update({ ProvisionedThroughput: units }, 'units'));
    expect(refusal).toContain('The provisioned throughput for the table will not change.');
  });
});

describe('UpdateTable puts a table under another key:', () => {
  const sse = async () =>
    ((await api.call('DescribeTable', { TableName: 'notes' })).Table as Json).SSEDescription;
  const choose = (SSESpecification: Json) => update({ SSESpecification });
  const under = (KMSMasterKeyId: string) => ({ SSEType: 'KMS', KMSMasterKeyId });

  test('moves a table from key to key and back, its items with it', async () => {
    const item = { pk: S('a') };
    await putAll(api, 'notes', [item]);
    const keyArn = await newKey(opened.kms);
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
    const keyArn = await newKey(opened.kms);
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

describe('R-API-1: UpdateTable refuses two changes where one must be alone, naming', () => {
  const changes = {
    SSESpecification: { Enabled: true },
    TableClass: 'STANDARD_INFREQUENT_ACCESS',
    DeletionProtectionEnabled: true,
    WarmThroughput: { ReadUnitsPerSecond: 13_000 },
    BillingMode: 'PAY_PER_REQUEST',
  };
  const cases = [
    ['Server-Side Encryption', ['SSESpecification', 'TableClass', 'DeletionProtectionEnabled']],
    ['Table Class', ['TableClass', 'DeletionProtectionEnabled', 'WarmThroughput']],
    ['Deletion Protection', ['DeletionProtectionEnabled', 'WarmThroughput']],
    ['Warm Throughput', ['WarmThroughput', 'BillingMode']],
  ] as const;
  test.each(cases)('%s before what comes after it', async (said, names) => {
    const before = await api.call('DescribeTable', { TableName: 'notes' });
    const more = Object.fromEntries(names.map((name) => [name, changes[name]]));
    expect(await api.refusal('UpdateTable', update(more))).toBe(
      `${P}${said} modification must be the only operation in the request`,
    );
    expect(await api.call('DescribeTable', { TableName: 'notes' })).toEqual(before);
  });
});

describe('UpdateTable asks for replicas', () => {
  const asked: unknown[] = [];
  const ofReplicas = (info: Partial<TableInfo> = {}) => {
    asked.length = 0;
    const { tables } = opened;
    return new Api(tables, {
      replicas: {
        update: async (who, _, name, change) => {
          asked.push([who, name, change]);
          return { ...(await tables.describe(who, name)), status: 'UPDATING', ...info };
        },
      },
    });
  };
  const Create = { RegionName: 'eu-west-1' };

  test('with the table as the request names it, and shows it as it then is', async () => {
    const stamp = { ms: 1, count: 0, region: 'us-east-1' };
    const entry = { region: 'eu-west-1', state: 'CREATING', stamp, encryption: 'owned' } as const;
    const replication = { groupId: 'g', members: [entry] };
    const answer = await ofReplicas({ replication }).call(
      'UpdateTable',
      update({ ReplicaUpdates: [{ Create }], MultiRegionConsistency: 'EVENTUAL' }, arnOf('notes')),
    );
    expect(asked).toEqual([[caller, arnOf('notes'), { create: { region: 'eu-west-1' } }]]);
    expect(answer).toMatchObject({
      TableDescription: {
        TableStatus: 'UPDATING',
        GlobalTableVersion: '2019.11.21',
        Replicas: [{ RegionName: 'eu-west-1', ReplicaStatus: 'CREATING' }],
      },
    });
  });

  const cases: readonly (readonly [string, Json, string])[] = [
    [
      'not with strong consistency',
      { ReplicaUpdates: [{ Create }], MultiRegionConsistency: 'STRONG' },
      lacks('MultiRegionConsistency'),
    ],
    [
      'not of consistency alone',
      { DeletionProtectionEnabled: true, MultiRegionConsistency: 'EVENTUAL' },
      lacks('MultiRegionConsistency'),
    ],
    [
      'not along with another change',
      { ReplicaUpdates: [{ Create }], BillingMode: 'PAY_PER_REQUEST' },
      `${P}Replica modification must be the only operation in the request`,
    ],
    [
      'not along with another key, of which AWS tells first',
      { ReplicaUpdates: [{ Create }], SSESpecification: { Enabled: true } },
      `${P}Server-Side Encryption modification must be the only operation in the request`,
    ],
  ];
  for (const [title, input, sentence] of cases) {
    test(title, async () => {
      expect(await ofReplicas().refusal('UpdateTable', update(input))).toBe(sentence);
      expect(asked).toEqual([]);
    });
  }

  test('not of a table that is not there', async () => {
    const refusal = await ofReplicas().refusal(
      'UpdateTable',
      update({ ReplicaUpdates: [{ Create }] }, 'none'),
    );
    expect(refusal).toBe('TableNotFound: Requested resource not found: Table: none not found');
  });
});
