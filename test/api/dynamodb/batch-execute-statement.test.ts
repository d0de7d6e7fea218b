import { beforeEach, describe, expect, test } from 'vitest';
import { type Api, apiWithTables, commitsOf, type Json, modes, N, P, putAll, S } from './support.ts';

const statement = (Statement: string, more: Json = {}) => ({ Statement, ...more });

for (const mode of modes) {
  describe(`BatchExecuteStatement, tables ${mode}`, () => {
    let api: Api;
    beforeEach(async () => {
      api = await apiWithTables(mode);
      await putAll(api, 'notes', [{ pk: S('a'), n: N(1) }]);
    });
    const run = (...Statements: Json[]) => api.call('BatchExecuteStatement', { Statements });

    test('reads are answered in their order, found or not', async () => {
      const answer = await run(
        statement(`SELECT * FROM notes WHERE pk = 'b'`),
        statement('SELECT n FROM notes WHERE pk = ?', { Parameters: [S('a')], ConsistentRead: true }),
        statement(`SELECT * FROM notes WHERE pk = 'a' AND n = 2`),
        statement(`SELECT * FROM events WHERE sk = 1 AND pk = 'a'`),
      );
      expect(answer).toEqual({
        Responses: [
          { TableName: 'notes' },
          { TableName: 'notes', Item: { n: N(1) } },
          { TableName: 'notes' },
          { TableName: 'events' },
        ],
      });
    });

    test('what fails, fails alone, with a code and without hiding the others', async () => {
      const answer = await run(
        statement(`INSERT INTO notes VALUE {'pk': 'a'}`),
        statement(`INSERT INTO gone VALUE {'pk': 'a'}`),
        statement(`UPDATE notes SET n = 2 WHERE pk = 'a' AND n = 5`, {
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        }),
        statement(`UPDATE notes SET n = 2 WHERE n = 1`),
        statement(`INSERT INTO notes VALUE {'n': 1}`),
        statement('INSERT'),
        statement(`EXISTS(SELECT * FROM notes WHERE pk = 'a')`),
        statement(`INSERT INTO notes VALUE {'pk': 'new'}`),
        statement(`UPDATE notes SET n = n + 1 WHERE pk = 'a' RETURNING ALL NEW *`),
      );
      const failed = (Code: string, Message: string) => ({ TableName: 'notes', Error: { Code, Message } });
      expect(answer).toEqual({
        Responses: [
          failed('DuplicateItem', 'Duplicate primary key exists in table'),
          { Error: { Code: 'ResourceNotFound', Message: 'Requested resource not found' } },
          {
            TableName: 'notes',
            Error: {
              Code: 'ConditionalCheckFailed',
              Message: 'The conditional request failed',
              Item: { pk: S('a'), n: N(1) },
            },
          },
          failed(
            'ValidationError',
            'Where clause does not contain a mandatory equality on all key attributes',
          ),
          failed('ValidationError', `${P}Missing the key pk in the item`),
          {
            Error: {
              Code: 'ValidationError',
              Message: "Statement wasn't well formed, can't be processed: Unexpected end of statement",
            },
          },
          failed('ValidationError', 'EXISTS is only supported in the statements of ExecuteTransaction'),
          { TableName: 'notes' },
          { TableName: 'notes', Item: { pk: S('a'), n: N(2) } },
        ],
      });
      expect((await api.call('Scan', { TableName: 'notes' })).Count).toBe(2);
    });

    test('a SELECT without the whole key is refused', async () => {
      const Message =
        'Select statements within BatchExecuteStatement must specify the primary key in the where clause.';
      const { Responses } = await run(
        statement('SELECT * FROM notes'),
        statement(`SELECT * FROM notes WHERE pk IN ['a']`),
        statement(`SELECT * FROM events WHERE pk = 'a'`),
        statement(`SELECT * FROM events WHERE pk = 'a' AND sk > 1`),
      );
      const of = (TableName: string) => ({ TableName, Error: { Code: 'ValidationError', Message } });
      expect(Responses).toEqual([of('notes'), of('notes'), of('events'), of('events')]);
    });

    test('reads and writes are refused together, and nothing is written', async () => {
      const Statements = [
        statement(`INSERT INTO notes VALUE {'pk': 'new'}`),
        statement(`SELECT * FROM notes WHERE pk = 'a'`),
      ];
      expect(await api.refusal('BatchExecuteStatement', { Statements })).toBe(
        'BatchExecuteStatement cannot mix reads and writes',
      );
      expect((await api.call('Scan', { TableName: 'notes' })).Count).toBe(1);
    });

    test('what was used is told for each statement that was carried out', async () => {
      const answer = await api.call('BatchExecuteStatement', {
        Statements: [
          statement(`SELECT * FROM notes WHERE pk = 'a'`),
          statement(`SELECT * FROM notes WHERE pk = 'b'`, { ConsistentRead: true }),
          statement(`SELECT * FROM notes`),
          statement(`SELECT * FROM events WHERE pk = 'a' AND sk = 1`),
        ],
        ReturnConsumedCapacity: 'TOTAL',
      });
      expect(answer.ConsumedCapacity).toEqual([
        { TableName: 'notes', CapacityUnits: 0.5 },
        { TableName: 'notes', CapacityUnits: 1 },
        { TableName: 'events', CapacityUnits: 0.5 },
      ]);
    });
  });
}

describe('BatchExecuteStatement refuses', () => {
  const cases: [string, Json[], RegExp][] = [
    ['no statement', [], /Member must have length greater than or equal to 1/],
    ['26 statements', Array(26).fill(statement('SELECT * FROM t')), /less than or equal to 25/],
    [
      'an empty list of parameters',
      [statement('SELECT * FROM t', { Parameters: [] })],
      /'statements\.1\.member\.parameters' failed/,
    ],
  ];
  for (const [title, Statements, sentence] of cases) {
    test(title, async () => {
      const api = await apiWithTables();
      expect(await api.refusal('BatchExecuteStatement', { Statements })).toMatch(sentence);
    });
  }
});

test('the writes of a batch share a commit', async () => {
  const Statements = Array.from({ length: 25 }, (_, index) =>
    statement(`INSERT INTO notes VALUE {'pk': '${index}'}`),
  );
  expect(await commitsOf({ name: 'BatchExecuteStatement', input: { Statements } })).toBe(1);
});
