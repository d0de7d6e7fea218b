import { beforeEach, describe, expect, test } from 'vitest';
import { openTables, type TablesForTest } from '../../support/open-tables.ts';
import { Api, arnOf, type Json, P, putAll, S, tableInput } from './support.ts';

const units = { ReadCapacityUnits: 3, WriteCapacityUnits: 4 };
const AttributeDefinitions = [{ AttributeName: 'a', AttributeType: 'S' }];
const byA = (more: Json = {}): Json => ({
  IndexName: 'by-a',
  KeySchema: [{ AttributeName: 'a', KeyType: 'HASH' }],
  Projection: { ProjectionType: 'ALL' },
  ...more,
});
const updates = (...GlobalSecondaryIndexUpdates: Json[]) => ({ GlobalSecondaryIndexUpdates });
const update = (more: Json, TableName = 'notes'): Json => ({ TableName, ...more });
const creating = (more: Json = {}) => ({ ...updates({ Create: byA(more) }), AttributeDefinitions });

let opened: TablesForTest;
let api: Api;
beforeEach(async () => {
  opened = await openTables();
  api = new Api(opened.tables);
  await api.call('CreateTable', tableInput('notes'));
  const { BillingMode: _, ...rest } = tableInput('units');
  await api.call('CreateTable', { ...rest, ProvisionedThroughput: units });
});

const described = async (TableName = 'notes') =>
  (await api.call('DescribeTable', { TableName })).Table as Json;
const indexOf = async (TableName?: string) =>
  ((await described(TableName)).GlobalSecondaryIndexes as Json[] | undefined)?.[0];

describe('UpdateTable makes and removes global indexes:', () => {
  test('an index is first being made, then filled, then there, and its attributes with it', async () => {
    await putAll(api, 'notes', [{ pk: S('1'), a: S('x') }, { pk: S('2'), a: S('x') }, { pk: S('3') }]);
    const { TableDescription } = await api.call('UpdateTable', update(creating(), arnOf('notes')));
    expect(TableDescription).toMatchObject({
      TableStatus: 'UPDATING',
      AttributeDefinitions: [{ AttributeName: 'a' }, { AttributeName: 'pk' }],
      GlobalSecondaryIndexes: [
        { IndexName: 'by-a', IndexStatus: 'CREATING', Backfilling: false, ItemCount: 0 },
      ],
    });
    const query = {
      TableName: 'notes',
      IndexName: 'by-a',
      KeyConditionExpression: 'a = :a',
      ExpressionAttributeValues: { ':a': S('x') },
    };
    expect(await api.refusal('Query', query)).toBe(
      'Cannot read from backfilling global secondary index: by-a',
    );
    await opened.tables.indexesSettled();
    expect(await described()).toMatchObject({
      TableStatus: 'ACTIVE',
      GlobalSecondaryIndexes: [
        { IndexStatus: 'ACTIVE', ItemCount: 2, IndexArn: `${arnOf('notes')}/index/by-a` },
      ],
    });
    expect(await indexOf()).not.toHaveProperty('Backfilling');
    expect(await api.call('Query', query)).toMatchObject({ Count: 2 });
  });

  test('an index that is removed is gone, with the attributes that were its own', async () => {
    await api.call('UpdateTable', update(creating()));
    await opened.tables.indexesSettled();
    const removing = update(updates({ Delete: { IndexName: 'by-a' } }));
    expect(await api.call('UpdateTable', removing)).toMatchObject({
      TableDescription: { TableStatus: 'UPDATING', GlobalSecondaryIndexes: [{ IndexStatus: 'DELETING' }] },
    });
    await opened.tables.indexesSettled();
    expect(await described()).toMatchObject({ AttributeDefinitions: [{ AttributeName: 'pk' }] });
    expect(await indexOf()).toBeUndefined();
    expect(await api.refusal('UpdateTable', removing)).toBe('TableNotFound: Requested resource not found');
  });

  test('an index of several attributes, of which the table has some', async () => {
    const KeySchema = ['a', 'pk', 'b'].map((AttributeName, at) => ({
      AttributeName,
      KeyType: at < 2 ? 'HASH' : 'RANGE',
    }));
    const b = { AttributeName: 'b', AttributeType: 'N' };
    const input = update({
      ...updates({ Create: byA({ KeySchema }) }),
      AttributeDefinitions: [...AttributeDefinitions, b],
    });
    await api.call('UpdateTable', input);
    await opened.tables.indexesSettled();
    expect(await indexOf()).toMatchObject({ KeySchema, IndexStatus: 'ACTIVE' });
  });
});

describe('UpdateTable changes the units of global indexes:', () => {
  const shownUnits = async () => (await indexOf('units'))?.ProvisionedThroughput;
  beforeEach(async () => {
    await api.call('UpdateTable', update(creating({ ProvisionedThroughput: units }), 'units'));
    await opened.tables.indexesSettled();
  });

  test('of one alone, and along with those of the table', async () => {
    const more = { ReadCapacityUnits: 9, WriteCapacityUnits: 9 };
    await api.call(
      'UpdateTable',
      update(updates({ Update: { IndexName: 'by-a', ProvisionedThroughput: more } }), 'units'),
    );
    expect(await shownUnits()).toMatchObject(more);
    const both = {
      ProvisionedThroughput: more,
      ...updates({ Update: { IndexName: 'by-a', ProvisionedThroughput: { ...more, ReadCapacityUnits: 8 } } }),
    };
    await api.call('UpdateTable', update(both, 'units'));
    expect(await shownUnits()).toMatchObject({ ReadCapacityUnits: 8, WriteCapacityUnits: 9 });
    expect(await described('units')).toMatchObject({ ProvisionedThroughput: more });
  });

  test('away with the table on demand, and back again only along with it', async () => {
    await api.call('UpdateTable', update({ BillingMode: 'PAY_PER_REQUEST' }, 'units'));
    expect(await shownUnits()).toMatchObject({ ReadCapacityUnits: 0, WriteCapacityUnits: 0 });
    const provisioned = { BillingMode: 'PROVISIONED', ProvisionedThroughput: units };
    expect(await api.refusal('UpdateTable', update(provisioned, 'units'))).toBe(
      `${P}ProvisionedThroughput must be specified for index: by-a`,
    );
    const withIndex = {
      ...provisioned,
      ...updates({ Update: { IndexName: 'by-a', ProvisionedThroughput: units } }),
    };
    await api.call('UpdateTable', update(withIndex, 'units'));
    expect(await shownUnits()).toMatchObject(units);
  });

  test('its bounds on demand, and its warmth', async () => {
    await api.call('UpdateTable', update({ BillingMode: 'PAY_PER_REQUEST' }, 'units'));
    const asked = {
      OnDemandThroughput: { MaxReadRequestUnits: 7 },
      WarmThroughput: { ReadUnitsPerSecond: 20_000 },
    };
    await api.call('UpdateTable', update(updates({ Update: { IndexName: 'by-a', ...asked } }), 'units'));
    expect(await indexOf('units')).toMatchObject(asked);
    const { OnDemandThroughput, WarmThroughput } = asked;
    await api.call('UpdateTable', update({ OnDemandThroughput }, 'units'));
    await api.call('UpdateTable', update({ WarmThroughput }, 'units'));
    expect(await described('units')).toMatchObject(asked);
  });
});

describe('R-API-1: UpdateTable refuses changes of indexes, and makes none:', () => {
  const more = { IndexName: 'by-a', ProvisionedThroughput: units };
  const cases: [string, Json, string][] = [
    ['no updates', update(updates()), expect.stringMatching(/^At least one of ProvisionedThroughput, /)],
    [
      'attributes alone',
      update({ AttributeDefinitions }),
      expect.stringMatching(/^At least one of ProvisionedThroughput, /),
    ],
    [
      'beside bounds on demand of a provisioned table',
      update(
        {
          ...creating({ ProvisionedThroughput: units }),
          OnDemandThroughput: { MaxReadRequestUnits: 1 },
        },
        'units',
      ),
      `${P}Neither MaxReadRequestUnits nor MaxWriteRequestUnits can be specified when BillingMode is PROVISIONED`,
    ],
    [
      'with bounds on demand in a provisioned table',
      update(
        creating({ ProvisionedThroughput: units, OnDemandThroughput: { MaxReadRequestUnits: 1 } }),
        'units',
      ),
      `${P}Neither MaxReadRequestUnits nor MaxWriteRequestUnits can be specified for index: by-a when BillingMode is PROVISIONED`,
    ],
    [
      'beside another key',
      update({ ...creating(), SSESpecification: { Enabled: true } }),
      `${P}Server-Side Encryption modification must be the only operation in the request`,
    ],
    [
      'a key without a type',
      update(updates({ Create: byA() })),
      `${P}Some index key attributes are not defined in AttributeDefinitions. Keys: [a], AttributeDefinitions: [pk]`,
    ],
    [
      'a type for what is no key',
      update({
        ...creating(),
        AttributeDefinitions: [...AttributeDefinitions, { AttributeName: 'b', AttributeType: 'S' }],
      }),
      `${P}Some AttributeDefinitions are not used. AttributeDefinitions: [pk, a, b], keys used: [pk, a]`,
    ],
    [
      'no projection',
      update({ ...updates({ Create: byA({ Projection: {} }) }), AttributeDefinitions }),
      `${P}Unknown ProjectionType: null`,
    ],
    [
      'units on demand',
      update(creating({ ProvisionedThroughput: units })),
      `${P}ProvisionedThroughput should not be specified for index: by-a when BillingMode is PAY_PER_REQUEST`,
    ],
    [
      'no units of a provisioned table',
      update(creating(), 'units'),
      `${P}ProvisionedThroughput must be specified for index: by-a`,
    ],
    [
      'units of an index that is not there',
      update(updates({ Update: more }), 'units'),
      'TableNotFound: Requested resource not found',
    ],
    [
      'the removal of one',
      update(updates({ Delete: { IndexName: 'by-a' } })),
      'TableNotFound: Requested resource not found',
    ],
    [
      'a table that is not there',
      update(creating(), 'none'),
      'TableNotFound: Requested resource not found: Table: none not found',
    ],
  ];
  for (const [title, input, sentence] of cases) {
    test(title, async () => {
      expect(await api.refusal('UpdateTable', input)).toEqual(sentence);
      await opened.tables.indexesSettled();
      expect(await indexOf()).toBeUndefined();
      expect(await indexOf('units')).toBeUndefined();
    });
  }

  test('units of an index that are as they were, or that it cannot have', async () => {
    await api.call('UpdateTable', update(creating({ ProvisionedThroughput: units }), 'units'));
    await opened.tables.indexesSettled();
    const again = update(updates({ Update: more }), 'units');
    expect(await api.refusal('UpdateTable', again)).toContain(
      'The provisioned throughput for the index by-a will not change. The requested value equals the current value.',
    );
    await api.call('UpdateTable', update({ BillingMode: 'PAY_PER_REQUEST' }, 'units'));
    expect(await api.refusal('UpdateTable', again)).toBe(
      `${P}Neither ReadCapacityUnits nor WriteCapacityUnits can be specified for index: by-a when BillingMode is PAY_PER_REQUEST`,
    );
  });
});

describe('UpdateTable refuses', () => {
  const onDemandWithUnits = { BillingMode: 'PAY_PER_REQUEST', ProvisionedThroughput: units };
  const many = { ...units, WriteCapacityUnits: 40_001 };
  const cases: [string, Json, string][] = [
    [
      'what no table could have before it looks for the table',
      update(onDemandWithUnits, 'others'),
      `${P}Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST`,
    ],
    [
      'more units than an index can have',
      update(updates({ Update: { IndexName: 'by-a', ProvisionedThroughput: many } }), 'units'),
      'LimitExceeded: Subscriber limit exceeded: WriteCapacityUnits of the index by-a can be 40000 at most',
    ],
    [
      'a colder table',
      update({ WarmThroughput: { ReadUnitsPerSecond: 2 } }, 'units'),
      `${P}Requested ReadUnitsPerSecond for WarmThroughput for table is lower than current WarmThroughput, decreasing WarmThroughput is not supported`,
    ],
    [
      'a colder index',
      update(updates({ Update: { IndexName: 'by-a', WarmThroughput: { WriteUnitsPerSecond: 1 } } }), 'units'),
      `${P}Requested WriteUnitsPerSecond for WarmThroughput for index by-a is lower than current WarmThroughput, decreasing WarmThroughput is not supported`,
    ],
  ];
  for (const [title, input, sentence] of cases) {
    test(title, async () => {
      await api.call('UpdateTable', update(creating({ ProvisionedThroughput: units }), 'units'));
      await opened.tables.indexesSettled();
      expect(await api.refusal('UpdateTable', input)).toBe(sentence);
    });
  }
});
