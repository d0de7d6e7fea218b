import { beforeEach, describe, expect, test } from 'vitest';
import type { PageStore } from '../../../src/store/page-store.ts';
import { openTables } from '../../support/open-tables.ts';
import { answeringLater, CommitCount } from '../../support/wrapped-stores.ts';
import {
  Api,
  arnOf,
  type Json,
  mismatch,
  modes,
  N,
  noTable,
  P,
  putAll,
  reasonsOf,
  S,
  tableInput,
  withTables,
} from './support.ts';

const put = (Item: Json, more: Json = {}) => ({ Put: { TableName: 'notes', Item, ...more } });
const remove = (pk: string, more: Json = {}) => ({
  Delete: { TableName: 'notes', Key: { pk: S(pk) }, ...more },
});
const check = (pk: string, ConditionExpression: string, more: Json = {}) => ({
  ConditionCheck: { TableName: 'notes', Key: { pk: S(pk) }, ConditionExpression, ...more },
});
const update = (pk: string, UpdateExpression: string, more: Json = {}) => ({
  Update: { TableName: 'notes', Key: { pk: S(pk) }, UpdateExpression, ...more },
});
const write = (TransactItems: readonly Json[], more: Json = {}) => ({ TransactItems, ...more });
const cancelled = (...codes: string[]) =>
  'TransactionCancelled: Transaction cancelled, please refer cancellation reasons for specific reasons ' +
  `[${codes.join(', ')}]`;
const one = { ':one': N(1) };
const twice = 'Transaction request cannot include multiple operations on one item';

for (const mode of modes) {
  describe(`TransactWriteItems, tables ${mode}:`, () => {
    let api: Api;
    const commits = new CommitCount();
    beforeEach(async () => {
      const wrapStore = (store: PageStore) => commits.wrap(mode === 'later' ? answeringLater(store) : store);
      const opened = await openTables(mode === 'later' ? { wrapStore, cacheBytes: 0 } : { wrapStore });
      api = await withTables(new Api(opened.tables));
      await putAll(api, 'notes', [
        { pk: S('a'), n: N(1) },
        { pk: S('b'), n: N(5), x: S('x'.repeat(2000)) },
      ]);
    });

    const items = async (TableName = 'notes') => {
      const { Items } = await api.call('Scan', { TableName });
      return (Items as { pk: { S: string } }[]).toSorted((one, other) => (one.pk.S < other.pk.S ? -1 : 1));
    };

    const count = async () => (await api.describe('notes')).itemCount;

    test('puts, updates, deletes and checks in several tables, in one commit', async () => {
      const before = commits.value;
      const answer = await api.call(
        'TransactWriteItems',
        write([
          put({ pk: S('c') }),
          update('a', 'SET n = n + :one', { ExpressionAttributeValues: one }),
          remove('b', { ConditionExpression: 'n = :n', ExpressionAttributeValues: { ':n': N(5) } }),
          check('gone', 'attribute_not_exists(pk)'),
          { Put: { TableName: arnOf('events'), Item: { pk: S('e'), sk: N(1) } } },
        ]),
      );
      expect(answer).toEqual({});
      expect(commits.value - before).toBe(1);
      expect(await items()).toEqual([{ pk: S('a'), n: N(2) }, { pk: S('c') }]);
      expect(await items('events')).toEqual([{ pk: S('e'), sk: N(1) }]);
    });

    test('takes no commit to check alone, or to delete what is not there', async () => {
      const before = commits.value;
      await api.call('TransactWriteItems', write([check('a', 'attribute_exists(pk)'), remove('gone')]));
      expect(commits.value).toBe(before);
    });

    test('writes nothing where one condition fails, and says which, with the item where it was asked for', async () => {
      const call = write([
        put({ pk: S('c') }),
        update('a', 'SET n = :one', {
          ConditionExpression: 'n > :one',
          ExpressionAttributeValues: one,
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        }),
        remove('b', { ConditionExpression: 'attribute_not_exists(pk)' }),
        check('gone', 'attribute_exists(pk)', { ReturnValuesOnConditionCheckFailure: 'ALL_OLD' }),
      ]);
      const before = await items();
      const failed = 'ConditionalCheckFailed';
      expect(await api.refusal('TransactWriteItems', call)).toBe(cancelled('None', failed, failed, failed));
      const Message = 'The conditional request failed';
      expect(await reasonsOf(api, 'TransactWriteItems', call)).toEqual([
        { Code: 'None' },
        { Code: failed, Message, Item: { pk: S('a'), n: N(1) } },
        { Code: failed, Message },
        { Code: failed, Message },
      ]);
      expect(await items()).toEqual(before);
    });

    test('tells what only the item shows to be wrong with an update among the reasons', async () => {
      const large = { ':x': S('x'.repeat(205_000)) };
      const wrong: readonly (readonly [Json, string])[] = [
        [
          update('a', 'SET n = m + :one', { ExpressionAttributeValues: one }),
          'The provided expression refers to an attribute that does not exist in the item',
        ],
        [
          update('b', 'SET x = x + :one', { ExpressionAttributeValues: one }),
          'An operand in the update expression has an incorrect data type',
        ],
        [
          update('a', 'SET n.m = :one', { ExpressionAttributeValues: one }),
          'The document path provided in the update expression is invalid for update',
        ],
        [
          update('a', 'SET x = :x, y = :x', { ExpressionAttributeValues: large }),
          'Item size to update has exceeded the maximum allowed size',
        ],
      ];
      for (const [entry, Message] of wrong) {
        const call = write([put({ pk: S('c') }), entry]);
        expect(await reasonsOf(api, 'TransactWriteItems', call)).toEqual([
          { Code: 'None' },
          { Code: 'ValidationError', Message },
        ]);
      }
      expect(await items()).toHaveLength(2);
    });

    test('tells what does not fit the table among the reasons', async () => {
      const call = write([
        put({ pk: N(1) }),
        put({ id: S('c') }),
        { Delete: { TableName: 'notes', Key: { pk: S('a'), sk: N(1) } } },
        update('b', 'SET pk = :one', { ExpressionAttributeValues: one }),
        remove('a'),
      ]);
      expect(await reasonsOf(api, 'TransactWriteItems', call)).toEqual([
        { Code: 'ValidationError', Message: `${P}Type mismatch for key pk expected: S actual: N` },
        { Code: 'ValidationError', Message: `${P}Missing the key pk in the item` },
        { Code: 'ValidationError', Message: mismatch },
        {
          Code: 'ValidationError',
          Message: `${P}Cannot update attribute pk. This attribute is part of the key`,
        },
        { Code: 'None' },
      ]);
      expect(await items()).toHaveLength(2);
    });

    test('refuses the whole request for what the request alone shows to be wrong', async () => {
      const none = 'Invalid Request: TransactWriteRequest should contain Delete or Put or Update request';
      const several = 'TransactItems can only contain one of Check, Put, Update or Delete';
      const big = S('x'.repeat(409_600));
      const cases: readonly (readonly [readonly Json[], string])[] = [
        [
          [],
          "1 validation error detected: Value '[]' at 'transactItems' failed to satisfy constraint: " +
            'Member must have length greater than or equal to 1',
        ],
        [[put({ pk: S('c') }), {}], none],
        [[{ ...put({ pk: S('c') }), ...remove('b') }], several],
        [[put({ pk: S('c') }), remove('c')], twice],
        [[remove('a'), { Delete: { TableName: arnOf('notes'), Key: { pk: S('a') } } }], twice],
        [[put({ pk: S('c'), x: big })], 'Item size has exceeded the maximum allowed size'],
        [
          [put({ pk: S('c') }, { ExpressionAttributeValues: one })],
          'ExpressionAttributeValues can only be specified when using expressions: ConditionExpression is null',
        ],
        [
          [check('a', 'n = :one', { ExpressionAttributeValues: { ...one, ':two': N(2) } })],
          'Value provided in ExpressionAttributeValues unused in expressions: keys: {:two}',
        ],
        [
          [remove('a', { ConditionExpression: '' })],
          'Invalid ConditionExpression: The expression can not be empty;',
        ],
        // The request is looked at before any table.
        [[{ Delete: { TableName: 'none', Key: { pk: S('a') } } }, {}], none],
        [[{ Delete: { TableName: 'none', Key: { pk: S('a') } } }, remove('a')], noTable],
      ];
      const before = await items();
      for (const [entries, sentence] of cases) {
        expect(await api.refusal('TransactWriteItems', write(entries))).toBe(sentence);
      }
      expect(await items()).toEqual(before);
    });

    test('demands of an update its expression, and of a check its condition', async () => {
      const missing = (path: string) =>
        `1 validation error detected: Value null at 'transactItems.1.member.${path}' ` +
        'failed to satisfy constraint: Member must not be null';
      const Key = { pk: S('a') };
      const entry = { TableName: 'notes', Key };
      expect(await api.refusal('TransactWriteItems', write([{ Update: entry }]))).toBe(
        missing('update.updateExpression'),
      );
      expect(await api.refusal('TransactWriteItems', write([{ ConditionCheck: entry }]))).toBe(
        missing('conditionCheck.conditionExpression'),
      );
    });

    test('takes 100 entries, and no more', async () => {
      const puts = Array.from({ length: 101 }, (_, index) => put({ pk: S(`${index}`) }));
      await api.call('TransactWriteItems', write(puts.slice(1)));
      expect(await items()).toHaveLength(102);
      expect(await api.refusal('TransactWriteItems', write(puts))).toMatch(
        / at 'transactItems' failed to satisfy constraint: Member must have length less than or equal to 100$/,
      );
    });

    test('takes 4 MB of items that it writes, checks or deletes, and no byte more', async () => {
      // Each with the 2 of its key's name, that of its text's, and two digits.
      const text = (bytes: number) => S('x'.repeat(bytes - 5));
      const puts = (last: number) =>
        Array.from({ length: 11 }, (_, index) =>
          put({ pk: S(`${index + 10}`), t: text(index < 10 ? 400_000 : last) }),
        );
      const rest = 4 * 1024 * 1024 - 10 * 400_000;
      const sentence = 'The items of a transaction must not have more than 4 MB together';
      expect(await api.refusal('TransactWriteItems', write(puts(rest + 1)))).toBe(sentence);
      expect(await count()).toBe(2);
      await api.call('TransactWriteItems', write(puts(rest)));
      expect(await count()).toBe(13);
      const stored = [
        ...Array.from({ length: 5 }, (_, index) => remove(`${index + 10}`)),
        ...Array.from({ length: 6 }, (_, index) => check(`${index + 15}`, 'attribute_exists(pk)')),
      ];
      expect(
        await api.refusal('TransactWriteItems', write([...stored, check('a', 'attribute_exists(pk)')])),
      ).toBe(sentence);
      expect(await count()).toBe(13);
      await api.call('TransactWriteItems', write(stored));
      expect(await count()).toBe(8);
    });

    test('counts twice what its parts cost singly, table by table', async () => {
      const call = write(
        [
          put({ pk: S('c') }),
          remove('b'),
          check('a', 'attribute_exists(pk)'),
          remove('gone'),
          { Put: { TableName: 'events', Item: { pk: S('e'), sk: N(1), t: S('x'.repeat(1024)) } } },
        ],
        { ReturnConsumedCapacity: 'INDEXES' },
      );
      const units = (count: number) => ({ CapacityUnits: count, WriteCapacityUnits: count });
      expect(await api.call('TransactWriteItems', call)).toEqual({
        ConsumedCapacity: [
          { TableName: 'notes', ...units(10), Table: units(10) },
          { TableName: 'events', ...units(4), Table: units(4) },
        ],
      });
      const total = { ...write([put({ pk: S('c') })]), ReturnConsumedCapacity: 'TOTAL' };
      expect(await api.call('TransactWriteItems', total)).toEqual({
        ConsumedCapacity: [{ TableName: 'notes', ...units(2) }],
      });
    });

    test('tells the size of the collections that it writes to, where a table has local indexes', async () => {
      const Projection = { ProjectionType: 'KEYS_ONLY' };
      const index = {
        IndexName: 'byDay',
        KeySchema: [
          { AttributeName: 'pk', KeyType: 'HASH' },
          { AttributeName: 'day', KeyType: 'RANGE' },
        ],
        Projection,
      };
      const { AttributeDefinitions, ...definition } = tableInput('diary', 'N');
      await api.call('CreateTable', {
        ...definition,
        AttributeDefinitions: [
          ...(AttributeDefinitions as Json[]),
          { AttributeName: 'day', AttributeType: 'S' },
        ],
        LocalSecondaryIndexes: [index],
      });
      const entry = (pk: string) => ({
        Put: { TableName: 'diary', Item: { pk: S(pk), sk: N(1), day: S('Monday') } },
      });
      const exists = 'attribute_not_exists(pk)';
      const Key = { pk: S('c'), sk: N(1) };
      const call = write(
        [
          entry('a'),
          put({ pk: S('c') }),
          entry('b'),
          { ConditionCheck: { TableName: 'diary', Key, ConditionExpression: exists } },
        ],
        { ReturnItemCollectionMetrics: 'SIZE', ReturnConsumedCapacity: 'INDEXES' },
      );
      const metrics = (pk: string) => ({ ItemCollectionKey: { pk: S(pk) }, SizeEstimateRangeGB: [0, 1] });
      const units = (count: number) => ({ CapacityUnits: count, WriteCapacityUnits: count });
      expect(await api.call('TransactWriteItems', call)).toEqual({
        ItemCollectionMetrics: { diary: [metrics('a'), metrics('b')] },
        ConsumedCapacity: [
          {
            TableName: 'diary',
            ...units(10),
            Table: units(6),
            LocalSecondaryIndexes: { byDay: units(4) },
          },
          { TableName: 'notes', ...units(2), Table: units(2) },
        ],
      });
      const wrong = { Put: { TableName: 'diary', Item: { pk: S('a'), sk: N(2), day: N(1) } } };
      const reasons = await reasonsOf(api, 'TransactWriteItems', write([put({ pk: S('d') }), wrong]));
      expect(reasons).toEqual([
        { Code: 'None' },
        {
          Code: 'ValidationError',
          Message: `${P}Type mismatch for Index Key day Expected: S Actual: N IndexName: byDay`,
        },
      ]);
    });
  });
}
