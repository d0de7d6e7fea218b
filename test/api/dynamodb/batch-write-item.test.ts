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
  S,
} from './support.ts';

const put = (Item: Json) => ({ PutRequest: { Item } });
const remove = (Key: Json) => ({ DeleteRequest: { Key } });
const write = (RequestItems: Json, more: Json = {}) => ({ RequestItems, ...more });

for (const mode of modes) {
  describe(`BatchWriteItem, tables ${mode}:`, () => {
    let api: Api;
    beforeEach(async () => {
      api = await apiWithTables(mode);
      await putAll(api, 'notes', [{ pk: S('a') }, { pk: S('big'), x: S('x'.repeat(2000)) }]);
    });

    const namesOf = async (TableName: string) =>
      ((await api.call('Scan', { TableName })).Items as { pk: { S: string } }[]).map(({ pk }) => pk.S).sort();

    describe('BatchWriteItem', () => {
      test('puts and deletes in several tables', async () => {
        const answer = await api.call(
          'BatchWriteItem',
          write({
            notes: [remove({ pk: S('a') }), put({ pk: S('b') }), remove({ pk: S('gone') })],
            [arnOf('events')]: [put({ pk: S('c'), sk: N(1) }), put({ pk: S('c'), sk: N(2) })],
          }),
        );
        expect(answer).toEqual({ UnprocessedItems: {} });
        expect(await namesOf('notes')).toEqual(['b', 'big']);
        expect(await namesOf('events')).toEqual(['c', 'c']);
      });

      test('writes 25 items', async () => {
        const puts = Array.from({ length: 25 }, (_, index) => put({ pk: S(`put ${index}`) }));
        await api.call('BatchWriteItem', write({ notes: puts }));
        expect(await namesOf('notes')).toHaveLength(27);
      });

      test('counts the larger image of each item, table by table', async () => {
        const answer = await api.call(
          'BatchWriteItem',
          write(
            {
              notes: [remove({ pk: S('big') }), put({ pk: S('a') }), remove({ pk: S('gone') })],
              events: [put({ pk: S('c'), sk: N(1), x: S('x'.repeat(3000)) })],
            },
            { ReturnConsumedCapacity: 'INDEXES', ReturnItemCollectionMetrics: 'SIZE' },
          ),
        );
        const used = (TableName: string, CapacityUnits: number) => ({
          TableName,
          CapacityUnits,
          Table: { CapacityUnits },
        });
        expect(answer).toEqual({
          UnprocessedItems: {},
          ConsumedCapacity: [used('notes', 4), used('events', 3)],
        });
      });
    });

    describe('BatchWriteItem refuses, writes nothing, and the first fault wins:', () => {
      const twice = 'Provided list of item keys contains duplicates';
      const many = (count: number) => Array.from({ length: count }, (_, index) => put({ pk: S(`${index}`) }));
      const fine = put({ pk: S('fine') });
      const notOne =
        'Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes';
      const cases: [Json, string][] = [
        [{}, 'The requestItems parameter is required for BatchWriteItem'],
        [write({ notes: [fine], gone: [fine] }), noTable],
        [write({ notes: many(20), gone: many(6) }), 'Too many items requested for the BatchWriteItem call'],
        [write({ notes: [fine, {}] }), notOne],
        [write({ notes: [put({ pk: { N: 'x' } }), {}] }), notOne],
        [write({ notes: [fine, { ...fine, ...remove({ pk: S('a') }) }] }), notOne],
        [
          write({ gone: [put({ pk: { N: 'x' } })] }),
          'The parameter cannot be converted to a numeric value: x',
        ],
        [
          write({ gone: [put({ pk: S('a'), x: S('x'.repeat(409_600)) })] }),
          'Item size has exceeded the maximum allowed size',
        ],
        [write({ notes: [fine, put({ text: S('x') })] }), mismatch],
        [write({ notes: [put({ pk: N(1) }), fine] }), mismatch],
        [
          write({ notes: [put({ pk: S('') }), fine] }),
          'One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty string value. Key: pk',
        ],
        [write({ notes: [fine, remove({ pk: N(1) })] }), mismatch],
        [write({ notes: [fine, fine] }), twice],
        [write({ notes: [fine, fine, remove({ pk: N(1) })] }), twice],
        [write({ notes: [remove({ pk: N(1) }), fine, fine] }), mismatch],
        [write({ notes: [fine, remove({ pk: S('fine') })] }), twice],
        [write({ notes: [fine], [arnOf('notes')]: [fine] }), twice],
      ];
      for (const [input, sentence] of cases) {
        test(`${sentence} ${Object.keys((input.RequestItems as Json | undefined) ?? {})}`, async () => {
          expect(await api.refusal('BatchWriteItem', input)).toBe(sentence);
          expect(await namesOf('notes')).toEqual(['a', 'big']);
        });
      }
    });
  });
}

test('BatchWriteItem writes nothing for a delete of an absent item', async () => {
  const input = write({ notes: [remove({ pk: S('gone') })] });
  expect(await commitsOf({ name: 'BatchWriteItem', input })).toBe(0);
});
