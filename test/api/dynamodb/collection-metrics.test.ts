import { beforeEach, describe, expect, test } from 'vitest';
import { collectionMetrics } from '../../../src/api/dynamodb/collection-metrics.ts';
import type { OpenTable } from '../../../src/tables/table.ts';
import { item, S as text } from '../../tables/support.ts';
import { gamesApi } from './games.ts';
import { type Api, type Json, S } from './support.ts';

const TableName = 'games';
const key = { player: S('ann'), game: S('g9') };
const metrics = { ItemCollectionKey: { player: S('ann') }, SizeEstimateRangeGB: [0, 1] };

describe('the size of a collection is told', () => {
  let api: Api;
  beforeEach(async () => {
    api = await gamesApi();
  });

  const cases: [string, Json][] = [
    ['PutItem', { Item: key }],
    ['UpdateItem', { Key: key }],
    ['DeleteItem', { Key: key }],
  ];
  for (const [operation, input] of cases) {
    test(`by ${operation}, where it is asked for`, async () => {
      const ReturnItemCollectionMetrics = 'SIZE';
      expect(await api.call(operation, { TableName, ...input, ReturnItemCollectionMetrics })).toEqual({
        ItemCollectionMetrics: metrics,
      });
      expect(await api.call(operation, { TableName, ...input })).toEqual({});
    });
  }

  test('by BatchWriteItem of each write, as the example of AWS has it', async () => {
    const put = (player: string, game: string) => ({
      PutRequest: { Item: { player: S(player), game: S(game) } },
    });
    const RequestItems = { games: [put('ann', 'a'), put('ann', 'b'), put('bob', 'a')] };
    const answer = await api.call('BatchWriteItem', { RequestItems, ReturnItemCollectionMetrics: 'SIZE' });
    const ofBob = { ...metrics, ItemCollectionKey: { player: S('bob') } };
    expect(answer).toEqual({
      UnprocessedItems: {},
      ItemCollectionMetrics: { games: [metrics, metrics, ofBob] },
    });
    expect(await api.call('BatchWriteItem', { RequestItems })).toEqual({ UnprocessedItems: {} });
  });
});

describe('a range of gigabytes', () => {
  const gigabyte = 2 ** 30;
  const cases: [number | undefined, readonly [number, number] | undefined][] = [
    [0, [0, 1]],
    [gigabyte - 1, [0, 1]],
    [gigabyte, [1, 2]],
    [9.5 * gigabyte, [9, 10]],
    [undefined, undefined],
  ];
  for (const [bytes, range] of cases) {
    test(`of ${bytes} bytes is ${range}`, async () => {
      const table = {
        keySchema: { hash: { name: 'pk', type: 'S' } },
        collectionBytes: () => bytes,
      } satisfies Pick<OpenTable, 'keySchema' | 'collectionBytes'>;
      const found = await collectionMetrics(
        { ReturnItemCollectionMetrics: 'SIZE' },
        table,
        item({ pk: text('a') }),
      );
      expect(found?.SizeEstimateRangeGB).toEqual(range);
    });
  }
});
