import { expect, test } from 'vitest';
import { UsedCapacity } from '../../../src/api/dynamodb/used-capacity.ts';
import { encodeBody } from '../../../src/api/json.ts';

function used(): UsedCapacity {
  const capacity = new UsedCapacity();
  capacity.add('t', { table: 1 });
  capacity.add('u', { table: 0.5 });
  capacity.add('t', { table: 2, global: new Map([['g', 3]]) });
  capacity.add('t', {
    table: 0,
    global: new Map([
      ['g', 1],
      ['h', 1],
    ]),
    local: new Map([['l', 5]]),
  });
  return capacity;
}

test('what was used is summed up for each table and index', () => {
  expect(used().answer('TOTAL')).toEqual([
    { TableName: 't', CapacityUnits: 13 },
    { TableName: 'u', CapacityUnits: 0.5 },
  ]);
  expect(JSON.parse(Buffer.from(encodeBody(used().answer('INDEXES') ?? [])).toString())).toEqual([
    {
      TableName: 't',
      CapacityUnits: 13,
      Table: { CapacityUnits: 3 },
      LocalSecondaryIndexes: { l: { CapacityUnits: 5 } },
      GlobalSecondaryIndexes: { g: { CapacityUnits: 4 }, h: { CapacityUnits: 1 } },
    },
    { TableName: 'u', CapacityUnits: 0.5, Table: { CapacityUnits: 0.5 } },
  ]);
});

test('nothing is answered where nobody asks, or nothing was used', () => {
  expect(used().answer('NONE')).toBeUndefined();
  expect(used().answer(undefined)).toBeUndefined();
  expect(new UsedCapacity().answer('TOTAL')).toBeUndefined();
});
