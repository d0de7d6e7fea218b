import { beforeEach, describe, expect, test } from 'vitest';
import { type Api, apiWithTables, type Json, modes, N, putAll, S } from './support.ts';

const note = {
  pk: S('a'),
  text: S('hello'),
  place: { M: { city: S('Basel'), zip: N(4051) } },
  l: { L: [N(1)] },
};
const run = (api: Api, Statement: string, more: Json = {}) =>
  api.call('ExecuteStatement', { Statement, ...more });
const rows = async (api: Api, statement: string) => (await run(api, statement)).Items;

for (const mode of modes) {
  describe(`writing by statement, tables ${mode}`, () => {
    let api: Api;
    beforeEach(async () => {
      api = await apiWithTables(mode);
      await putAll(api, 'notes', [note]);
    });
    const missed = 'ConditionalCheckFailed: The conditional request failed';
    const get = async (pk: string) =>
      (await api.call('GetItem', { TableName: 'notes', Key: { pk: S(pk) } })).Item;

    test('INSERT puts an item of literals and parameters, once', async () => {
      const text = `INSERT INTO "notes" value {'pk': ?, 's': <<'x','y'>>, 'ns': <<1>>, 'l': [1, ?, null], 'm': {'it''s': true}}`;
      const Parameters = [S('new'), { B: 'AQI=' }];
      expect(await run(api, text, { Parameters })).toEqual({ Items: [] });
      expect(await get('new')).toEqual({
        pk: S('new'),
        s: { SS: ['x', 'y'] },
        ns: { NS: ['1'] },
        l: { L: [N(1), { B: 'AQI=' }, { NULL: true }] },
        m: { M: { "it's": { BOOL: true } } },
      });
      expect(await api.refusal('ExecuteStatement', { Statement: text, Parameters })).toBe(
        'DuplicateItem: Duplicate primary key exists in table',
      );
    });

    test('UPDATE changes the one item, and makes none', async () => {
      const text = `UPDATE notes SET n = 1, l = list_append(l, [2]) SET s = set_add(s, <<'x'>>) REMOVE place.zip WHERE pk = 'a'`;
      expect(await run(api, text)).toEqual({ Items: [] });
      expect(await get('a')).toEqual({
        pk: S('a'),
        text: S('hello'),
        place: { M: { city: S('Basel') } },
        l: { L: [N(1), N(2)] },
        n: N(1),
        s: { SS: ['x'] },
      });
      await run(
        api,
        `UPDATE notes SET n = n - -4 SET s = SET_DELETE(s, <<'x'>>) REMOVE l REMOVE place WHERE pk='a'`,
      );
      expect(await get('a')).toEqual({ pk: S('a'), text: S('hello'), n: N(5) });
      const absent = { Statement: `UPDATE notes SET n = 1 WHERE pk = 'b'` };
      expect(await api.refusal('ExecuteStatement', absent)).toBe(missed);
      expect(await get('b')).toBeUndefined();
    });

    test('a condition beside the key decides, and shows the item where it is wanted', async () => {
      for (const [index, change] of ['UPDATE notes SET n = 1', 'DELETE FROM notes'].entries()) {
        const Statement = `${change} WHERE pk = 'a' AND text = 'other'`;
        expect(await api.refusal('ExecuteStatement', { Statement }), String(index)).toBe(missed);
        const shown = { Statement, ReturnValuesOnConditionCheckFailure: 'ALL_OLD' };
        expect(await api.itemOfFailure('ExecuteStatement', shown)).toEqual(note);
      }
      expect(await get('a')).toEqual(note);
    });

    test('RETURNING gives the item before or after, whole or as far as it was changed', async () => {
      const item = { pk: S('r'), n: N(1), m: { M: { a: N(1), b: N(2) } } };
      const cases: [string, Json][] = [
        ['ALL OLD', item],
        ['ALL NEW', { ...item, n: N(2), m: { M: { a: N(2), b: N(2) } } }],
        ['MODIFIED OLD', { n: N(1), m: { M: { a: N(1) } } }],
        ['modified new', { n: N(2), m: { M: { a: N(2) } } }],
      ];
      for (const [returning, row] of cases) {
        await putAll(api, 'notes', [item]);
        expect(
          await rows(api, `UPDATE notes SET n = 2, m.a = 2 WHERE pk = 'r' RETURNING ${returning} *`),
          returning,
        ).toEqual([row]);
      }
      expect(await rows(api, `DELETE FROM notes WHERE pk = 'r' RETURNING ALL OLD *`)).toEqual([
        cases[1]?.[1],
      ]);
      expect(await rows(api, `DELETE FROM notes WHERE pk = 'r' RETURNING ALL OLD *`)).toEqual([]);
    });
  });
}

test('a write keeps the indexes of its table, and is charged for them', async () => {
  const api = await apiWithTables();
  await api.call('CreateTable', {
    TableName: 'indexed',
    BillingMode: 'PAY_PER_REQUEST',
    KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
    AttributeDefinitions: ['pk', 'a', 'b'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
    GlobalSecondaryIndexes: [
      {
        IndexName: 'by-a',
        KeySchema: [
          { AttributeName: 'a', KeyType: 'HASH' },
          { AttributeName: 'b', KeyType: 'RANGE' },
        ],
        Projection: { ProjectionType: 'ALL' },
      },
    ],
  });
  const used = async (statement: string) =>
    (await run(api, statement, { ReturnConsumedCapacity: 'TOTAL' })).ConsumedCapacity;
  const units = (CapacityUnits: number) => ({ TableName: 'indexed', CapacityUnits });
  expect(await used(`INSERT INTO indexed VALUE {'pk': '1', 'a': 'x', 'b': 'y'}`)).toEqual(units(2));
  expect(await rows(api, `SELECT pk FROM indexed."by-a" WHERE a = 'x'`)).toEqual([{ pk: S('1') }]);
  expect(await used(`UPDATE indexed SET a = 'z' WHERE pk = '1'`)).toEqual(units(3));
  expect(await rows(api, `SELECT pk FROM indexed."by-a" WHERE a = 'x'`)).toEqual([]);
  const wrong = { Statement: `INSERT INTO indexed VALUE {'pk': '2', 'a': 1, 'b': 'y'}` };
  expect(await api.refusal('ExecuteStatement', wrong)).toContain('Type mismatch for Index Key a');
  expect(await used(`DELETE FROM indexed WHERE pk = '1'`)).toEqual(units(2));
  expect(await rows(api, 'SELECT * FROM indexed."by-a"')).toEqual([]);
});
