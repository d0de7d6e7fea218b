import { beforeEach, describe, expect, test } from 'vitest';
import { DelayedTables } from '../../../src/api/dynamodb/delayed-tables.ts';
import { openTables, type TablesForTest } from '../../support/open-tables.ts';
import { Api, type Json, noTable, putAll, S, tableInput } from './support.ts';

const TableName = 'notes';
const get = { TableName, Key: { pk: S('a') } };
const inUse = (what: string) =>
  `TableInUse: Attempt to change a resource which is still in use: Table is being ${what}: notes`;
const protect = { TableName, DeletionProtectionEnabled: false };
const classed = { TableName, TableClass: 'STANDARD_INFREQUENT_ACCESS' };
const notFound = 'TableNotFound: Requested resource not found: Table: notes not found';

let opened: TablesForTest;
let api: Api;
beforeEach(async () => {
  opened = await openTables();
  api = new Api(
    new DelayedTables(opened.tables, opened.clock, {
      createMs: 100,
      updateMs: 20,
      deleteMs: 50,
      encryptionMs: 220,
    }),
  );
});
const pass = (ms: number) => opened.clock.advanceAndSettle(ms);
const status = async () => ((await api.call('DescribeTable', { TableName })).Table as Json).TableStatus;
const names = async () => (await api.call('ListTables', {})).TableNames;

/** A table that is ACTIVE. */
async function steady(): Promise<void> {
  await api.call('CreateTable', tableInput(TableName));
  await pass(100);
  expect(await status()).toBe('ACTIVE');
}

describe('with delays', () => {
  test('a table is not deleted while its stream begins or ends, in words of AWS for that', async () => {
    await steady();
    for (const StreamSpecification of [
      { StreamEnabled: true, StreamViewType: 'KEYS_ONLY' },
      { StreamEnabled: false },
    ]) {
      await api.call('UpdateTable', { TableName, StreamSpecification });
      expect(await api.refusal('DeleteTable', { TableName })).toBe(
        'TableInUse: Attempt to change a resource which is still in use: Cannot delete table while stream is being enabled/disabled.',
      );
      expect(await api.refusal('UpdateTable', classed)).toBe(inUse('updated'));
      await pass(20);
    }
    await api.call('DeleteTable', { TableName });
  });

  test('a new table is listed, cannot be used, and cannot be changed until its time is up', async () => {
    const index = {
      IndexName: 'by-a',
      KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
      Projection: { ProjectionType: 'ALL' },
    };
    await api.call('CreateTable', { ...tableInput(TableName), GlobalSecondaryIndexes: [index] });
    await pass(99);
    expect(await names()).toEqual([TableName]);
    expect(await api.call('DescribeTable', { TableName })).toMatchObject({
      Table: { TableStatus: 'CREATING', GlobalSecondaryIndexes: [{ IndexStatus: 'CREATING' }] },
    });
    expect(await api.refusal('GetItem', get)).toBe(noTable);
    for (const [operation, input] of [
      ['DeleteTable', { TableName }],
      ['UpdateTable', protect],
      ['UpdateTable', { TableName, SSESpecification: { Enabled: true } }],
    ] as const) {
      expect(await api.refusal(operation, input)).toBe(inUse('created'));
    }
    await pass(1);
    expect(await status()).toBe('ACTIVE');
    expect(await api.refusal('GetItem', get)).toBe('answered');
  });

  test('a changed table can be used, and not be changed again', async () => {
    await steady();
    await putAll(api, TableName, [{ pk: S('a') }]);
    await api.call('UpdateTable', classed);
    expect(await status()).toBe('UPDATING');
    expect(await api.call('GetItem', get)).toEqual({ Item: { pk: S('a') } });
    expect(await api.refusal('DeleteTable', { TableName })).toBe(inUse('updated'));
    await pass(20);
    expect(await status()).toBe('ACTIVE');
  });

  test('protection and time to live are changed beside another change, but not before the table is there', async () => {
    const timed = { TableName, TimeToLiveSpecification: { AttributeName: 'until', Enabled: true } };
    await api.call('CreateTable', tableInput(TableName));
    expect(await api.refusal('UpdateTimeToLive', timed)).toBe(inUse('created'));
    await pass(100);
    await api.call('UpdateTable', classed);
    expect(await api.refusal('UpdateTimeToLive', timed)).toBe('answered');
    expect(await api.call('UpdateTable', { TableName, DeletionProtectionEnabled: true })).toMatchObject({
      TableDescription: { DeletionProtectionEnabled: true },
    });
    expect(await status()).toBe('UPDATING');
    await pass(20);
    expect(await status()).toBe('ACTIVE');
  });

  test('units are those from before until the time of their change is up', async () => {
    const units = { ReadCapacityUnits: 3, WriteCapacityUnits: 4 };
    const { BillingMode: _, ...unbilled } = tableInput(TableName);
    await api.call('CreateTable', { ...unbilled, ProvisionedThroughput: units });
    await pass(100);
    const shown = async () =>
      ((await api.call('DescribeTable', { TableName })).Table as Json).ProvisionedThroughput;
    const more = { ReadCapacityUnits: 5, WriteCapacityUnits: 6 };
    await api.call('UpdateTable', { TableName, ProvisionedThroughput: more });
    expect(await shown()).toEqual({ ...units, NumberOfDecreasesToday: 0 });
    await pass(20);
    expect(await shown()).toMatchObject({ ...more, LastIncreaseDateTime: expect.any(Number) });
  });

  test('a change of the key is seen to pass, the table ACTIVE and usable throughout (aws-behaviour §1.6)', async () => {
    await steady();
    const sse = async () =>
      ((await api.call('DescribeTable', { TableName })).Table as Json).SSEDescription as Json | undefined;
    const managed = { TableName, SSESpecification: { Enabled: true } };
    const owned = { TableName, SSESpecification: { Enabled: false } };
    const changed = await api.call('UpdateTable', managed);
    expect(changed).toMatchObject({ TableDescription: { SSEDescription: { Status: 'UPDATING' } } });
    expect([await status(), await sse()]).toEqual(['ACTIVE', { Status: 'UPDATING' }]);
    expect(await api.refusal('UpdateTable', owned)).toBe(
      'TableInUse: Attempt to change a resource which is still in use: ' +
        'Server-Side Encryption is still being updated',
    );
    expect(await api.refusal('DeleteTable', { TableName })).toBe(
      'TableInUse: Attempt to change a resource which is still in use: ' +
        'Table: notes is in the process of being updated.',
    );
    expect(await api.refusal('GetItem', get)).toBe('answered');
    expect(await api.refusal('UpdateTable', protect)).toBe('answered');
    expect(await api.refusal('UpdateTable', classed)).toBe('answered');
    await pass(80);
    const KMSMasterKeyArn = expect.stringMatching(/^arn:aws:kms:/);
    expect(await sse()).toEqual({ Status: 'UPDATING', SSEType: 'KMS', KMSMasterKeyArn });
    await pass(140);
    expect(await sse()).toEqual({ Status: 'ENABLED', SSEType: 'KMS', KMSMasterKeyArn });
    await api.call('UpdateTable', owned);
    expect(await sse()).toEqual({ Status: 'UPDATING', SSEType: 'KMS', KMSMasterKeyArn });
    await pass(80);
    expect(await sse()).toEqual({ Status: 'UPDATING' });
    await pass(140);
    expect(await sse()).toBeUndefined();
    expect(await api.refusal('DeleteTable', { TableName })).toBe('answered');
  });

  test('protection is changed at once', async () => {
    await steady();
    await api.call('UpdateTable', protect);
    expect(await status()).toBe('ACTIVE');
  });

  test('a deleted table is shown and listed for a while, and its name is taken as long', async () => {
    await steady();
    await api.call('DeleteTable', { TableName });
    expect(await status()).toBe('DELETING');
    expect(await names()).toEqual([TableName]);
    expect(await api.call('ListTables', { ExclusiveStartTableName: TableName })).toEqual({ TableNames: [] });
    expect(await api.refusal('GetItem', get)).toBe(noTable);
    expect(await api.refusal('DeleteTable', { TableName })).toBe(inUse('deleted'));
    expect(await api.refusal('CreateTable', tableInput(TableName))).toBe(inUse('deleted'));
    await pass(50);
    expect(await names()).toEqual([]);
    expect(await api.refusal('DescribeTable', { TableName })).toBe(notFound);
    expect(await api.refusal('CreateTable', tableInput(TableName))).toBe('answered');
  });
});

test('without delays everything is at once as it will be', async () => {
  api = new Api(new DelayedTables(opened.tables, opened.clock, {}));
  await api.call('CreateTable', tableInput(TableName));
  expect(await status()).toBe('ACTIVE');
  await api.call('UpdateTable', classed);
  expect(await status()).toBe('ACTIVE');
  await api.call('DeleteTable', { TableName });
  expect(await api.refusal('DescribeTable', { TableName })).toBe(notFound);
});
