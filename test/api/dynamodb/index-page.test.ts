import { beforeAll, describe, expect, test } from 'vitest';
import { ann, gamesApi, named, oslo, query } from './games.ts';
import { type Api, type Json, modes, N, S } from './support.ts';

for (const mode of modes) {
  describe(`indexes, tables ${mode}:`, () => {
    let api: Api;
    beforeAll(async () => {
      api = await gamesApi(mode);
    });

    const found: [string, Json, string[]][] = [
      [
        'a local index has the items of a partition that have its key, in its order',
        ann(),
        ['ann/g2', 'ann/g1', 'ann/g3'],
      ],
      ['and backwards', ann({ ScanIndexForward: false }), ['ann/g3', 'ann/g1', 'ann/g2']],
      [
        'equal index keys follow one another by the key of the table',
        oslo(),
        ['ann/g2', 'ann/g1', 'cyd/g1', 'bob/g1'],
      ],
      [
        'a condition on the sort key',
        oslo({}, 'city = :c AND score > :s', { ':s': N(-3) }),
        ['ann/g1', 'cyd/g1', 'bob/g1'],
      ],
      ['BETWEEN', oslo({}, 'city = :c AND score BETWEEN :s AND :t', { ':s': N(-9), ':t': N(4) }), ['ann/g2']],
      ['<=', oslo({}, 'city = :c AND score <= :s', { ':s': N(-3) }), ['ann/g2']],
      ['<', oslo({}, 'city = :c AND score < :s', { ':s': N(-3) }), []],
      ['>=', oslo({}, 'city = :c AND score >= :s', { ':s': N(5) }), ['ann/g1', 'cyd/g1', 'bob/g1']],
      ['=', oslo({}, 'city = :c AND score = :s', { ':s': N(5) }), ['ann/g1', 'cyd/g1', 'bob/g1']],
      [
        'a filter may name the keys of the table',
        oslo({ FilterExpression: 'player = :p' }, 'city = :c', { ':p': S('bob') }),
        ['bob/g1'],
      ],
      [
        'an index without a sort key',
        query('by-city-alone', 'city = :c', { ':c': S('Oslo') }),
        ['ann/g1', 'ann/g2', 'cyd/g1', 'bob/g1', 'bob/g2'],
      ],
      [
        'all hash attributes of several',
        query('by-date', 'league = :l AND city = :c', { ':l': S('A'), ':c': S('Oslo') }),
        ['ann/g1', 'ann/g2', 'bob/g1'],
      ],
      [
        'and sort attributes from the left on',
        query(
          'by-date',
          'league = :l AND city = :c AND #y = :y AND #m > :m',
          {
            ':l': S('A'),
            ':c': S('Oslo'),
            ':y': N(2024),
            ':m': N(1),
          },
          { ExpressionAttributeNames: { '#y': 'year', '#m': 'month' } },
        ),
        ['ann/g2'],
      ],
      [
        'the first of them alone',
        query(
          'by-date',
          'league = :l AND city = :c AND #y >= :y',
          {
            ':l': S('A'),
            ':c': S('Oslo'),
            ':y': N(2025),
          },
          { ExpressionAttributeNames: { '#y': 'year' } },
        ),
        ['bob/g1'],
      ],
      ['nothing in an empty partition', oslo({}, 'city = :c', { ':c': S('Bern') }), []],
    ];
    for (const [title, input, expected] of found) {
      test(title, async () => {
        const answer = await api.call('Query', input);
        expect(named(answer)).toEqual(expected);
        expect(answer).not.toHaveProperty('LastEvaluatedKey');
      });
    }

    test('a page goes on behind its last key, which has the keys of index and table', async () => {
      for (const [input, total, keys] of [
        [oslo(), 4, ['city', 'game', 'player', 'score']],
        [ann({ ScanIndexForward: false }), 3, ['game', 'player', 'score']],
      ] as const) {
        const whole = named(await api.call('Query', input));
        const walked: string[] = [];
        let ExclusiveStartKey: unknown;
        for (let pages = 0; pages <= total; pages++) {
          const answer = await api.call('Query', {
            ...input,
            Limit: 1,
            ...(pages > 0 && { ExclusiveStartKey }),
          });
          walked.push(...named(answer));
          ExclusiveStartKey = answer.LastEvaluatedKey;
          if (ExclusiveStartKey === undefined) break;
          expect(Object.keys(ExclusiveStartKey as object).sort()).toEqual(keys);
        }
        expect(walked).toEqual(whole);
      }
    });

    test('a scan has each entry once, also in segments', async () => {
      const scan = { TableName: 'games', IndexName: 'by-city' };
      const whole = named(await api.call('Scan', scan)).sort();
      expect(whole).toEqual(['ann/g1', 'ann/g2', 'ann/g3', 'bob/g1', 'cyd/g1']);
      const parts: string[] = [];
      for (const Segment of [0, 1, 2]) {
        let ExclusiveStartKey: unknown;
        do {
          const input = { ...scan, Segment, TotalSegments: 3, Limit: 1 };
          const answer = await api.call('Scan', {
            ...input,
            ...(ExclusiveStartKey !== undefined && { ExclusiveStartKey }),
          });
          parts.push(...named(answer));
          ExclusiveStartKey = answer.LastEvaluatedKey;
        } while (ExclusiveStartKey !== undefined);
      }
      expect(parts.sort()).toEqual(whole);
    });

    describe('Select and projections show', () => {
      const attributes = async (operation: string, input: Json) => {
        const { Items } = await api.call(operation, input);
        return [...new Set((Items as Json[]).flatMap((item) => Object.keys(item)))].sort();
      };
      const keys = ['game', 'player', 'score'];
      const everything = ['city', 'game', 'league', 'month', 'note', 'player', 'rest', 'score', 'year'];
      const cases: [string, Json, string[]][] = [
        ['what a local index holds', ann(), keys],
        ['the same where it is asked for', ann({ Select: 'ALL_PROJECTED_ATTRIBUTES' }), keys],
        ['all of the items of a local index', ann({ Select: 'ALL_ATTRIBUTES' }), everything],
        [
          'what is asked for beyond a local index',
          ann({ ProjectionExpression: 'note, score' }),
          ['note', 'score'],
        ],
        ['what a global index holds', oslo(), ['city', 'game', 'note', 'player', 'score']],
        ['a part of it', oslo({ ProjectionExpression: 'note' }), ['note']],
        [
          'all of the items of a global index that has all',
          query('by-city-alone', 'city = :c', { ':c': S('Oslo') }, { Select: 'ALL_ATTRIBUTES' }),
          everything,
        ],
      ];
      for (const [title, input, expected] of cases) {
        test(title, async () => expect(await attributes('Query', input)).toEqual(expected));
      }

      test('a count and no items', async () => {
        const answer = await api.call('Query', oslo({ Select: 'COUNT' }));
        expect(answer).toEqual({ Count: 4, ScannedCount: 4 });
      });

      test('what a filter on a local index finds in the table', async () => {
        const input = ann({ FilterExpression: 'note = :n' }, { ':n': S('ann-g1') });
        expect(named(await api.call('Query', input))).toEqual(['ann/g1']);
      });

      const filter = (more: Json = {}) =>
        ann({ FilterExpression: 'note = :n', ...more }, { ':n': S('ann-g1') });
      const filtered: [string, Json, string[]][] = [
        ['shows none of what it looks for', filter(), keys],
        ['nor where what the index holds is asked for', filter({ Select: 'ALL_PROJECTED_ATTRIBUTES' }), keys],
        ['but where all is', filter({ Select: 'ALL_ATTRIBUTES' }), everything],
        ['or this', filter({ ProjectionExpression: 'note' }), ['note']],
      ];
      for (const [title, input, expected] of filtered) {
        test(`which ${title}`, async () => expect(await attributes('Query', input)).toEqual(expected));
      }
    });
  });
}
