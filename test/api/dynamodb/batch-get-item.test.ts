import { beforeEach, describe, expect, test } from 'vitest';
import { batchBytesMax } from '../../../src/api/dynamodb/batch-get-item.ts';
import {
  type Api,
  apiWithTables,
  arnOf,
  type Json,
  mismatch,
  mixes,
  modes,
  N,
  noTable,
  putAll,
  S,
} from './support.ts';

const keys = (...names: string[]) => names.map((name) => ({ pk: S(name) }));
const get = (RequestItems: Json, more: Json = {}) => ({ RequestItems, ...more });
const note = (name: string) => ({ pk: S(name), text: S(`text of ${name}`) });

for (const mode of modes) {
  describe(`BatchGetItem, tables ${mode}`, () => {
    let api: Api;
    beforeEach(async () => {
      api = await apiWithTables(mode);
      await putAll(api, 'notes', [note('a'), note('b')]);
      await putAll(api, 'events', [{ pk: S('a'), sk: N(1) }]);
    });

    const capacity = (TableName: string, CapacityUnits: number) => ({ TableName, CapacityUnits });
    const cases: [string, Json, Json][] = [
      [
        'the items that are there',
        get({ notes: { Keys: keys('a', 'gone', 'b') } }),
        { Responses: { notes: [note('a'), note('b')] }, UnprocessedKeys: {} },
      ],
      [
        'an empty list for a table that has none of them',
        get({ notes: { Keys: keys('gone') } }),
        { Responses: { notes: [] }, UnprocessedKeys: {} },
      ],
      [
        'items of several tables, under the names of the request',
        get({ events: { Keys: [{ pk: S('a'), sk: N(1) }] }, [arnOf('notes')]: { Keys: keys('b') } }),
        {
          Responses: { events: [{ pk: S('a'), sk: N(1) }], [arnOf('notes')]: [note('b')] },
          UnprocessedKeys: {},
        },
      ],
      [
        'the asked attributes',
        get({
          notes: {
            Keys: keys('a'),
            ProjectionExpression: '#t',
            ExpressionAttributeNames: { '#t': 'text' },
          },
        }),
        { Responses: { notes: [{ text: S('text of a') }] }, UnprocessedKeys: {} },
      ],
      [
        'the capacity of each table, each item counted for itself',
        get(
          {
            notes: { Keys: keys('a', 'b', 'gone') },
            events: { Keys: [{ pk: S('a'), sk: N(1) }], ConsistentRead: true },
          },
          { ReturnConsumedCapacity: 'TOTAL' },
        ),
        {
          Responses: { notes: [note('a'), note('b')], events: [{ pk: S('a'), sk: N(1) }] },
          UnprocessedKeys: {},
          ConsumedCapacity: [capacity('notes', 1.5), capacity('events', 1)],
        },
      ],
    ];
    for (const [title, input, output] of cases) {
      test(`gives ${title}`, async () => {
        expect(await api.call('BatchGetItem', input)).toEqual(output);
      });
    }
  });
}

describe('BatchGetItem stops at 16 MB', () => {
  const big = (name: string, bytes: number) => ({ pk: S(name), x: S('x'.repeat(bytes - 3 - name.length)) });
  const full = 409_600;
  const wholeCount = Math.floor(batchBytesMax / full);
  const rest = batchBytesMax - wholeCount * full;
  const bigNames = Array.from({ length: wholeCount }, (_, index) => `big ${index}`);

  const cases = [
    { lastBytes: rest, unprocessed: [], given: wholeCount + 1 },
    { lastBytes: rest + 1, unprocessed: ['last'], given: wholeCount },
  ];
  for (const { lastBytes, unprocessed, given } of cases) {
    test(`and a last item of ${lastBytes} bytes leaves [${unprocessed}]`, async () => {
      const api = await apiWithTables();
      await putAll(api, 'notes', [...bigNames.map((name) => big(name, full)), big('last', lastBytes)]);
      const request = { ConsistentRead: true, ProjectionExpression: 'pk' };
      const answer = await api.call(
        'BatchGetItem',
        get({ notes: { Keys: keys(...bigNames, 'last'), ...request } }, { ReturnConsumedCapacity: 'TOTAL' }),
      );
      const found = [...bigNames, 'last'].slice(0, given);
      expect(answer.Responses).toEqual({ notes: keys(...found) });
      expect(answer.UnprocessedKeys).toEqual(
        unprocessed.length === 0 ? {} : { notes: { Keys: keys(...unprocessed), ...request } },
      );
      const lastUnits = given > wholeCount ? Math.ceil(lastBytes / 4096) : 0;
      expect(answer.ConsumedCapacity).toEqual([
        { TableName: 'notes', CapacityUnits: wholeCount * 100 + lastUnits },
      ]);
    });
  }

  test('and the keys of the tables behind come back', async () => {
    const api = await apiWithTables();
    await putAll(
      api,
      'notes',
      [...bigNames, 'last'].map((name) => big(name, full)),
    );
    const event = { pk: S('a'), sk: N(1) };
    await putAll(api, 'events', [event]);
    const requested = { notes: { Keys: keys(...bigNames, 'last', 'gone') }, events: { Keys: [event] } };
    const answer = await api.call('BatchGetItem', get(requested));
    expect(answer.UnprocessedKeys).toEqual({
      notes: { Keys: keys('last', 'gone') },
      events: { Keys: [event] },
    });
    const again = await api.call('BatchGetItem', get(answer.UnprocessedKeys as Json));
    expect(again).toMatchObject({ Responses: { events: [event] }, UnprocessedKeys: {} });
  });
});

describe('BatchGetItem refuses, and the first fault wins:', () => {
  let api: Api;
  beforeEach(async () => {
    api = await apiWithTables();
  });

  const many = (count: number) => Array.from({ length: count }, (_, index) => ({ pk: S(`${index}`) }));
  const twice = 'Provided list of item keys contains duplicates';
  const cases: [Json, string][] = [
    [{}, 'The requestItems parameter is required for BatchGetItem'],
    [get({ gone: { Keys: keys('a') } }), noTable],
    [get({ notes: { Keys: keys('a') }, gone: { Keys: keys('a') } }), noTable],
    [
      get({ notes: { Keys: keys('a'), AttributesToGet: ['a'], ProjectionExpression: 'a' } }),
      mixes('AttributesToGet', 'ProjectionExpression'),
    ],
    [
      get({ notes: { Keys: many(101) } }),
      "1 validation error detected: Value at 'RequestItems.notes.member.Keys' failed to satisfy constraint: Member must have length less than or equal to 100",
    ],
    [
      get({ notes: { Keys: many(100) }, gone: { Keys: many(1) } }),
      'Too many items requested for the BatchGetItem call',
    ],
    [
      get({ notes: { Keys: many(100) }, gone: { Keys: keys('a', 'a') } }),
      'Too many items requested for the BatchGetItem call',
    ],
    [get({ gone: { Keys: keys('a', 'a') }, notes: { Keys: many(100) } }), twice],
    [
      get({ notes: { Keys: [{ pk: {} }] } }),
      'Supplied AttributeValue is empty, must contain exactly one of the supported datatypes',
    ],
    [
      get({ notes: { Keys: keys('a'), ExpressionAttributeNames: { '#a': 'a' } } }),
      'ExpressionAttributeNames can only be specified when using expressions',
    ],
    [get({ notes: { Keys: keys('a', 'a') } }), twice],
    [get({ gone: { Keys: keys('a', 'b', 'a') } }), twice],
    [get({ gone: { Keys: [{ pk: { B: 'YQ==' } }, { pk: { B: 'YQ==' } }] } }), twice],
    [get({ gone: { Keys: [{ pk: { B: 'YQ==' } }, { pk: S('a') }, { pk: { B: 'Yg==' } }] } }), noTable],
    [
      get({ gone: { Keys: [{ pk: {} }], ProjectionExpression: '' } }),
      'Invalid ProjectionExpression: The expression can not be empty;',
    ],
    [get({ notes: { Keys: keys('a') }, [arnOf('notes')]: { Keys: keys('a') } }), twice],
    [
      get({
        events: {
          Keys: [
            { pk: S('a'), sk: N(1) },
            { sk: { N: '1.0' }, pk: S('a') },
          ],
        },
      }),
      twice,
    ],
    [get({ notes: { Keys: [{ pk: N(1) }] } }), mismatch],
    [
      get({ notes: { Keys: keys('a'), ProjectionExpression: 'pk.a' } }),
      "Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: Key: pk",
    ],
  ];
  for (const [input, sentence] of cases) {
    test(`${sentence} ${Object.keys((input.RequestItems as Json | undefined) ?? {})}`, async () => {
      expect(await api.refusal('BatchGetItem', input)).toBe(sentence);
    });
  }
});
