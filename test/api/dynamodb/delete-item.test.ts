import { beforeEach, describe, expect, test } from 'vitest';
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
  S,
} from './support.ts';

const event = { pk: S('a'), sk: N(1), text: S('x'.repeat(1500)) };
const remove = (more: Json = {}) => ({ TableName: 'events', Key: { pk: S('a'), sk: N(1) }, ...more });
const gone = { Key: { pk: S('a'), sk: N(2) } };

for (const mode of modes) {
  describe(`DeleteItem, tables ${mode}:`, () => {
    let api: Api;
    beforeEach(async () => {
      api = await apiWithTables(mode);
      await api.call('PutItem', { TableName: 'events', Item: event });
    });

    const stored = async () => (await api.call('GetItem', remove())).Item;

    describe('DeleteItem', () => {
      const capacity = (CapacityUnits: number) => ({
        ConsumedCapacity: { TableName: 'events', CapacityUnits },
      });
      const cases: [string, Json, Json][] = [
        ['nothing', remove(), {}],
        ['the item it deleted', remove({ ReturnValues: 'ALL_OLD' }), { Attributes: event }],
        ['no item where there was none', remove({ ...gone, ReturnValues: 'ALL_OLD' }), {}],
        ['the units of the deleted item', remove({ ReturnConsumedCapacity: 'TOTAL' }), capacity(2)],
        ['one unit for an absent item', remove({ ...gone, ReturnConsumedCapacity: 'TOTAL' }), capacity(1)],
      ];
      for (const [title, input, output] of cases) {
        test(`answers ${title}`, async () => {
          expect(await api.call('DeleteItem', input)).toEqual(output);
        });
      }

      test('takes the item away', async () => {
        await api.call('DeleteItem', remove());
        expect(await stored()).toBeUndefined();
      });
    });

    describe('the condition of a delete', () => {
      const condition = (text: string) => ({
        ConditionExpression: '#t = :t',
        ExpressionAttributeNames: { '#t': 'text' },
        ExpressionAttributeValues: { ':t': S(text) },
      });

      test('lets it through where it holds', async () => {
        await api.call('DeleteItem', remove(condition(event.text.S)));
        expect(await stored()).toBeUndefined();
      });

      test('refuses it where it fails, and the item stays', async () => {
        const failed = 'ConditionalCheckFailed: The conditional request failed';
        expect(await api.refusal('DeleteItem', remove(condition('other')))).toBe(failed);
        expect(await api.refusal('DeleteItem', remove({ ...condition('other'), ...gone }))).toBe(failed);
        expect(await stored()).toEqual(event);
      });

      test('shows the item that failed it', async () => {
        const asking = { ReturnValuesOnConditionCheckFailure: 'ALL_OLD' };
        expect(await api.itemOfFailure('DeleteItem', remove({ ...condition('other'), ...asking }))).toEqual(
          event,
        );
      });
    });

    describe('DeleteItem refuses, and the first fault wins:', () => {
      const cases: [Json, string][] = [
        [remove({ TableName: 'gone' }), noTable],
        [remove({ Expected: {}, ConditionExpression: '' }), mixes('Expected', 'ConditionExpression')],
        [
          remove({ ExpressionAttributeValues: { ':v': N(1) }, Key: { pk: {} } }),
          'ExpressionAttributeValues can only be specified when using expressions: ConditionExpression is null',
        ],
        [
          remove({ ReturnValues: 'UPDATED_OLD', ConditionExpression: '' }),
          'ReturnValues can only be ALL_OLD or NONE',
        ],
        [
          remove({ ConditionExpression: '', TableName: 'gone' }),
          'Invalid ConditionExpression: The expression can not be empty;',
        ],
        [remove({ Key: { pk: S('a') } }), mismatch],
        [remove({ Key: { pk: S('a'), sk: S('1') } }), mismatch],
        [remove({ Key: { pk: S('a'), sk: N(1), x: N(1) } }), mismatch],
      ];
      for (const [input, sentence] of cases) {
        test(sentence, async () => {
          expect(await api.refusal('DeleteItem', input)).toBe(sentence);
        });
      }
    });
  });
}

test('DeleteItem writes nothing where there is no item', async () => {
  expect(await commitsOf({ name: 'DeleteItem', input: remove(gone) })).toBe(0);
});
