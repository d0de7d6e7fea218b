import { beforeAll, describe, expect, test } from 'vitest';
import { type Api, apiOf, type Json, tableInput } from './support.ts';

const names = Array.from({ length: 101 }, (_, index) => `table-${String(index).padStart(3, '0')}`);

describe('ListTables answers', () => {
  let api: Api;
  beforeAll(async () => {
    api = await apiOf();
    for (const name of [...names].reverse()) await api.call('CreateTable', tableInput(name));
  });

  const cases: [Json, Json][] = [
    [{}, { TableNames: names.slice(0, 100), LastEvaluatedTableName: 'table-099' }],
    [{ Limit: 2 }, { TableNames: names.slice(0, 2), LastEvaluatedTableName: 'table-001' }],
    [
      { Limit: 2, ExclusiveStartTableName: 'table-001' },
      { TableNames: names.slice(2, 4), LastEvaluatedTableName: 'table-003' },
    ],
    [{ Limit: 2, ExclusiveStartTableName: 'table-098' }, { TableNames: names.slice(99) }],
    [{ ExclusiveStartTableName: 'table-0995' }, { TableNames: ['table-100'] }],
    [{ ExclusiveStartTableName: 'table-100' }, { TableNames: [] }],
  ];
  for (const [input, output] of cases) {
    test(JSON.stringify(input), async () => {
      expect(await api.call('ListTables', input)).toEqual(output);
    });
  }

  for (const Limit of [0, 101]) {
    test(`with a refusal: a limit of ${Limit}`, async () => {
      expect(await api.refusal('ListTables', { Limit })).toContain(`Value '${Limit}' at 'limit'`);
    });
  }
});

test('ListTables answers an empty list where there are no tables', async () => {
  expect(await (await apiOf()).call('ListTables', {})).toEqual({ TableNames: [] });
});
