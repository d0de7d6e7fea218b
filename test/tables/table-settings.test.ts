import { describe, expect, test } from 'vitest';
import type { TableRecord } from '../../src/tables/catalog-record.ts';
import type { IndexRecord } from '../../src/tables/index-definition.ts';
import type { SettingsChange } from '../../src/tables/table-record.ts';
import { changedSettings, decreasesOnDay, initialDates } from '../../src/tables/table-settings.ts';
import type { Throughput } from '../../src/tables/throughput.ts';
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

test('units that are lowered again are counted by the day, which begins anew at midnight UTC', () => {
  const day = 86_400_000;
  const morning = now - (now % day);
  const evening = morning + day - 1;
  const lower = (record: TableRecord, to: number, ms: number) =>
    changedSettings(record, { throughput: units(to, 5) }, ms);
  const twice = lower(lower(provisioned, 4, morning), 3, evening);
  expect(decreasesOnDay(provisioned, morning)).toBe(0);
  expect(decreasesOnDay(twice, evening)).toBe(2);
  expect(decreasesOnDay(twice, evening + 1)).toBe(0);
  expect(decreasesOnDay(lower(twice, 2, evening + 1), evening + 2)).toBe(1);
});

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
    dates: { lastDecreaseMs: now, decreasesThatDay: 1 },
  },
  {
    name: 'more of one unit and less of the other',
    before: provisioned,
    change: { throughput: units(1, 9) },
    definition: { throughput: units(1, 9) },
    dates: { lastIncreaseMs: now, lastDecreaseMs: now, decreasesThatDay: 1 },
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

describe('global indexes are billed as their table is', () => {
  const P = 'One or more parameter values were invalid: ';
  const index = (kind: 'local' | 'global', throughput?: Throughput): IndexRecord => ({
    kind,
    name: kind,
    keySchema: [{ AttributeName: 'a', KeyType: 'HASH' }],
    projection: { ProjectionType: 'ALL' },
    ...(throughput && { throughput }),
    tree: 3,
    status: 'ACTIVE',
    itemCount: 0,
    bytes: 0,
  });
  const indexed = { ...provisioned, indexes: [index('local'), index('global', units(1, 1))] };
  const unitsAfter = (change: SettingsChange, before: TableRecord = indexed) =>
    changedSettings(before, change, now).indexes?.map(({ throughput }) => throughput);
  const throughput = (given: Throughput) => ({
    indexThroughput: new Map([['global', { throughput: given }]]),
  });
  const bare = { ...onDemand, indexes: [index('local'), index('global')] };

  test('their units stay where nobody asks for others, and change where somebody does', () => {
    expect(unitsAfter({ throughput: units(6, 6) })).toEqual([undefined, units(1, 1)]);
    expect(unitsAfter(throughput(units(2, 1)))).toEqual([undefined, units(2, 1)]);
  });

  test('their units go where the table is on demand, and have to come along where it is not any more', () => {
    expect(unitsAfter({ billingMode: 'PAY_PER_REQUEST' })).toEqual([undefined, undefined]);
    const back = { billingMode: 'PROVISIONED', throughput: units(5, 5) } as const;
    expect(unitsAfter({ ...back, ...throughput(units(2, 2)) }, bare)).toEqual([undefined, units(2, 2)]);
    expect(refusal(() => unitsAfter(back, bare))).toBe(
      `${P}ProvisionedThroughput must be specified for index: global`,
    );
  });

  test('units that they cannot have, or have already, are refused', () => {
    expect(refusal(() => unitsAfter(throughput(units(2, 2)), bare))).toBe(
      `${P}Neither ReadCapacityUnits nor WriteCapacityUnits can be specified for index: global when BillingMode is PAY_PER_REQUEST`,
    );
    expect(refusal(() => unitsAfter(throughput(units(1, 1))))).toMatch(
      /^The provisioned throughput for the index global will not change\./,
    );
  });

  test('only a global index that is there has any', () => {
    for (const name of ['local', 'other']) {
      const indexThroughput = new Map([[name, { throughput: units(2, 2) }]]);
      expect(() => changedSettings(indexed, { indexThroughput }, now)).toThrow(
        'Requested resource not found',
      );
    }
  });

  test('bounds of what is billed by use go, of table and index, where it is billed by units, and cannot come then', () => {
    const bounds = { onDemandThroughput: { MaxReadRequestUnits: 3 } };
    const bounded = changedSettings(bare, { ...bounds, indexThroughput: new Map([['global', bounds]]) }, now);
    const billing = { billingMode: 'PROVISIONED', throughput: units(5, 5) } as const;
    const { definition, indexes } = changedSettings(bounded, { ...billing, ...throughput(units(2, 2)) }, now);
    for (const after of [definition, indexes?.[1]]) expect(after).not.toHaveProperty('onDemandThroughput');
    const none = (where: string) =>
      `${P}Neither MaxReadRequestUnits nor MaxWriteRequestUnits can be specified ${where}when BillingMode is PROVISIONED`;
    expect(refusal(() => changedSettings(indexed, bounds, now))).toBe(none(''));
    const ofIndex = { indexThroughput: new Map([['global', bounds]]) };
    expect(refusal(() => changedSettings(indexed, ofIndex, now))).toBe(none('for index: global '));
  });

  test('what else is asked of an index, or of its table, is kept', () => {
    const onDemandThroughput = { MaxReadRequestUnits: 3 };
    const warmThroughput = { ReadUnitsPerSecond: 4 };
    const asked = { onDemandThroughput, warmThroughput };
    const change = { ...asked, indexThroughput: new Map([['global', asked]]) };
    const { definition, indexes } = changedSettings(bare, change, now);
    expect(definition).toMatchObject(asked);
    expect(indexes?.[1]).toMatchObject(asked);
    const more = { onDemandThroughput: { MaxWriteRequestUnits: 8 } };
    const again = changedSettings({ ...bare, definition }, more, now);
    expect(again.definition).toMatchObject({
      onDemandThroughput: { ...onDemandThroughput, ...more.onDemandThroughput },
    });
  });
});
