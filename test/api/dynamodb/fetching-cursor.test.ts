import { beforeAll, describe, expect, test } from 'vitest';
import { ann, gamesApi, oslo } from './games.ts';
import { type Api, type Json, modes } from './support.ts';

for (const mode of modes) {
  describe(`a read of an index, tables ${mode}:`, () => {
    let api: Api;
    beforeAll(async () => {
      api = await gamesApi(mode);
    });

    describe('capacity is told of', () => {
      const cases: [string, Json, Json][] = [
        [
          'a global index',
          oslo(),
          {
            CapacityUnits: 0.5,
            Table: { CapacityUnits: 0 },
            GlobalSecondaryIndexes: { 'by-city': { CapacityUnits: 0.5 } },
          },
        ],
        [
          'a local one',
          ann(),
          {
            CapacityUnits: 0.5,
            Table: { CapacityUnits: 0 },
            LocalSecondaryIndexes: { 'by-score': { CapacityUnits: 0.5 } },
          },
        ],
        [
          'a consistent read',
          ann({ ConsistentRead: true }),
          {
            CapacityUnits: 1,
            Table: { CapacityUnits: 0 },
            LocalSecondaryIndexes: { 'by-score': { CapacityUnits: 1 } },
          },
        ],
        [
          'three items fetched',
          ann({ Select: 'ALL_ATTRIBUTES' }),
          {
            CapacityUnits: 2,
            Table: { CapacityUnits: 1.5 },
            LocalSecondaryIndexes: { 'by-score': { CapacityUnits: 0.5 } },
          },
        ],
      ];
      for (const [title, input, units] of cases) {
        test(title, async () => {
          const { ConsumedCapacity } = await api.call('Query', {
            ...input,
            ReturnConsumedCapacity: 'INDEXES',
          });
          expect(ConsumedCapacity).toEqual({ TableName: 'games', ...units });
        });
      }

      test('an index in the sum alone where that is asked for', async () => {
        const { ConsumedCapacity } = await api.call(
          'Query',
          ann({ Select: 'ALL_ATTRIBUTES', ReturnConsumedCapacity: 'TOTAL' }),
        );
        expect(ConsumedCapacity).toEqual({ TableName: 'games', CapacityUnits: 2 });
      });
    });
  });
}
