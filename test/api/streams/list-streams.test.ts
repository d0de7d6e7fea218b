import { beforeEach, describe, expect, test } from 'vitest';
import { user } from '../../support/embedded-kms.ts';
import { definitionOf } from '../../support/open-tables.ts';
import { StreamsApi } from './support.ts';

let api: StreamsApi;
beforeEach(async () => {
  api = await StreamsApi.open();
});

const entry = (arn: string) => ({
  StreamArn: arn,
  TableName: arn.split('/')[1],
  StreamLabel: arn.split('/').at(-1),
});

test('streams are listed page by page, each once', async () => {
  const { tables } = api.orders.opened;
  for (const name of ['alone', 'zoo']) {
    await tables.create(user, definitionOf(name, { kind: 'owned' }, { stream: 'KEYS_ONLY' }));
  }
  const arns = ['alone', 'orders', 'zoo'].map((name) => api.arn.replace('orders', name));
  expect(await api.call('ListStreams', {})).toEqual({ Streams: arns.map(entry) });
  const [first = '', second = '', third = ''] = arns;
  expect(await api.call('ListStreams', { Limit: 2 })).toEqual({
    Streams: [entry(first), entry(second)],
    LastEvaluatedStreamArn: second,
  });
  expect(await api.call('ListStreams', { Limit: 2, ExclusiveStartStreamArn: second })).toEqual({
    Streams: [entry(third)],
  });
});

test('the streams of one table are listed, of one that is not there none', async () => {
  expect(await api.call('ListStreams', { TableName: 'orders' })).toEqual({ Streams: [entry(api.arn)] });
  expect(await api.call('ListStreams', { TableName: 'others' })).toEqual({ Streams: [] });
});

describe('R-API-1: ListStreams refuses', () => {
  for (const [limit, demand] of [
    [0, 'greater than or equal to 1'],
    [101, 'less than or equal to 100'],
  ] as const) {
    test(`a limit of ${limit}`, async () => {
      expect(await api.refusal('ListStreams', { Limit: limit })).toBe(
        `1 validation error detected: Value '${limit}' at 'limit' failed to satisfy constraint: Member must have value ${demand}`,
      );
    });
  }
});
