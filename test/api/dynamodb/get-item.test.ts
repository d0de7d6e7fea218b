import { beforeEach, describe, expect, test } from 'vitest';
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

const note = { pk: S('a'), text: S('hello'), place: { M: { city: S('Basel'), zip: N(4051) } } };
const get = (more: Json = {}) => ({ TableName: 'notes', Key: { pk: S('a') }, ...more });

for (const mode of modes) {
  describe(`GetItem, tables ${mode}`, () => {
    let api: Api;
    beforeEach(async () => {
      api = await apiWithTables(mode);
      await putAll(api, 'notes', [note, { pk: S('big'), text: S('x'.repeat(5000)) }]);
    });

    const capacity = (CapacityUnits: number, TableName = 'notes') => ({ TableName, CapacityUnits });
    const cases: [string, Json, Json][] = [
      ['the whole item', get(), { Item: note }],
      ['the item by the ARN of its table', get({ TableName: arnOf('notes') }), { Item: note }],
      ['no item', get({ Key: { pk: S('b') } }), {}],
      [
        'the asked branches',
        get({ ProjectionExpression: '#t, place.zip', ExpressionAttributeNames: { '#t': 'text' } }),
        { Item: { text: S('hello'), place: { M: { zip: N(4051) } } } },
      ],
      ['an empty item where it has none of them', get({ ProjectionExpression: 'gone' }), { Item: {} }],
      ['no item, projected or not', get({ Key: { pk: S('b') }, ProjectionExpression: 'pk' }), {}],
      ['no capacity where none is wanted', get({ ReturnConsumedCapacity: 'NONE' }), { Item: note }],
      [
        'half a unit',
        get({ Key: { pk: S('b') }, ReturnConsumedCapacity: 'TOTAL' }),
        { ConsumedCapacity: capacity(0.5) },
      ],
      [
        'one unit for a consistent read',
        get({ Key: { pk: S('b') }, ReturnConsumedCapacity: 'TOTAL', ConsistentRead: true }),
        { ConsumedCapacity: capacity(1) },
      ],
      [
        'the units of the whole item, though little of it was asked for',
        get({
          Key: { pk: S('big') },
          ProjectionExpression: 'pk',
          ReturnConsumedCapacity: 'INDEXES',
          ConsistentRead: true,
        }),
        { Item: { pk: S('big') }, ConsumedCapacity: { ...capacity(2), Table: { CapacityUnits: 2 } } },
      ],
      [
        'the units under the name that the request had',
        get({ TableName: arnOf('notes'), ReturnConsumedCapacity: 'TOTAL' }),
        { Item: note, ConsumedCapacity: capacity(0.5, arnOf('notes')) },
      ],
    ];
    for (const [title, input, output] of cases) {
      test(`gives ${title}`, async () => {
        expect(await api.call('GetItem', input)).toEqual(output);
      });
    }
  });
}

test('GetItem answers without a promise where key and page are cached', async () => {
  const api = await apiWithTables();
  await putAll(api, 'notes', [note]);
  await api.call('GetItem', get());
  const answer = api.run('GetItem', get());
  expect(answer).not.toBeInstanceOf(Promise);
  expect(answer).toMatchObject({ Item: expect.any(Map) });
  expect((await apiWithTables('later')).run('GetItem', get())).toBeInstanceOf(Promise);
});

describe('GetItem refuses, and the first fault wins:', () => {
  const bad = { Key: { pk: { N: 'x' } } };
  const broken = { ProjectionExpression: '=' };
  const noNames = 'ExpressionAttributeNames can only be specified when using expressions';
  const cases: [Json, string][] = [
    [get({ TableName: 'gone' }), noTable],
    [
      get({ AttributesToGet: ['a'], ProjectionExpression: '', ...bad }),
      mixes('AttributesToGet', 'ProjectionExpression'),
    ],
    [get({ ExpressionAttributeNames: { '#a': 'a' }, ...bad }), noNames],
    [get({ ...bad, ...broken }), 'The parameter cannot be converted to a numeric value: x'],
    [
      get({ ...broken, TableName: 'gone' }),
      'Invalid ProjectionExpression: Syntax error; token: "=", near: "="',
    ],
    [
      get({ ProjectionExpression: 'a', ExpressionAttributeNames: { '#b': 'b' } }),
      'Value provided in ExpressionAttributeNames unused in expressions: keys: {#b}',
    ],
    [get({ Key: {} }), mismatch],
    [get({ Key: { pk: N(1) } }), mismatch],
    [get({ Key: { pk: S('a'), sk: N(1) } }), mismatch],
    [get({ Key: { pk: N(1) }, ProjectionExpression: 'pk.a' }), mismatch],
    [
      get({ Key: { pk: S('') } }),
      'One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty string value. Key: pk',
    ],
    [
      get({ ProjectionExpression: 'pk.a' }),
      "Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: Key: pk",
    ],
  ];
  for (const mode of modes) {
    for (const [input, sentence] of cases) {
      test(`${sentence}, tables ${mode}`, async () => {
        const api = await apiWithTables(mode);
        expect(await api.refusal('GetItem', input)).toBe(sentence);
      });
    }
  }
});
