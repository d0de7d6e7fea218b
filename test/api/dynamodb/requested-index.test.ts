import { beforeAll, describe, expect, test } from 'vitest';
import { gamesApi, oslo, query } from './games.ts';
import { type Api, type Json, modes, N, P, S } from './support.ts';

for (const mode of modes) {
  describe(`R-API-1: a read of an index, tables ${mode}:`, () => {
    let api: Api;
    beforeAll(async () => {
      api = await gamesApi(mode);
    });

    describe('is refused, and the first fault wins:', () => {
      const invalid = 'The provided starting key is invalid';
      const mismatch = 'The provided key element does not match the schema';
      const osloKey = { city: S('Oslo'), score: N(5), player: S('ann'), game: S('g1') };
      const from = (ExclusiveStartKey: Json, condition?: string, values?: Json) =>
        oslo({ ExclusiveStartKey }, condition, values);
      const cases: [string, string, Json, string][] = [
        [
          'an unknown index',
          'Query',
          query('none', 'city = :c', { ':c': S('a') }),
          'The table does not have the specified index: none',
        ],
        [
          'an unknown index, by Scan',
          'Scan',
          { TableName: 'games', IndexName: 'none' },
          'The table does not have the specified index: none',
        ],
        [
          'a consistent read of a global index',
          'Query',
          oslo({ ConsistentRead: true, ExclusiveStartKey: { a: S('a') } }),
          'Consistent reads are not supported on global secondary indexes',
        ],
        [
          'the same by Scan',
          'Scan',
          { TableName: 'games', IndexName: 'by-city', ConsistentRead: true },
          'Consistent reads are not supported on global secondary indexes',
        ],
        [
          'a start key with too little',
          'Query',
          from({ city: S('Oslo'), score: N(5) }, 'score = :c'),
          invalid,
        ],
        ['one with too much', 'Query', from({ ...osloKey, more: S('a') }), invalid],
        [
          'one without a key of the index',
          'Query',
          from({ city: S('Oslo'), player: S('ann'), game: S('g1'), more: N(5) }),
          invalid,
        ],
        ['one with an index key of another type', 'Query', from({ ...osloKey, score: S('a') }), mismatch],
        ['before the key condition', 'Query', from({ ...osloKey, score: S('a') }, 'score = :c'), mismatch],
        [
          'and that before a table key of another type',
          'Query',
          from({ ...osloKey, game: N(1) }, 'score = :c'),
          'Query condition missed key schema element: city',
        ],
        ['which is told alike', 'Query', from({ ...osloKey, game: N(1) }), `${invalid}: ${mismatch}`],
        [
          'one of another partition',
          'Query',
          from({ ...osloKey, city: S('Rome') }),
          'The provided starting key is outside query boundaries based on provided conditions',
        ],
        [
          'one outside the condition',
          'Query',
          from(osloKey, 'city = :c AND score > :s', { ':s': N(5) }),
          'The provided starting key does not match the range key predicate',
        ],
        [
          'one inside it of another partition',
          'Query',
          from({ ...osloKey, city: S('Rome') }, 'city = :c AND score = :s', { ':s': N(5) }),
          'The query can return at most one row and cannot be restarted',
        ],
        [
          'a Scan from too little',
          'Scan',
          { TableName: 'games', IndexName: 'by-city', ExclusiveStartKey: { city: S('Oslo') } },
          invalid,
        ],
        [
          'a Scan from a table key of another type',
          'Scan',
          { TableName: 'games', IndexName: 'by-city', ExclusiveStartKey: { ...osloKey, game: N(1) } },
          `${invalid}: ${mismatch}`,
        ],
        [
          'all attributes of a global index without them',
          'Query',
          oslo({ Select: 'ALL_ATTRIBUTES' }),
          `${P}Select type ALL_ATTRIBUTES is not supported for global secondary index by-city because its projection type is not ALL`,
        ],
        [
          'attributes that a global index lacks',
          'Query',
          oslo({ ProjectionExpression: 'note, rest.a, more' }),
          `${P}Global secondary index by-city does not project [rest, more]`,
        ],
        [
          'a filter on a key of the index',
          'Query',
          oslo({ FilterExpression: 'score = :c' }),
          'Filter Expression can only contain non-primary key attributes: Primary key attribute: score',
        ],
        [
          'a path into a key of the index',
          'Query',
          oslo({ ProjectionExpression: 'score.a' }),
          "Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: IndexKey: score",
        ],
        [
          'a path into a key of another index',
          'Query',
          oslo({ FilterExpression: 'league.a = :c' }),
          "Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: IndexKey: league",
        ],
        [
          'a path into a key of the table',
          'Scan',
          { TableName: 'games', IndexName: 'by-city', ProjectionExpression: 'game[0]' },
          "Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: Key: game",
        ],
        [
          'a key condition on the table',
          'Query',
          oslo({}, 'player = :c'),
          'Query condition missed key schema element: city',
        ],
        [
          'one on something else beside',
          'Query',
          oslo({}, 'city = :c AND player = :p', { ':p': S('a') }),
          'Query condition missed key schema element: score',
        ],
        [
          'one of another type',
          'Query',
          oslo({}, 'city = :c AND score = :c'),
          `${P}Condition parameter type does not match schema type`,
        ],
        [
          'two on an index of one attribute',
          'Query',
          query('by-city-alone', 'city = :c AND score = :s', { ':c': S('a'), ':s': N(1) }),
          'Query key condition not supported',
        ],
        [
          'one of two hash attributes',
          'Query',
          query('by-date', 'league = :l', { ':l': S('a') }),
          'Query condition missed key schema element: city',
        ],
        [
          'a hash attribute that is not equal',
          'Query',
          query('by-date', 'league = :l AND city > :l', { ':l': S('a') }),
          'Query key condition not supported',
        ],
        [
          'a sort attribute without that on its left',
          'Query',
          query(
            'by-date',
            'league = :l AND city = :l AND #m = :n',
            { ':l': S('a'), ':n': N(1) },
            { ExpressionAttributeNames: { '#m': 'month' } },
          ),
          'Query condition missed key schema element: year',
        ],
        [
          'one on the right of one that is not equal',
          'Query',
          query(
            'by-date',
            'league = :l AND city = :l AND #y > :n AND #m = :n',
            { ':l': S('a'), ':n': N(1) },
            { ExpressionAttributeNames: { '#m': 'month', '#y': 'year' } },
          ),
          'Query key condition not supported',
        ],
      ];
      for (const [title, operation, input, sentence] of cases) {
        test(title, async () => expect(await api.refusal(operation, input)).toBe(sentence));
      }

      test('a start key of another segment', async () => {
        const scan = {
          TableName: 'games',
          IndexName: 'by-city',
          TotalSegments: 2,
          ExclusiveStartKey: osloKey,
        };
        const texts = [];
        for (const Segment of [0, 1]) texts.push(await api.refusal('Scan', { ...scan, Segment }));
        const other = texts.findIndex((text) => text !== 'answered');
        expect(texts.toSorted()).toEqual(
          [
            `${invalid}: Invalid ExclusiveStartKey. Please use ExclusiveStartKey with correct Segment. TotalSegments: 2 Segment: ${other}`,
            'answered',
          ].toSorted(),
        );
      });
    });
  });
}
