import { beforeEach, describe, expect, test } from 'vitest';
import { type Api, apiWithTables, type Json, modes, N, P, putAll, S } from './support.ts';

const run = (api: Api, Statement: string, more: Json = {}) =>
  api.call('ExecuteStatement', { Statement, ...more });

const index = (IndexName: string, hash: string, range: string, ProjectionType = 'ALL') => ({
  IndexName,
  KeySchema: [
    { AttributeName: hash, KeyType: 'HASH' },
    { AttributeName: range, KeyType: 'RANGE' },
  ],
  Projection: { ProjectionType },
});

for (const mode of modes) {
  describe(`SELECT from an index, tables ${mode}`, () => {
    let api: Api;
    const order = (pk: string, sk: string, city?: string, year?: number) => ({
      pk: S(pk),
      sk: S(sk),
      note: S('n'),
      ...(city === undefined ? {} : { city: S(city) }),
      ...(year === undefined ? {} : { year: N(year) }),
    });
    const orders = [
      order('a', '1', 'Bern', 2),
      order('a', '2', 'Bern', 1),
      order('b', '1', 'Bern', 1),
      order('b', '2', 'Chur', 1),
      order('c', '1', 'Chur', 3),
      order('c', '2', 'Genf'),
      order('d', '1'),
    ];
    beforeEach(async () => {
      api = await apiWithTables(mode);
      await api.call('CreateTable', {
        TableName: 'orders',
        BillingMode: 'PAY_PER_REQUEST',
        KeySchema: [
          { AttributeName: 'pk', KeyType: 'HASH' },
          { AttributeName: 'sk', KeyType: 'RANGE' },
        ],
        AttributeDefinitions: [
          { AttributeName: 'pk', AttributeType: 'S' },
          { AttributeName: 'sk', AttributeType: 'S' },
          { AttributeName: 'city', AttributeType: 'S' },
          { AttributeName: 'year', AttributeType: 'N' },
        ],
        GlobalSecondaryIndexes: [
          index('by-city', 'city', 'year'),
          index('keys', 'city', 'year', 'KEYS_ONLY'),
        ],
        LocalSecondaryIndexes: [index('by-year', 'pk', 'year', 'KEYS_ONLY')],
      });
      await putAll(api, 'orders', orders);
    });

    const places = async (statement: string, more: Json = {}) => {
      const { Items } = await run(api, statement, more);
      return (Items as Record<string, { S: string }>[]).map(({ pk, sk }) => `${pk?.S}${sk?.S}`);
    };
    const cases: [string, string[]][] = [
      [`SELECT * FROM orders."by-city" WHERE city = 'Bern'`, ['a2', 'b1', 'a1']],
      [`SELECT * FROM "orders"."by-city" WHERE city = 'Bern' AND year > 1`, ['a1']],
      [`SELECT * FROM orders."by-city" WHERE city = 'Bern' ORDER BY year DESC`, ['a1', 'b1', 'a2']],
      [`SELECT * FROM orders."by-city" WHERE city IN ['Chur', 'Bern']`, ['b2', 'c1', 'a2', 'b1', 'a1']],
      [
        `SELECT * FROM orders."by-city" WHERE city IN ['Chur', 'Bern'] ORDER BY city, year`,
        ['a2', 'b1', 'a1', 'b2', 'c1'],
      ],
      [
        `SELECT * FROM orders."by-city" WHERE city IN ['Chur', 'Bern'] ORDER BY year`,
        ['b2', 'a2', 'b1', 'a1', 'c1'],
      ],
      [`SELECT * FROM orders."by-city" WHERE city = 'Bern' AND pk = 'a' AND sk = '1'`, ['a1']],
      [`SELECT * FROM orders."by-year" WHERE pk = 'a'`, ['a2', 'a1']],
      [`SELECT * FROM orders."by-year" WHERE pk = 'a' AND note = 'n'`, ['a2', 'a1']],
    ];
    for (const [statement, expected] of cases) {
      test(`is in its order: ${statement}`, async () => {
        expect(await places(statement)).toEqual(expected);
      });
      for (const Limit of [1, 2]) {
        test(`comes in pages of ${Limit}: ${statement}`, async () => {
          const seen: string[] = [];
          let NextToken: unknown;
          do {
            const page = await run(api, statement, {
              Limit,
              ...(NextToken === undefined ? {} : { NextToken }),
            });
            seen.push(
              ...(page.Items as Record<string, { S: string }>[]).map(({ pk, sk }) => `${pk?.S}${sk?.S}`),
            );
            NextToken = page.NextToken;
          } while (NextToken !== undefined);
          expect(seen).toEqual(expected);
        });
      }
    }

    test('a scan of it has the items that are in it', async () => {
      expect((await places('SELECT * FROM orders."by-city"')).toSorted()).toEqual([
        'a1',
        'a2',
        'b1',
        'b2',
        'c1',
      ]);
    });

    test('what a local index does not hold is fetched, and told in what it costs', async () => {
      const answer = await run(api, `SELECT note FROM orders."by-year" WHERE pk = 'a'`, {
        ReturnConsumedCapacity: 'INDEXES',
      });
      expect(answer.Items).toEqual([{ note: S('n') }, { note: S('n') }]);
      expect(answer.ConsumedCapacity).toEqual({
        TableName: 'orders',
        CapacityUnits: 1.5,
        Table: { CapacityUnits: 1 },
        LocalSecondaryIndexes: { 'by-year': { CapacityUnits: 0.5 } },
      });
    });

    const refused: [string, string, Json][] = [
      ['SELECT * FROM orders.gone', 'The table does not have the specified index', {}],
      [
        `SELECT * FROM orders."by-city" WHERE city = 'Bern'`,
        'Consistent reads are not supported on global secondary indexes',
        { ConsistentRead: true },
      ],
      [
        `SELECT note FROM orders."keys" WHERE city = 'Bern'`,
        `${P}Global secondary index keys does not project [note]`,
        {},
      ],
      [
        `SELECT * FROM orders."by-city" WHERE city = 'Bern' ORDER BY sk`,
        'Variable reference sk in ORDER BY clause must be part of the primary key',
        {},
      ],
    ];
    for (const [Statement, sentence, more] of refused) {
      test(`is refused: ${Statement}`, async () => {
        expect(await api.refusal('ExecuteStatement', { Statement, ...more })).toBe(sentence);
      });
    }
  });
}
