import { describe, expect, test } from 'vitest';
import { consumedCapacity, readUnits, sumOf, writeUnits } from '../../src/tables/capacity.ts';

describe('a read costs a unit for each 4 KB begun, half when it may be stale', () => {
  for (const [bytes, units] of [
    [0, 1],
    [1, 1],
    [4096, 1],
    [4097, 2],
    [8192, 2],
    [1_048_576, 256],
  ] as const) {
    test(`${bytes} bytes: ${units}`, () => {
      expect(readUnits(bytes, true)).toBe(units);
      expect(readUnits(bytes, false)).toBe(units / 2);
    });
  }
});

describe('a write costs a unit for each KB begun of the larger image', () => {
  const cases: [number | undefined, number | undefined, number][] = [
    [undefined, undefined, 1],
    [undefined, 1, 1],
    [undefined, 1024, 1],
    [undefined, 1025, 2],
    [3000, 10, 3],
    [3000, undefined, 3],
    [10, 409_600, 400],
  ];
  for (const [old, next, units] of cases) {
    test(`${old} then ${next}: ${units}`, () => expect(writeUnits(old, next)).toBe(units));
  }
});

describe('what was consumed is told as it was asked for', () => {
  test('not at all', () => {
    expect(consumedCapacity(undefined, 't', 1)).toBeUndefined();
    expect(consumedCapacity('NONE', 't', 1)).toBeUndefined();
  });
  test('in total', () => {
    expect(consumedCapacity('TOTAL', 't', 1.5)).toEqual({ TableName: 't', CapacityUnits: 1.5 });
    const used = { table: 1, global: new Map([['g', 2]]) };
    expect(consumedCapacity('TOTAL', 't', used)).toEqual({ TableName: 't', CapacityUnits: 3 });
  });
  test('by index', () => {
    expect(consumedCapacity('INDEXES', 't', 1)).toEqual({
      TableName: 't',
      CapacityUnits: 1,
      Table: { CapacityUnits: 1 },
    });
    const used = { table: 1, local: new Map([['l', 0.5]]), global: new Map([['g', 2]]) };
    expect(consumedCapacity('INDEXES', 't', used)).toEqual({
      TableName: 't',
      CapacityUnits: 3.5,
      Table: { CapacityUnits: 1 },
      LocalSecondaryIndexes: new Map([['l', { CapacityUnits: 0.5 }]]),
      GlobalSecondaryIndexes: new Map([['g', { CapacityUnits: 2 }]]),
    });
  });
});

test('what several operations used is told in one sum, index by index', () => {
  const local = new Map([['l', 1]]);
  const global = new Map([
    ['g', 2],
    ['h', 3],
  ]);
  expect(sumOf([])).toEqual({ table: 0 });
  expect(sumOf([{ table: 1 }, { table: 2, local }, { table: 3, local, global }])).toEqual({
    table: 6,
    local: new Map([['l', 2]]),
    global,
  });
});
