import { beforeEach, describe, expect, test } from 'vitest';
import { type CancellationReason, isRefusal } from '../../../src/base/errors.ts';
import { type Api, apiWithTables, commitsOf, type Json, modes, N, P, putAll, S } from './support.ts';

const name = 'ExecuteTransaction';
const statement = (Statement: string, more: Json = {}) => ({ Statement, ...more });
const transaction = (...statements: (string | Json)[]) => ({
  TransactStatements: statements.map((each) => (typeof each === 'string' ? statement(each) : each)),
});

/** The reasons with which a transaction is cancelled; none where it is not. */
async function reasonsOf(api: Api, input: Json): Promise<readonly CancellationReason[]> {
  try {
    await api.run(name, input);
  } catch (fault) {
    if (!isRefusal(fault, 'TransactionCancelled')) throw fault;
    return fault.details.reasons;
  }
  return [];
}

const reasons = async (api: Api, input: Json) =>
  (await reasonsOf(api, input)).map(({ Code, Message = '' }) => `${Code} ${Message}`.trim());

for (const mode of modes) {
  describe(`ExecuteTransaction, tables ${mode}`, () => {
    let api: Api;
    beforeEach(async () => {
      api = await apiWithTables(mode);
      await putAll(api, 'notes', [
        { pk: S('a'), n: N(1) },
        { pk: S('b'), n: N(2) },
      ]);
    });
    const notes = async () => {
      const { Items } = await api.call('Query', {
        TableName: 'notes',
        KeyConditionExpression: 'pk = :a',
        ExpressionAttributeValues: { ':a': S('a') },
      });
      return [(await api.call('Scan', { TableName: 'notes' })).Count, Items];
    };
    const untouched = [2, [{ pk: S('a'), n: N(1) }]];

    test('reads answer one entry each, in their order', async () => {
      const input = transaction(
        `SELECT n FROM notes WHERE pk = 'b'`,
        `SELECT gone FROM notes WHERE pk = 'a'`,
        `SELECT * FROM notes WHERE pk = 'c'`,
        { Statement: 'SELECT * FROM events WHERE pk = ? AND sk = ?', Parameters: [S('x'), N(1)] },
      );
      expect(await api.call(name, input)).toEqual({
        Responses: [{ Item: { n: N(2) } }, { Item: {} }, {}, {}],
      });
    });

    test('writes are made together, in one commit, and answer nothing', async () => {
      const input = transaction(
        `EXISTS(SELECT * FROM notes WHERE pk = 'b' AND n = 2)`,
        `INSERT INTO events VALUE {'pk': 'e', 'sk': 1}`,
        `UPDATE notes SET n = n + 10 WHERE pk = 'a'`,
        `DELETE FROM notes WHERE pk = 'nobody'`,
      );
      expect(await api.call(name, input)).toEqual({ Responses: [] });
      expect(await notes()).toEqual([2, [{ pk: S('a'), n: N(11) }]]);
      expect((await api.call('Scan', { TableName: 'events' })).Count).toBe(1);
    });

    test('what RETURNING asks for is answered in its place', async () => {
      const input = transaction(
        `DELETE FROM notes WHERE pk = 'b' RETURNING ALL OLD *`,
        `UPDATE notes SET n = 5 WHERE pk = 'a'`,
      );
      expect(await api.call(name, input)).toEqual({ Responses: [{ Item: { pk: S('b'), n: N(2) } }, {}] });
    });

    const failed = 'ConditionalCheckFailed The conditional request failed';
    const noKey = 'ValidationError Where clause does not contain a mandatory equality on all key attributes';
    const cancelled: [string, string, string][] = [
      [
        'a duplicate',
        `INSERT INTO notes VALUE {'pk': 'b'}`,
        'DuplicateItem Duplicate primary key exists in table',
      ],
      ['a condition that fails', `DELETE FROM notes WHERE pk = 'b' AND n = 7`, failed],
      ['an update of nothing', `UPDATE notes SET n = 1 WHERE pk = 'c'`, failed],
      ['an item that does not exist', `EXISTS(SELECT * FROM notes WHERE pk = 'c' AND n IS MISSING)`, failed],
      ['an item that is another', `EXISTS(SELECT * FROM notes WHERE pk = 'b' AND n = 3)`, failed],
      ['a missing key', `UPDATE notes SET n = 1 WHERE n = 1`, noKey],
      [
        'an item without its key',
        `INSERT INTO notes VALUE {'n': 1}`,
        `ValidationError ${P}Missing the key pk in the item`,
      ],
      [
        'an EXISTS of the key alone',
        `EXISTS(SELECT * FROM notes WHERE pk = 'b')`,
        'ValidationError EXISTS must specify the primary key and another condition in the where clause',
      ],
      [
        'an EXISTS without the key',
        `EXISTS(SELECT * FROM notes WHERE n = 2)`,
        'ValidationError EXISTS must specify the primary key and another condition in the where clause',
      ],
    ];
    for (const [title, second, reason] of cancelled) {
      test(`${title} cancels all of it, and nothing is written`, async () => {
        const input = transaction(`UPDATE notes SET n = 100 WHERE pk = 'a'`, second);
        expect(await reasons(api, input)).toEqual(['None', reason]);
        expect(await notes()).toEqual(untouched);
      });
    }

    test('the item of a failed condition is shown where it is wanted', async () => {
      const ReturnValuesOnConditionCheckFailure = 'ALL_OLD';
      for (const Statement of [
        `UPDATE notes SET n = 1 WHERE pk = 'b' AND n = 7`,
        `EXISTS(SELECT * FROM notes WHERE pk = 'b' AND n = 7)`,
      ]) {
        const input = transaction({ Statement, ReturnValuesOnConditionCheckFailure });
        const [shown] = await reasonsOf(api, input);
        expect(shown?.Item, Statement).toEqual(
          new Map<string, object>([
            ['pk', S('b')],
            ['n', N(2)],
          ]),
        );
      }
    });

    test('a token makes it once; with other statements it is refused', async () => {
      const add = { ...transaction(`UPDATE notes SET n = n + 1 WHERE pk = 'a'`), ClientRequestToken: 'once' };
      expect(await api.call(name, add)).toEqual({ Responses: [] });
      const again = await api.call(name, { ...add, ReturnConsumedCapacity: 'TOTAL' });
      expect(again).toEqual({
        Responses: [],
        ConsumedCapacity: [{ TableName: 'notes', CapacityUnits: 2, ReadCapacityUnits: 2 }],
      });
      expect(await notes()).toEqual([2, [{ pk: S('a'), n: N(2) }]]);
      const other = {
        ...transaction(`UPDATE notes SET n = n + 2 WHERE pk = 'a'`),
        ClientRequestToken: 'once',
      };
      expect(await api.refusal(name, other)).toMatch(/^TokenReused: /);
      expect(await notes()).toEqual([2, [{ pk: S('a'), n: N(2) }]]);
    });

    test('what it used is twice what the statements use alone', async () => {
      const used = async (...statements: string[]) =>
        (await api.call(name, { ...transaction(...statements), ReturnConsumedCapacity: 'TOTAL' }))
          .ConsumedCapacity;
      expect(await used(`SELECT * FROM notes WHERE pk = 'a'`, `SELECT * FROM notes WHERE pk = 'c'`)).toEqual([
        { TableName: 'notes', CapacityUnits: 4, ReadCapacityUnits: 4 },
      ]);
      expect(
        await used(
          `UPDATE notes SET n = 3 WHERE pk = 'a'`,
          `EXISTS(SELECT * FROM notes WHERE pk = 'b' AND n = 2)`,
        ),
      ).toEqual([{ TableName: 'notes', CapacityUnits: 4, WriteCapacityUnits: 4 }]);
    });
  });
}

describe('ExecuteTransaction refuses, and writes nothing:', () => {
  const select = `SELECT * FROM notes WHERE pk = 'a'`;
  const insert = `INSERT INTO notes VALUE {'pk': 'new'}`;
  const cases: [string, Json, RegExp | string][] = [
    ['reads beside writes', transaction(insert, select), 'ExecuteTransaction cannot mix reads and writes'],
    [
      'a syntax error',
      transaction(insert, 'UPDATE'),
      "Statement wasn't well formed, can't be processed: Unexpected end of statement",
    ],
    [
      'two statements on one item',
      transaction(insert, `DELETE FROM notes WHERE pk = 'new'`),
      'Transaction request cannot include multiple operations on one item',
    ],
    ['an unknown table', transaction(insert, `INSERT INTO gone VALUE {'pk': 'a'}`), /^TableNotFound: /],
    ['no statement', transaction(), /Member must have length greater than or equal to 1/],
    [
      '101 statements',
      transaction(...Array(101).fill(insert)),
      /Member must have length less than or equal to 100/,
    ],
    ['a wrong number of parameters', transaction('SELECT * FROM notes WHERE pk = ?'), /don't match\.$/],
  ];
  for (const [title, input, sentence] of cases) {
    test(title, async () => {
      const api = await apiWithTables();
      const told = await api.refusal(name, input);
      if (typeof sentence === 'string') expect(told).toBe(sentence);
      else expect(told).toMatch(sentence);
      expect((await api.call('Scan', { TableName: 'notes' })).Count).toBe(0);
    });
  }

  test('a SELECT without the whole key', async () => {
    const api = await apiWithTables();
    expect(await reasons(api, transaction('SELECT * FROM notes'))).toEqual([
      'ValidationError Select statements within ExecuteTransaction must specify the primary key in the where clause.',
    ]);
  });
});

test('a hundred writes are one commit', async () => {
  const statements = Array.from({ length: 100 }, (_, index) => `INSERT INTO notes VALUE {'pk': '${index}'}`);
  expect(await commitsOf({ name, input: transaction(...statements) })).toBe(1);
});
