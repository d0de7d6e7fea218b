import { describe, expect, test } from 'vitest';
import { checkWarmer, type Warmed, warmUnits } from '../../../src/api/dynamodb/warm-throughput.ts';
import { refusalOf } from '../../support/refusal.ts';
import { P } from './support.ts';

const onDemand: Warmed = { billingMode: 'PAY_PER_REQUEST' };
const throughput = { ReadCapacityUnits: 5, WriteCapacityUnits: 6 };
const provisioned: Warmed = { billingMode: 'PROVISIONED', throughput };
const units = (ReadUnitsPerSecond: number, WriteUnitsPerSecond: number) => ({
  ReadUnitsPerSecond,
  WriteUnitsPerSecond,
});

describe('a table is ready for', () => {
  const cases: [string, Warmed, object][] = [
    ['what AWS says of one on demand', onDemand, units(12_000, 4_000)],
    ['its units', provisioned, units(5, 6)],
    ['what was asked for', { ...provisioned, warmThroughput: units(7, 8) }, units(7, 8)],
    [
      'no less than its billing brings',
      { ...onDemand, warmThroughput: { ReadUnitsPerSecond: 1, WriteUnitsPerSecond: 5_000 } },
      units(12_000, 5_000),
    ],
  ];
  for (const [title, warmed, expected] of cases) {
    test(title, () => expect(warmUnits(warmed)).toEqual(expected));
  }
});

describe('as much as there is, and more, can be asked for; less is refused', () => {
  const less = (name: string) =>
    `Validation: ${P}Requested ${name} for WarmThroughput for table is lower than current WarmThroughput, decreasing WarmThroughput is not supported`;
  const cases: [Parameters<typeof checkWarmer>[0], Warmed, string][] = [
    [undefined, onDemand, 'answered'],
    [{}, onDemand, 'answered'],
    [units(12_000, 4_000), onDemand, 'answered'],
    [{ WriteUnitsPerSecond: 4_001 }, onDemand, 'answered'],
    [units(1, 1), onDemand, less('ReadUnitsPerSecond')],
    [{ WriteUnitsPerSecond: 3_999 }, onDemand, less('WriteUnitsPerSecond')],
    [units(5, 5), provisioned, less('WriteUnitsPerSecond')],
  ];
  for (const [asked, current, said] of cases) {
    test(JSON.stringify([asked, current.billingMode]), async () => {
      expect(await refusalOf(() => checkWarmer(asked, current, 'table'))).toBe(said);
    });
  }
});
