import { beforeAll, describe, expect, test } from 'vitest';
import {
  type Api,
  apiWithTables,
  arnOf,
  type Json,
  type Mode,
  mismatch,
  mixes,
  modes,
  N,
  noTable,
  P,
  putAll,
  S,
  tableInput,
} from './support.ts';

const event = (pk: string, sk: number) => ({ pk: S(pk), sk: N(sk), even: { BOOL: sk % 2 === 0 } });
const inPartition = 'pk = :pk';
const query = (more: Json = {}, values: Json = {}): Json => ({
  TableName: 'events',
  KeyConditionExpression: inPartition,
  ExpressionAttributeValues: { ':pk': S('a'), ...values },
  ...more,
});
const key = (sk: number, pk = 'a') => ({ pk: S(pk), sk: N(sk) });
const numbersOf = (answer: Json) => (answer.Items as { sk: { N: string } }[]).map(({ sk }) => Number(sk.N));

async function filledApi(mode: Mode): Promise<Api> {
  const api = await apiWithTables(mode);
  await putAll(
    api,
    'events',
    [3, -1, 10, 2, 0.5].map((sk) => event('a', sk)),
  );
  await putAll(api, 'events', [event('b', 1), event('aa', 1)]);
  await putAll(api, 'notes', [{ pk: S('a') }, { pk: S('b') }]);
  await api.call('CreateTable', tableInput('words', 'S'));
  await putAll(
    api,
    'words',
    ['b', 'ab', 'a', 'é', 'z'].map((sk) => ({ pk: S('a'), sk: S(sk) })),
  );
  return api;
}

for (const mode of modes) {
  describe(`Query, tables ${mode}, finds`, () => {
    let api: Api;
    beforeAll(async () => {
      api = await filledApi(mode);
    });

    const between = ' AND sk BETWEEN :low AND :high';
    const cases: [string, Json, number[]][] = [
      ['a partition in the order of its numbers', query(), [-1, 0.5, 2, 3, 10]],
      ['it by the ARN of the table', query({ TableName: arnOf('events') }), [-1, 0.5, 2, 3, 10]],
      ['it backwards', query({ ScanIndexForward: false }), [10, 3, 2, 0.5, -1]],
      ['nothing in an empty one', query({}, { ':pk': S('none') }), []],
      ['one key', query({ KeyConditionExpression: `${inPartition} AND sk = :v` }, { ':v': N(2) }), [2]],
      [
        'what is below',
        query({ KeyConditionExpression: `${inPartition} AND sk < :v` }, { ':v': N(2) }),
        [-1, 0.5],
      ],
      [
        'what is not above',
        query({ KeyConditionExpression: `${inPartition} AND sk <= :v` }, { ':v': N(2) }),
        [-1, 0.5, 2],
      ],
      [
        'what is above',
        query({ KeyConditionExpression: `${inPartition} AND sk > :v` }, { ':v': N(2) }),
        [3, 10],
      ],
      [
        'what is not below',
        query({ KeyConditionExpression: `${inPartition} AND sk >= :v` }, { ':v': N(2) }),
        [2, 3, 10],
      ],
      [
        'what is between, ends included',
        query({ KeyConditionExpression: inPartition + between }, { ':low': N(0.5), ':high': N(3) }),
        [0.5, 2, 3],
      ],
      [
        'what the filter leaves',
        query({ FilterExpression: 'even = :even' }, { ':even': { BOOL: true } }),
        [2, 10],
      ],
      ['what follows a start key', query({ ExclusiveStartKey: key(0.5) }), [2, 3, 10]],
      ['what follows a start key that is not there', query({ ExclusiveStartKey: key(1) }), [2, 3, 10]],
      [
        'what precedes it, backwards',
        query({ ExclusiveStartKey: key(2), ScanIndexForward: false }),
        [0.5, -1],
      ],
      ['nothing behind the last key', query({ ExclusiveStartKey: key(10) }), []],
    ];
    for (const [title, input, numbers] of cases) {
      test(title, async () => {
        const answer = await api.call('Query', input);
        expect(numbersOf(answer)).toEqual(numbers);
        expect(answer).not.toHaveProperty('LastEvaluatedKey');
      });
    }

    test('strings that begin with a prefix, in the order of their bytes', async () => {
      const input = {
        TableName: 'words',
        KeyConditionExpression: `${inPartition} AND begins_with(sk, :prefix)`,
        ExpressionAttributeValues: { ':pk': S('a'), ':prefix': S('a') },
      };
      expect(await api.call('Query', input)).toMatchObject({ Items: [{ sk: S('a') }, { sk: S('ab') }] });
      const all = await api.call('Query', { ...query(), TableName: 'words' });
      expect(all).toMatchObject({ Items: ['a', 'ab', 'b', 'z', 'é'].map((sk) => ({ sk: S(sk) })) });
    });

    test('one item in a table without a sort key', async () => {
      expect(await api.call('Query', { ...query(), TableName: 'notes' })).toEqual({
        Items: [{ pk: S('a') }],
        Count: 1,
        ScannedCount: 1,
      });
    });

    for (const ScanIndexForward of [true, false]) {
      test(`everything page by page, ${ScanIndexForward ? 'forwards' : 'backwards'}`, async () => {
        const found: number[][] = [];
        let ExclusiveStartKey: unknown;
        do {
          const start = ExclusiveStartKey === undefined ? {} : { ExclusiveStartKey };
          const answer = await api.call('Query', query({ Limit: 2, ScanIndexForward, ...start }));
          found.push(numbersOf(answer));
          ExclusiveStartKey = answer.LastEvaluatedKey;
        } while (ExclusiveStartKey !== undefined);
        expect(found).toEqual(ScanIndexForward ? [[-1, 0.5], [2, 3], [10]] : [[10, 3], [2, 0.5], [-1]]);
      });
    }
  });
}

describe('Query answers', () => {
  let api: Api;
  beforeAll(async () => {
    api = await filledApi('at once');
  });

  const cases: [string, Json, Json][] = [
    ['a count', query({ Select: 'COUNT' }), { Count: 5, ScannedCount: 5 }],
    [
      'the asked attributes',
      query({ ProjectionExpression: 'sk', Select: 'SPECIFIC_ATTRIBUTES', Limit: 1 }),
      { Items: [{ sk: N(-1) }], Count: 1, ScannedCount: 1, LastEvaluatedKey: key(-1) },
    ],
    [
      'its capacity',
      query({ Select: 'COUNT', ReturnConsumedCapacity: 'INDEXES', ConsistentRead: true }),
      {
        Count: 5,
        ScannedCount: 5,
        ConsumedCapacity: { TableName: 'events', CapacityUnits: 1, Table: { CapacityUnits: 1 } },
      },
    ],
  ];
  for (const [title, input, output] of cases) {
    test(title, async () => {
      expect(await api.call('Query', input)).toEqual(output);
    });
  }

  test('without a promise where all is cached', () => {
    expect(api.run('Query', query())).not.toBeInstanceOf(Promise);
  });
});

describe('R-API-1: Query refuses, and the first fault wins:', () => {
  let api: Api;
  beforeAll(async () => {
    api = await filledApi('at once');
  });

  const invalid = 'The provided starting key is invalid';
  const unused = 'Value provided in ExpressionAttributeValues unused in expressions: keys: {:x}';
  const old = {
    KeyConditionExpression: undefined,
    ExpressionAttributeValues: undefined,
    ExclusiveStartKey: { pk: {} },
  };
  const above = { KeyConditionExpression: 'pk = :pk AND sk > :v' };
  const cases: [Json, string][] = [
    [query({ TableName: 'gone' }), noTable],
    [{ TableName: 'gone', KeyConditions: { z: { ComparisonOperator: 'NULL' } } }, noTable],
    [query({ AttributesToGet: ['a'] }), mixes('AttributesToGet', 'KeyConditionExpression')],
    [query({ KeyConditions: {} }), mixes('KeyConditions', 'KeyConditionExpression')],
    [query({ QueryFilter: {} }), mixes('QueryFilter', 'KeyConditionExpression')],
    [query({ IndexName: 'by-place' }), 'The table does not have the specified index: by-place'],
    [
      { TableName: 'events', ExpressionAttributeValues: { ':v': {} } },
      'ExpressionAttributeValues can only be specified when using expressions: FilterExpression and KeyConditionExpression are null',
    ],
    [
      query({ ExclusiveStartKey: { pk: {} } }, { ':x': N(1) }),
      `${invalid}: Supplied AttributeValue is empty, must contain exactly one of the supported datatypes`,
    ],
    [query({ Select: 'SPECIFIC_ATTRIBUTES' }, { ':x': N(1) }), unused],
    [
      query({ Select: 'ALL_PROJECTED_ATTRIBUTES', TableName: 'gone' }),
      '1 validation error detected: ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName',
    ],
    [
      { TableName: 'gone' },
      'Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.',
    ],
    [
      { TableName: 'events', FilterExpression: '', ProjectionExpression: '' },
      'Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.',
    ],
    [
      query({ QueryFilter: { a: { ComparisonOperator: 'NULL', AttributeValueList: [N(1)] } }, ...old }),
      `${P}Invalid number of argument(s) for the NULL ComparisonOperator`,
    ],
    [
      {
        TableName: 'gone',
        KeyConditions: { pk: { ComparisonOperator: 'NULL', AttributeValueList: [N(1)] } },
        FilterExpression: '',
      },
      'Invalid FilterExpression: The expression can not be empty;',
    ],
    [
      query({ TableName: 'gone', KeyConditionExpression: 'pk = :pk AND sk = :pk AND c = :pk' }),
      'Conditions can be of length 1 or 2 only',
    ],
    [
      {
        TableName: 'gone',
        KeyConditions: {
          a: { ComparisonOperator: 'EQ', AttributeValueList: [N(1)] },
          b: { ComparisonOperator: 'EQ', AttributeValueList: [N(1)] },
          c: { ComparisonOperator: 'EQ', AttributeValueList: [N(1)] },
        },
      },
      'Conditions can be of length 1 or 2 only',
    ],
    [query({ KeyConditionExpression: 'sk = :pk' }), 'Query condition missed key schema element: pk'],
    [query({}, { ':pk': N(1) }), `${P}Condition parameter type does not match schema type`],
    [query({ KeyConditionExpression: 'pk > :pk' }), 'Query key condition not supported'],
    [query({ ExclusiveStartKey: { pk: S('a') } }), invalid],
    [query({ ExclusiveStartKey: { pk: S('a'), sk: S('1') } }), mismatch],
    [
      query({ ExclusiveStartKey: key(1, 'b') }),
      'The provided starting key is outside query boundaries based on provided conditions',
    ],
    [
      query({ ...above, ExclusiveStartKey: key(1) }, { ':v': N(2) }),
      'The provided starting key does not match the range key predicate',
    ],
    [
      query({ ProjectionExpression: 'pk.a', FilterExpression: 'attribute_exists(sk)' }),
      "Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: Key: pk",
    ],
    [
      query({ FilterExpression: 'attribute_exists(sk)' }),
      'Filter Expression can only contain non-primary key attributes: Primary key attribute: sk',
    ],
    [
      query({ Limit: 0 }),
      "1 validation error detected: Value at 'Limit' failed to satisfy constraint: Member must have value greater than or equal to 1",
    ],
  ];
  for (const [input, sentence] of cases) {
    test(sentence, async () => {
      expect(await api.refusal('Query', input)).toBe(sentence);
    });
  }
});
