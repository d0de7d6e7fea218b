import { beforeEach, describe, expect, test } from 'vitest';
import {
  type Api,
  apiWithTables,
  arnOf,
  commitsOf,
  type Json,
  mismatch,
  modes,
  N,
  noTable,
  putAll,
  reasonsOf,
  S,
} from './support.ts';

const get = (pk: string, more: Json = {}) => ({ Get: { TableName: 'notes', Key: { pk: S(pk) }, ...more } });
const read = (TransactItems: readonly Json[], more: Json = {}) => ({ TransactItems, ...more });

for (const mode of modes) {
  describe(`TransactGetItems, tables ${mode}:`, () => {
    let api: Api;
    beforeEach(async () => {
      api = await apiWithTables(mode);
      await putAll(api, 'notes', [
        { pk: S('a'), n: N(1), m: { M: { x: N(1), y: N(2) } } },
        { pk: S('big'), t: S('x'.repeat(5000)) },
      ]);
      await putAll(api, 'events', [{ pk: S('e'), sk: N(1) }]);
    });

    test('answers items of several tables in the order of the request, and nothing for one that is not there', async () => {
      const answer = await api.call(
        'TransactGetItems',
        read([
          { Get: { TableName: arnOf('events'), Key: { pk: S('e'), sk: N(1) } } },
          get('gone'),
          get('a', { ProjectionExpression: 'm.#x', ExpressionAttributeNames: { '#x': 'x' } }),
          get('big', { ProjectionExpression: 'n' }),
        ]),
      );
      expect(answer).toEqual({
        Responses: [
          { Item: { pk: S('e'), sk: N(1) } },
          {},
          { Item: { m: { M: { x: N(1) } } } },
          { Item: {} },
        ],
      });
    });

    test('counts twice what strong reads cost, table by table', async () => {
      const call = read(
        [get('a'), get('big'), get('gone'), { Get: { TableName: 'events', Key: { pk: S('e'), sk: N(1) } } }],
        { ReturnConsumedCapacity: 'INDEXES' },
      );
      const units = (count: number) => ({ CapacityUnits: count, ReadCapacityUnits: count });
      expect((await api.call('TransactGetItems', call)).ConsumedCapacity).toEqual([
        { TableName: 'notes', ...units(8), Table: units(8) },
        { TableName: 'events', ...units(2), Table: units(2) },
      ]);
      const total = read([get('a')], { ReturnConsumedCapacity: 'TOTAL' });
      expect((await api.call('TransactGetItems', total)).ConsumedCapacity).toEqual([
        { TableName: 'notes', ...units(2) },
      ]);
    });

    test('tells what does not fit the table among the reasons', async () => {
      const call = read([
        get('a'),
        { Get: { TableName: 'events', Key: { pk: S('e') } } },
        get('big', { ProjectionExpression: 'pk.x' }),
      ]);
      expect(await reasonsOf(api, 'TransactGetItems', call)).toEqual([
        { Code: 'None' },
        { Code: 'ValidationError', Message: mismatch },
        {
          Code: 'ValidationError',
          Message:
            "Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: Key: pk",
        },
      ]);
    });

    test('refuses the whole request for what the request alone shows to be wrong', async () => {
      const cases: readonly (readonly [readonly Json[], string])[] = [
        [
          [],
          "1 validation error detected: Value '[]' at 'transactItems' failed to satisfy constraint: " +
            'Member must have length greater than or equal to 1',
        ],
        [
          [{}],
          "1 validation error detected: Value null at 'transactItems.1.member.get' " +
            'failed to satisfy constraint: Member must not be null',
        ],
        [
          [get('a'), { Get: { TableName: arnOf('notes'), Key: { pk: S('a') } } }],
          'Transaction request cannot include multiple operations on one item',
        ],
        [
          [get('a', { ExpressionAttributeNames: { '#x': 'x' } })],
          'ExpressionAttributeNames can only be specified when using expressions',
        ],
        [
          [get('a', { ProjectionExpression: 'n', ExpressionAttributeNames: { '#x': 'x' } })],
          'Value provided in ExpressionAttributeNames unused in expressions: keys: {#x}',
        ],
        [[{ Get: { TableName: 'none', Key: { pk: S('a') } } }, get('a')], noTable],
      ];
      for (const [entries, sentence] of cases) {
        expect(await api.refusal('TransactGetItems', read(entries))).toBe(sentence);
      }
    });

    test('reads 100 items of 4 MB, and no more of either', async () => {
      const gets = Array.from({ length: 101 }, (_, index) => get(`${index + 100}`));
      expect((await api.call('TransactGetItems', read(gets.slice(1)))).Responses).toHaveLength(100);
      expect(await api.refusal('TransactGetItems', read(gets))).toMatch(
        / at 'transactItems' failed to satisfy constraint: Member must have length less than or equal to 100$/,
      );
      // 4,194,304 bytes: each item has its key's 2 + 3 and its text's 1 beside the text.
      const items = Array.from({ length: 11 }, (_, index) => ({
        pk: S(`${index + 100}`),
        t: S('x'.repeat(index < 10 ? 399_994 : 194_298)),
      }));
      await putAll(api, 'notes', items);
      const largest = read(gets.slice(0, 11));
      expect((await api.call('TransactGetItems', largest)).Responses).toHaveLength(11);
      expect(await api.refusal('TransactGetItems', read([...gets.slice(0, 11), get('a')]))).toBe(
        'The items of a transaction must not have more than 4 MB together',
      );
    });
  });
}

test('TransactGetItems takes no commit', async () => {
  expect(await commitsOf({ name: 'TransactGetItems', input: read([get('a'), get('b')]) })).toBe(0);
});
