import { beforeAll, expect, test } from 'vitest';
import { transactionCapacity } from '../../../src/api/dynamodb/transaction-capacity.ts';
import { encodeBody } from '../../../src/api/json.ts';
import type { OpenTable } from '../../../src/tables/table.ts';
import { newConnection } from '../../support/open-tables.ts';
import { type Api, apiWithTables, caller } from './support.ts';

let notes: OpenTable;
let events: OpenTable;
beforeAll(async () => {
  const api: Api = await apiWithTables();
  notes = await api.tables.open(caller, newConnection(), 'notes');
  events = await api.tables.open(caller, newConnection(), 'events');
});

const parts = () => [
  { table: notes, tableName: 'notes', used: { table: 1, local: new Map([['l', 2]]) } },
  { table: events, tableName: 'arn:events', used: { table: 3 } },
  {
    table: notes,
    tableName: 'arn:notes',
    used: {
      table: 4,
      local: new Map([
        ['l', 5],
        ['k', 1],
      ]),
      global: new Map([['g', 6]]),
    },
  },
];
const json = (value: object | undefined) =>
  value === undefined ? undefined : JSON.parse(Buffer.from(encodeBody({ value })).toString()).value;

test('nothing is said to who does not ask', () => {
  expect(transactionCapacity('NONE', 'ReadCapacityUnits', parts())).toBeUndefined();
});

test('a table counts once, twice its units, by the name of its first part', () => {
  const units = (count: number) => ({ CapacityUnits: count, ReadCapacityUnits: count });
  expect(json(transactionCapacity('TOTAL', 'ReadCapacityUnits', parts()))).toEqual([
    { TableName: 'notes', ...units(38) },
    { TableName: 'arn:events', ...units(6) },
  ]);
});

test('indexes are told apart where the caller asks for them', () => {
  const units = (count: number) => ({ CapacityUnits: count, WriteCapacityUnits: count });
  expect(json(transactionCapacity('INDEXES', 'WriteCapacityUnits', parts()))).toEqual([
    {
      TableName: 'notes',
      ...units(38),
      Table: units(10),
      LocalSecondaryIndexes: { l: units(14), k: units(2) },
      GlobalSecondaryIndexes: { g: units(12) },
    },
    { TableName: 'arn:events', ...units(6), Table: units(6) },
  ]);
});
