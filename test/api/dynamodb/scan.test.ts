import { beforeAll, describe, expect, test } from 'vitest';
import { compareBytes } from '../../../src/base/bytes.ts';
import { encodeKey } from '../../../src/tables/tree-key.ts';
import {
  type Api,
  apiWithTables,
  type Json,
  type Mode,
  mixes,
  modes,
  N,
  noTable,
  P,
  putAll,
  S,
} from './support.ts';

const names = Array.from({ length: 40 }, (_, index) => `note ${index}`);
const schema = { hash: { name: 'pk', type: 'S' } } as const;
const inOrder = names
  .map((name) => ({ name, key: encodeKey(schema, new Map([['pk', { S: name }]])) }))
  .sort((a, b) => compareBytes(a.key, b.key))
  .map(({ name }) => name);
const scan = (more: Json = {}) => ({ TableName: 'notes', ...more });
const namesOf = (answer: Json) => (answer.Items as { pk: { S: string } }[]).map(({ pk }) => pk.S);

async function filledApi(mode: Mode): Promise<Api> {
  const api = await apiWithTables(mode);
  await putAll(
    api,
    'notes',
    names.map((name, index) => ({ pk: S(name), index: N(index) })),
  );
  return api;
}

/** Every page of a scan, by its names. */
async function pagesOf(api: Api, input: Json): Promise<string[][]> {
  const pages: string[][] = [];
  let ExclusiveStartKey: unknown;
  do {
    const answer = await api.call('Scan', {
      ...input,
      ...(ExclusiveStartKey === undefined ? {} : { ExclusiveStartKey }),
    });
    pages.push(namesOf(answer));
    ExclusiveStartKey = answer.LastEvaluatedKey;
  } while (ExclusiveStartKey !== undefined);
  return pages;
}

for (const mode of modes) {
  describe(`Scan, tables ${mode}, finds`, () => {
    let api: Api;
    beforeAll(async () => {
      api = await filledApi(mode);
    });

    test('every item, in one page where they fit', async () => {
      const answer = await api.call('Scan', scan());
      expect(namesOf(answer)).toEqual(inOrder);
      expect(answer).toMatchObject({ Count: 40, ScannedCount: 40 });
      expect(answer).not.toHaveProperty('LastEvaluatedKey');
    });

    test('every item page by page, the last page empty where the items end with one', async () => {
      const pages = await pagesOf(api, scan({ Limit: 8 }));
      expect(pages.map((page) => page.length)).toEqual([8, 8, 8, 8, 8, 0]);
      expect(pages.flat()).toEqual(inOrder);
    });

    for (const TotalSegments of [1, 3, 1000]) {
      test(`every item once in ${TotalSegments} segments, in pages of their own`, async () => {
        const found: string[] = [];
        for (let Segment = 0; Segment < TotalSegments; Segment++) {
          const pages = await pagesOf(api, scan({ Segment, TotalSegments, Limit: 3 }));
          found.push(...pages.flat());
        }
        expect(found).toEqual(inOrder);
      });
    }

    test('what the filter leaves, which may be of keys', async () => {
      const answer = await api.call('Scan', {
        ...scan({ FilterExpression: 'pk = :pk' }),
        ExpressionAttributeValues: { ':pk': S('note 7') },
      });
      expect(answer).toEqual({ Items: [{ pk: S('note 7'), index: N(7) }], Count: 1, ScannedCount: 40 });
    });
  });
}

describe('Scan answers', () => {
  let api: Api;
  beforeAll(async () => {
    api = await filledApi('at once');
  });

  const cases: [string, Json, Json][] = [
    ['a count', scan({ Select: 'COUNT' }), { Count: 40, ScannedCount: 40 }],
    [
      'the asked attributes',
      scan({ ProjectionExpression: '#i', ExpressionAttributeNames: { '#i': 'gone' }, Limit: 1 }),
      { Items: [{}], Count: 1, ScannedCount: 1, LastEvaluatedKey: { pk: S(inOrder[0] ?? '') } },
    ],
    [
      'its capacity',
      scan({ Select: 'COUNT', ReturnConsumedCapacity: 'TOTAL' }),
      { Count: 40, ScannedCount: 40, ConsumedCapacity: { TableName: 'notes', CapacityUnits: 0.5 } },
    ],
    ['nothing of an empty table', { TableName: 'events' }, { Items: [], Count: 0, ScannedCount: 0 }],
  ];
  for (const [title, input, output] of cases) {
    test(title, async () => {
      expect(await api.call('Scan', input)).toEqual(output);
    });
  }

  test('without a promise where all is cached', () => {
    expect(api.run('Scan', scan())).not.toBeInstanceOf(Promise);
  });
});

describe('R-API-1: Scan refuses, and the first fault wins:', () => {
  let api: Api;
  beforeAll(async () => {
    api = await filledApi('at once');
  });

  const invalid = 'The provided starting key is invalid';
  const firstKey = { pk: S(inOrder[0] ?? '') };
  const badStart = { ExclusiveStartKey: { pk: {} } };
  const cases: [Json, string][] = [
    [scan({ TableName: 'gone' }), noTable],
    [
      scan({ AttributesToGet: ['a'], ProjectionExpression: '' }),
      mixes('AttributesToGet', 'ProjectionExpression'),
    ],
    [scan({ ScanFilter: {}, FilterExpression: '' }), mixes('ScanFilter', 'FilterExpression')],
    [scan({ IndexName: 'by-place' }), 'The table does not have the specified index: by-place'],
    [
      scan({ ExpressionAttributeValues: { ':v': N(1) }, Segment: 1 }),
      'ExpressionAttributeValues can only be specified when using expressions: FilterExpression is null',
    ],
    [
      scan({ Segment: 1, FilterExpression: '' }),
      'The TotalSegments parameter is required but was not present in the request when Segment parameter is present',
    ],
    [
      scan({ TotalSegments: 1 }),
      'The Segment parameter is required but was not present in the request when parameter TotalSegments is present',
    ],
    [
      scan({ Segment: 5, TotalSegments: 5 }),
      'The Segment parameter is zero-based and must be less than parameter TotalSegments: Segment: 5 is not less than TotalSegments: 5',
    ],
    [
      scan({ Segment: 0, TotalSegments: 1_000_001 }),
      "1 validation error detected: Value '1000001' at 'totalSegments' failed to satisfy constraint: Member must have value less than or equal to 1000000",
    ],
    [
      scan({ ScanFilter: { a: { ComparisonOperator: 'NULL', AttributeValueList: [N(1)] } }, ...badStart }),
      `${P}Invalid number of argument(s) for the NULL ComparisonOperator`,
    ],
    [
      scan({ ...badStart, FilterExpression: '', Segment: 1 }),
      `${invalid}: Supplied AttributeValue is empty, must contain exactly one of the supported datatypes`,
    ],
    [
      scan({ FilterExpression: '', Select: 'SPECIFIC_ATTRIBUTES' }),
      'Invalid FilterExpression: The expression can not be empty;',
    ],
    [
      scan({ Select: 'COUNT', ProjectionExpression: 'a', TableName: 'gone' }),
      'Cannot specify the ProjectionExpression when choosing to get only the Count',
    ],
    [
      scan({ ExclusiveStartKey: { other: S('a') } }),
      `${invalid}: The provided key element does not match the schema`,
    ],
    [
      scan({ ExclusiveStartKey: firstKey, Segment: 1, TotalSegments: 2 }),
      `${invalid}: Invalid ExclusiveStartKey. Please use ExclusiveStartKey with correct Segment. TotalSegments: 2 Segment: 1`,
    ],
    [
      scan({ FilterExpression: 'attribute_exists(pk.a)' }),
      "Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: Key: pk",
    ],
  ];
  for (const [input, sentence] of cases) {
    test(sentence, async () => {
      expect(await api.refusal('Scan', input)).toBe(sentence);
    });
  }
});
