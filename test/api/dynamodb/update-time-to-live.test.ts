import { beforeEach, describe, expect, test } from 'vitest';
import { newKey, openTables, type TablesForTest } from '../../support/open-tables.ts';
import { Api, arnOf, caller, type Json, tableInput, withTables } from './support.ts';

const update = (AttributeName: string, Enabled = true, TableName = 'notes'): Json => ({
  TableName,
  TimeToLiveSpecification: { AttributeName, Enabled },
});
const hourMs = 3_600_000;

let opened: TablesForTest;
let api: Api;
beforeEach(async () => {
  opened = await openTables();
  api = await withTables(new Api(opened.tables));
});

const described = async () =>
  (await api.call('DescribeTimeToLive', { TableName: 'notes' })).TimeToLiveDescription;

test('an attribute is heeded from then on, and no more an hour later', async () => {
  expect(await api.call('UpdateTimeToLive', update('until', true, arnOf('notes')))).toEqual({
    TimeToLiveSpecification: { AttributeName: 'until', Enabled: true },
  });
  expect(await described()).toEqual({ TimeToLiveStatus: 'ENABLED', AttributeName: 'until' });
  opened.clock.advance(hourMs);
  await api.call('UpdateTimeToLive', update('until', false));
  expect(await described()).toEqual({ TimeToLiveStatus: 'DISABLED' });
});

describe('UpdateTimeToLive refuses', () => {
  const cases: readonly (readonly [string, Json])[] = [
    ['TimeToLive is already enabled', update('until')],
    ['TimeToLive is active on a different AttributeName: current AttributeName is until', update('other')],
    ['Time to live has been modified multiple times within a fixed interval', update('until', false)],
    ['TimeToLive is already disabled', update('until', false, 'events')],
    ['TableNotFound: Requested resource not found: Table: others not found', update('until', true, 'others')],
    [
      "1 validation error detected: Value null at 'timeToLiveSpecification.attributeName' failed to satisfy constraint: Member must not be null",
      { TableName: 'notes', TimeToLiveSpecification: { Enabled: true } },
    ],
    [
      "1 validation error detected: Value '' at 'timeToLiveSpecification.attributeName' failed to satisfy constraint: Member must have length greater than or equal to 1",
      update(''),
    ],
  ];
  for (const [sentence, input] of cases) {
    test(sentence, async () => {
      await api.call('UpdateTimeToLive', update('until'));
      expect(await api.refusal('UpdateTimeToLive', input)).toBe(sentence);
      expect(await described()).toEqual({ TimeToLiveStatus: 'ENABLED', AttributeName: 'until' });
    });
  }

  test('a table whose key is disabled, while describing goes on', async () => {
    const KMSMasterKeyId = await newKey(opened.kms);
    const SSESpecification = { Enabled: true, SSEType: 'KMS', KMSMasterKeyId };
    await api.call('CreateTable', { ...tableInput('kept'), SSESpecification });
    await opened.kms.keys.disable(caller, KMSMasterKeyId);
    expect(await api.refusal('UpdateTimeToLive', update('until', true, 'kept'))).toMatch(
      /^TableKeyRefused: KMS key disabled error: /,
    );
    expect(await api.call('DescribeTimeToLive', { TableName: 'kept' })).toEqual({
      TimeToLiveDescription: { TimeToLiveStatus: 'DISABLED' },
    });
  });
});
