import { beforeEach, describe, expect, test } from 'vitest';
import { gamesApi } from './games.ts';
import { type Api, type Json, N, S } from './support.ts';

const TableName = 'games';
let api: Api;
beforeEach(async () => {
  api = await gamesApi();
});
const key = { player: S('eve'), game: S('g1') };
const item = { ...key, score: N(1), city: S('Oslo') };
const capacity = (table: number, local: Json, global: Json) => {
  const perIndex = (units: Json) =>
    Object.fromEntries(Object.entries(units).map(([name, CapacityUnits]) => [name, { CapacityUnits }]));
  const sum = [table, ...Object.values(local), ...Object.values(global)].reduce<number>(
    (a, b) => a + Number(b),
    0,
  );
  return {
    TableName,
    CapacityUnits: sum,
    Table: { CapacityUnits: table },
    ...(Object.keys(local).length > 0 && { LocalSecondaryIndexes: perIndex(local) }),
    ...(Object.keys(global).length > 0 && { GlobalSecondaryIndexes: perIndex(global) }),
  };
};

describe('a write reports what it cost the table and its indexes', () => {
  const ReturnConsumedCapacity = 'INDEXES';
  const all = { local: { 'by-score': 1 }, global: { 'by-city': 1, 'by-city-alone': 1 } };

  test('by PutItem: each index that has an entry', async () => {
    const put = async (Item: Json) =>
      (await api.call('PutItem', { TableName, Item, ReturnConsumedCapacity })).ConsumedCapacity;
    expect(await put(item)).toEqual(capacity(1, all.local, all.global));
    expect(await put(item)).toEqual(capacity(1, {}, {}));
    expect(await put({ ...item, rest: S('x') })).toEqual(capacity(1, {}, { 'by-city-alone': 1 }));
    expect(await put({ ...item, score: N(2) })).toEqual(
      capacity(1, { 'by-score': 2 }, { 'by-city': 2, 'by-city-alone': 1 }),
    );
    expect(await put(key)).toEqual(capacity(1, all.local, all.global));
  });

  test('by UpdateItem and DeleteItem', async () => {
    await api.call('PutItem', { TableName, Item: item });
    const update = {
      TableName,
      Key: key,
      UpdateExpression: 'SET city = :c',
      ExpressionAttributeValues: { ':c': S('Rome') },
      ReturnConsumedCapacity,
    };
    expect(await api.call('UpdateItem', update)).toEqual({
      ConsumedCapacity: capacity(1, {}, { 'by-city': 2, 'by-city-alone': 2 }),
    });
    expect(await api.call('DeleteItem', { TableName, Key: key, ReturnConsumedCapacity })).toEqual({
      ConsumedCapacity: capacity(1, all.local, all.global),
    });
  });

  test('by BatchWriteItem in one sum for a table', async () => {
    const requests = [{ PutRequest: { Item: item } }, { PutRequest: { Item: { ...item, game: S('g2') } } }];
    const answer = await api.call('BatchWriteItem', {
      RequestItems: { games: requests },
      ReturnConsumedCapacity,
    });
    expect(answer.ConsumedCapacity).toEqual([
      capacity(2, { 'by-score': 2 }, { 'by-city': 2, 'by-city-alone': 2 }),
    ]);
  });

  test('in one number where the sum is asked for, and not at all where nothing is', async () => {
    const total = await api.call('PutItem', { TableName, Item: item, ReturnConsumedCapacity: 'TOTAL' });
    expect(total).toEqual({ ConsumedCapacity: { TableName, CapacityUnits: 4 } });
    expect(await api.call('PutItem', { TableName, Item: item })).toEqual({});
  });
});
