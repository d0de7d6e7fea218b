import { beforeEach, describe, expect, test } from 'vitest';
import { gamesApi } from './games.ts';
import {
  type Api,
  apiWithTables,
  commitsOf,
  type Json,
  mismatch,
  mixes,
  modes,
  N,
  noTable,
  P,
  S,
} from './support.ts';

const item = {
  pk: S('a'),
  count: N(1),
  list: { L: [N(1), N(2), N(3)] },
  map: { M: { x: S('old') } },
};
const names = { '#c': 'count', '#l': 'list', '#m': 'map' };
/** An update, with those of the names that it uses. */
const update = (UpdateExpression: string, more: Json = {}): Json => {
  const used = Object.entries(names).filter(([name]) =>
    `${UpdateExpression}${more.ConditionExpression ?? ''}`.includes(name),
  );
  return {
    TableName: 'notes',
    Key: { pk: S('a') },
    UpdateExpression,
    ...(used.length > 0 && { ExpressionAttributeNames: Object.fromEntries(used) }),
    ...more,
  };
};
const one = { ExpressionAttributeValues: { ':one': N(1) } };

for (const mode of modes) {
  describe(`UpdateItem, tables ${mode}:`, () => {
    let api: Api;
    beforeEach(async () => {
      api = await apiWithTables(mode);
      await api.call('PutItem', { TableName: 'notes', Item: item });
    });

    const stored = async (pk = 'a') =>
      (await api.call('GetItem', { TableName: 'notes', Key: { pk: S(pk) } })).Item;

    describe('UpdateItem answers', () => {
      const plusOne = 'SET #c = #c + :one';
      const absent = { Key: { pk: S('b') } };
      const cases: [string, Json, unknown][] = [
        [plusOne, { ...one }, undefined],
        [plusOne, { ...one, ReturnValues: 'NONE' }, undefined],
        [plusOne, { ...one, ReturnValues: 'ALL_OLD' }, item],
        [plusOne, { ...one, ReturnValues: 'ALL_NEW' }, { ...item, count: N(2) }],
        [plusOne, { ...one, ReturnValues: 'UPDATED_OLD' }, { count: N(1) }],
        [plusOne, { ...one, ReturnValues: 'UPDATED_NEW' }, { count: N(2) }],
        ['SET #m.y = :one', { ...one, ReturnValues: 'UPDATED_NEW' }, { map: { M: { y: N(1) } } }],
        ['SET #m.y = :one', { ...one, ReturnValues: 'UPDATED_OLD' }, undefined],
        ['REMOVE #l[0], #l[2]', { ReturnValues: 'UPDATED_OLD' }, { list: { L: [N(1), N(3)] } }],
        ['REMOVE #l[1]', { ReturnValues: 'UPDATED_NEW' }, { list: { L: [N(3)] } }],
        ['SET #l[100] = :one', { ...one, ReturnValues: 'UPDATED_NEW' }, undefined],
        ['REMOVE #c', { ReturnValues: 'UPDATED_NEW' }, undefined],
        ['ADD #c :one', { ...one, ...absent, ReturnValues: 'ALL_OLD' }, undefined],
        ['ADD #c :one', { ...one, ...absent, ReturnValues: 'ALL_NEW' }, { pk: S('b'), count: N(1) }],
        ['REMOVE #c', { ...absent, ReturnValues: 'ALL_NEW' }, undefined],
      ];
      for (const [expression, more, Attributes] of cases) {
        test(`${expression} on ${JSON.stringify(more.Key ?? 'the item')}, ${more.ReturnValues}`, async () => {
          expect(await api.call('UpdateItem', update(expression, more))).toEqual(
            Attributes === undefined ? {} : { Attributes },
          );
        });
      }
    });

    describe('UpdateItem writes', () => {
      test('what the expression says', async () => {
        await api.call('UpdateItem', update('SET #m.x = :one REMOVE #l[0] ADD #c :one', one));
        expect(await stored()).toEqual({
          ...item,
          count: N(2),
          list: { L: [N(2), N(3)] },
          map: { M: { x: N(1) } },
        });
      });

      test('an item that was not there', async () => {
        await api.call('UpdateItem', update('SET #c = :one', { ...one, Key: { pk: S('b') } }));
        expect(await stored('b')).toEqual({ pk: S('b'), count: N(1) });
      });

      test('an item of its key alone where there is no expression', async () => {
        await api.call('UpdateItem', { TableName: 'notes', Key: { pk: S('b') } });
        expect(await stored('b')).toEqual({ pk: S('b') });
      });

      test('racing updates one after the other', async () => {
        await Promise.all([1, 2, 3].map(() => api.call('UpdateItem', update('ADD #c :one', one))));
        expect(await stored()).toEqual({ ...item, count: N(4) });
      });

      const capacity = (CapacityUnits: number) => ({
        ConsumedCapacity: { TableName: 'notes', CapacityUnits },
      });
      const text = {
        ExpressionAttributeValues: { ':t': S('x'.repeat(3000)) },
        ReturnConsumedCapacity: 'TOTAL',
      };
      const units: [string, Json, number][] = [
        ['SET #c = :one', { ...one, ReturnConsumedCapacity: 'TOTAL' }, 1],
        ['SET #c = :t', text, 3],
        ['REMOVE #c', { ReturnConsumedCapacity: 'TOTAL', Key: { pk: S('b') } }, 1],
      ];
      for (const [expression, more, count] of units) {
        test(`for ${count} units: ${expression}`, async () => {
          expect(await api.call('UpdateItem', update(expression, more))).toEqual(capacity(count));
        });
      }

      test('for the units of what it takes away', async () => {
        await api.call('UpdateItem', update('SET #c = :t', text));
        const shrinking = update('REMOVE #c', { ReturnConsumedCapacity: 'TOTAL' });
        expect(await api.call('UpdateItem', shrinking)).toEqual(capacity(3));
      });
    });

    describe('the condition of an update', () => {
      const failing = { ...one, ConditionExpression: 'attribute_not_exists(pk)' };

      test('refuses it where it fails, before any fault of the update itself', async () => {
        expect(await api.refusal('UpdateItem', update('SET #c = nowhere + :one', failing))).toBe(
          'ConditionalCheckFailed: The conditional request failed',
        );
      });

      test('shows the item that failed it', async () => {
        const input = update('SET #c = :one', { ...failing, ReturnValuesOnConditionCheckFailure: 'ALL_OLD' });
        expect(await api.itemOfFailure('UpdateItem', input)).toEqual(item);
        expect(await stored()).toEqual(item);
      });

      test('lets it through where it holds', async () => {
        const holding = { ...one, ConditionExpression: '#c = :one' };
        await api.call('UpdateItem', update('REMOVE #c', holding));
        expect(await stored()).not.toHaveProperty('count');
      });
    });

    describe('UpdateItem refuses, and the first fault wins:', () => {
      const cases: [Json, string][] = [
        [update('REMOVE a', { TableName: 'gone' }), noTable],
        [update('REMOVE a', { AttributeUpdates: {} }), mixes('AttributeUpdates', 'UpdateExpression')],
        [update('REMOVE a', { Expected: {} }), mixes('Expected', 'UpdateExpression')],
        [
          { TableName: 'notes', Key: { pk: {} }, ...one },
          'ExpressionAttributeValues can only be specified when using expressions: UpdateExpression and ConditionExpression are null',
        ],
        [update('', { Key: { pk: { N: 'x' } } }), 'The parameter cannot be converted to a numeric value: x'],
        [update('', { TableName: 'gone' }), 'Invalid UpdateExpression: The expression can not be empty;'],
        [update('SET pk = :one', { ...one, Key: {} }), mismatch],
        [update('SET pk = :one', one), `${P}Cannot update attribute pk. This attribute is part of the key`],
        [
          update('SET #c = nowhere + :one', one),
          'The provided expression refers to an attribute that does not exist in the item',
        ],
        [
          update('SET #m.x.y = :one', one),
          'The document path provided in the update expression is invalid for update',
        ],
        [update('ADD #l :one', one), 'An operand in the update expression has an incorrect data type'],
        [
          update('SET big = :big', { ExpressionAttributeValues: { ':big': S('x'.repeat(409_600)) } }),
          'Item size to update has exceeded the maximum allowed size',
        ],
      ];
      for (const [input, sentence] of cases) {
        test(sentence, async () => {
          expect(await api.refusal('UpdateItem', input)).toBe(sentence);
          expect(await stored()).toEqual(item);
        });
      }
    });
  });
}

describe('UpdateItem refuses what no index key can be, before its condition', () => {
  const unmet = { ConditionExpression: 'attribute_exists(nowhere)' };
  const cases: [string, Json, string][] = [
    [
      'SET city = :v',
      { ...unmet, ExpressionAttributeValues: { ':v': N(1) } },
      `${P}Type mismatch for Index Key city Expected: S Actual: N IndexName: by-city`,
    ],
    ['SET city = score', unmet, 'ConditionalCheckFailed: The conditional request failed'],
    [
      'SET city = score',
      {},
      'The update expression attempted to update the secondary index key to unsupported type',
    ],
    [
      'REMOVE city.a',
      unmet,
      "Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: IndexKey: city",
    ],
  ];
  for (const [UpdateExpression, more, sentence] of cases) {
    test(`${UpdateExpression}: ${sentence}`, async () => {
      const api = await gamesApi();
      const input = {
        TableName: 'games',
        Key: { player: S('ann'), game: S('g1') },
        UpdateExpression,
        ...more,
      };
      expect(await api.refusal('UpdateItem', input)).toBe(sentence);
    });
  }
});

test('UpdateItem writes nothing where an absent item stays absent, or a present one has no update', async () => {
  const before = [{ TableName: 'notes', Item: item }];
  const absent = update('REMOVE #c', { Key: { pk: S('b') } });
  const noUpdate = { TableName: 'notes', Key: { pk: S('a') } };
  for (const input of [absent, noUpdate]) {
    expect(await commitsOf({ name: 'UpdateItem', input }, before)).toBe(0);
  }
});
