import { beforeEach, describe, expect, test } from 'vitest';
import { type Api, apiWithTables, arnOf, type Json, mixes, modes, N, noTable, P, S } from './support.ts';

const note = { pk: S('a'), text: S('old') };
const put = (more: Json = {}) => ({ TableName: 'notes', Item: { pk: S('a'), text: S('new') }, ...more });
const units = (CapacityUnits: number) => ({ ConsumedCapacity: { TableName: 'notes', CapacityUnits } });
const kilobytes = (count: number) => S('x'.repeat(count * 1024));

for (const mode of modes) {
  describe(`PutItem, tables ${mode}:`, () => {
    let api: Api;
    beforeEach(async () => {
      api = await apiWithTables(mode);
      await api.call('PutItem', put({ Item: note }));
    });

    const stored = async (pk = 'a') =>
      (await api.call('GetItem', { TableName: 'notes', Key: { pk: S(pk) } })).Item;

    describe('PutItem', () => {
      const cases: [string, Json, Json][] = [
        ['nothing', put(), {}],
        [
          'nothing where nothing is wanted',
          put({ ReturnValues: 'NONE', ReturnItemCollectionMetrics: 'SIZE' }),
          {},
        ],
        ['the item it replaced', put({ ReturnValues: 'ALL_OLD' }), { Attributes: note }],
        ['no item where there was none', put({ Item: { pk: S('b') }, ReturnValues: 'ALL_OLD' }), {}],
        ['a unit', put({ ReturnConsumedCapacity: 'TOTAL' }), units(1)],
        [
          'the units of the new item',
          put({ Item: { pk: S('a'), x: kilobytes(2) }, ReturnConsumedCapacity: 'TOTAL' }),
          units(3),
        ],
        [
          'the units of its table',
          put({ ReturnConsumedCapacity: 'INDEXES' }),
          { ConsumedCapacity: { TableName: 'notes', CapacityUnits: 1, Table: { CapacityUnits: 1 } } },
        ],
      ];
      for (const [title, input, output] of cases) {
        test(`answers ${title}`, async () => {
          expect(await api.call('PutItem', input)).toEqual(output);
        });
      }

      test('replaces the whole item', async () => {
        await api.call('PutItem', put({ Item: { pk: S('a'), other: N(1) } }));
        expect(await stored()).toEqual({ pk: S('a'), other: N(1) });
      });

      test('writes by the ARN of a table', async () => {
        await api.call('PutItem', put({ TableName: arnOf('notes') }));
        expect(await stored()).toEqual({ pk: S('a'), text: S('new') });
      });

      test('counts the larger of the two images', async () => {
        await api.call('PutItem', put({ Item: { pk: S('a'), x: kilobytes(3) } }));
        expect(await api.call('PutItem', put({ ReturnConsumedCapacity: 'TOTAL' }))).toEqual(units(4));
      });

      test('keeps every type', async () => {
        const Item = {
          pk: S('all'),
          n: N(-0.5),
          empty: S(''),
          b: { B: 'AAE=' },
          yes: { BOOL: true },
          none: { NULL: true },
          ss: { SS: ['a', 'b'] },
          ns: { NS: ['1', '2'] },
          bs: { BS: ['AA==', 'AQ=='] },
          l: { L: [S('x'), { M: {} }, { L: [] }] },
        };
        await api.call('PutItem', put({ Item }));
        expect(await stored('all')).toEqual(Item);
      });

      test('R-JS-1: keeps attributes whose names mean something to JavaScript', async () => {
        const names = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty'];
        const members = ['pk', ...names].map((name) => `"${name}":{"S":"js"}`).join();
        await api.call('PutItem', put({ Item: JSON.parse(`{${members}}`) }));
        const kept = (await stored('js')) as object;
        expect(Object.entries(kept)).toEqual(['pk', ...names].map((name) => [name, S('js')]));
        expect(Object.keys(Object.prototype)).toEqual([]);
      });

      test('stores an item of 409,600 bytes, and refuses one of 409,601', async () => {
        // pk and its value take 3 bytes, the name x one more.
        const Item = (length: number) => ({ pk: S('a'), x: S('x'.repeat(length - 4)) });
        await api.call('PutItem', put({ Item: Item(409_600) }));
        expect(await api.refusal('PutItem', put({ Item: Item(409_601) }))).toBe(
          'Item size has exceeded the maximum allowed size',
        );
      });
    });

    describe('the condition of a put', () => {
      const absent = { ConditionExpression: 'attribute_not_exists(pk)' };
      const failed = 'ConditionalCheckFailed: The conditional request failed';

      test('lets it through where it holds', async () => {
        await api.call('PutItem', put({ ...absent, Item: { pk: S('b') } }));
        expect(await stored('b')).toEqual({ pk: S('b') });
      });

      test('refuses it where it fails, and nothing is changed', async () => {
        expect(await api.refusal('PutItem', put(absent))).toBe(failed);
        expect(await stored()).toEqual(note);
      });

      test('shows the item that failed it only to a caller who asks', async () => {
        expect(await api.itemOfFailure('PutItem', put(absent))).toBeUndefined();
        const input = put({ ...absent, ReturnValuesOnConditionCheckFailure: 'ALL_OLD' });
        expect(await api.itemOfFailure('PutItem', input)).toEqual(note);
      });

      test('lets one of two racing writers win', async () => {
        const Item = { pk: S('race') };
        const outcomes = await Promise.all(
          [1, 2].map(() => api.refusal('PutItem', put({ ...absent, Item }))),
        );
        expect(outcomes).toEqual(['answered', failed]);
      });
    });

    describe('PutItem refuses, and the first fault wins:', () => {
      const value = { ExpressionAttributeValues: { ':v': N(1) } };
      const huge = { Item: { pk: S('a'), x: kilobytes(401) } };
      const cases: [Json, string][] = [
        [put({ TableName: 'gone' }), noTable],
        [
          put({ Expected: {}, ConditionExpression: '', Item: { pk: {} } }),
          mixes('Expected', 'ConditionExpression'),
        ],
        [
          put({ ConditionalOperator: 'AND' }),
          'ConditionalOperator cannot be used without Filter or Expected',
        ],
        [
          put({ ...value, Item: { pk: {} } }),
          'ExpressionAttributeValues can only be specified when using expressions: ConditionExpression is null',
        ],
        [
          put({ Item: { pk: {} }, ReturnValues: 'ALL_NEW' }),
          'Supplied AttributeValue is empty, must contain exactly one of the supported datatypes',
        ],
        [put({ ReturnValues: 'ALL_NEW', ...huge }), 'ReturnValues can only be ALL_OLD or NONE'],
        [put({ ...huge, ConditionExpression: '' }), 'Item size has exceeded the maximum allowed size'],
        [
          put({
            ConditionExpression: 'a = :v',
            ...value,
            TableName: 'gone',
            ExpressionAttributeNames: { '#x': 'x' },
          }),
          'Value provided in ExpressionAttributeNames unused in expressions: keys: {#x}',
        ],
        [put({ Item: { text: S('x') } }), `${P}Missing the key pk in the item`],
        [put({ Item: { pk: N(1) } }), `${P}Type mismatch for key pk expected: S actual: N`],
        [put({ TableName: 'events', Item: { pk: S('a') } }), `${P}Missing the key sk in the item`],
        [
          put({ Item: { pk: S('x'.repeat(2049)) } }),
          `${P}Size of hashkey has exceeded the maximum size limit of2048 bytes`,
        ],
        [
          put({ Item: { pk: S('') }, ConditionExpression: 'attribute_exists(pk)' }),
          'One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty string value. Key: pk',
        ],
      ];
      for (const [input, sentence] of cases) {
        test(sentence, async () => {
          expect(await api.refusal('PutItem', input)).toBe(sentence);
        });
      }
    });
  });
}
