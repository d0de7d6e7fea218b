import { describe, expect, test } from 'vitest';
import type { TableRecord } from '../../src/tables/catalog-record.ts';
import type { SettingsChange } from '../../src/tables/table-record.ts';
import { changedSettings, initialDates } from '../../src/tables/table-settings.ts';
import { definitionOf } from '../support/open-tables.ts';
import { recordOf, refusal } from './support.ts';

const units = (ReadCapacityUnits: number, WriteCapacityUnits: number) => ({
  ReadCapacityUnits,
  WriteCapacityUnits,
});
const now = 1_800_000_000_000;

const onDemand = recordOf(definitionOf('T'));
const provisioned = recordOf(
  definitionOf('T', { kind: 'owned' }, { billingMode: 'PROVISIONED', throughput: units(5, 5) }),
);

test('a table that is made on demand has been so since then', () => {
  expect(initialDates({ billingMode: 'PAY_PER_REQUEST' }, now)).toEqual({
    createdAtMs: now,
    payPerRequestSinceMs: now,
  });
  expect(initialDates({ billingMode: 'PROVISIONED' }, now)).toEqual({ createdAtMs: now });
});

interface Case {
  readonly name: string;
  readonly before: TableRecord;
  readonly change: SettingsChange;
  readonly definition?: object;
  readonly dates?: object;
}

const cases: readonly Case[] = [
  { name: 'nothing', before: provisioned, change: {} },
  {
    name: 'more of both units',
    before: provisioned,
    change: { throughput: units(6, 7) },
    definition: { throughput: units(6, 7) },
    dates: { lastIncreaseMs: now },
  },
  {
    name: 'less of one unit',
    before: provisioned,
    change: { throughput: units(5, 4) },
    definition: { throughput: units(5, 4) },
    dates: { lastDecreaseMs: now },
  },
  {
    name: 'more of one unit and less of the other',
    before: provisioned,
    change: { throughput: units(1, 9) },
    definition: { throughput: units(1, 9) },
    dates: { lastIncreaseMs: now, lastDecreaseMs: now },
  },
  {
    name: 'the throughput it has',
    before: provisioned,
    change: { billingMode: 'PROVISIONED', throughput: units(5, 5) },
  },
  {
    name: 'on demand from provisioned',
    before: provisioned,
    change: { billingMode: 'PAY_PER_REQUEST' },
    definition: { billingMode: 'PAY_PER_REQUEST', throughput: undefined },
    dates: { payPerRequestSinceMs: now },
  },
  { name: 'on demand from on demand', before: onDemand, change: { billingMode: 'PAY_PER_REQUEST' } },
  {
    name: 'provisioned from on demand',
    before: onDemand,
    change: { billingMode: 'PROVISIONED', throughput: units(1, 2) },
    definition: { billingMode: 'PROVISIONED', throughput: units(1, 2) },
  },
  {
    name: 'another class',
    before: onDemand,
    change: { tableClass: 'STANDARD_INFREQUENT_ACCESS' },
    definition: { tableClass: 'STANDARD_INFREQUENT_ACCESS' },
    dates: { tableClassSinceMs: now },
  },
  {
    name: 'the class it has without a name for it',
    before: onDemand,
    change: { tableClass: 'STANDARD' },
    definition: { tableClass: 'STANDARD' },
  },
  {
    name: 'protection against deletion',
    before: onDemand,
    change: { deletionProtection: true },
    definition: { deletionProtection: true },
  },
];

describe('a change of settings', () => {
  for (const { name, before, change, definition = {}, dates = {} } of cases) {
    test(`to ${name}`, () => {
      const after = changedSettings(before, change, now);
      expect(after).toEqual({ ...before, definition: { ...before.definition, ...definition }, ...dates });
      // Absent, and not there without a value: records are compared and stored as they are.
      expect(Object.values(after.definition)).not.toContain(undefined);
    });
  }

  test('protection can be taken off again', () => {
    const guarded = changedSettings(onDemand, { deletionProtection: true }, now);
    expect(changedSettings(guarded, { deletionProtection: false }, now)).toEqual(onDemand);
  });

  const P = 'One or more parameter values were invalid: ';
  const refused: readonly (readonly [string, TableRecord, SettingsChange, string])[] = [
    [
      'throughput of a table on demand',
      onDemand,
      { throughput: units(1, 1) },
      `${P}Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST`,
    ],
    [
      'provisioned without throughput',
      onDemand,
      { billingMode: 'PROVISIONED' },
      `${P}ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED`,
    ],
  ];
  for (const [name, before, change, text] of refused) {
    test(`to ${name} is refused`, () => {
      expect(refusal(() => changedSettings(before, change, now))).toBe(text);
    });
  }
});
