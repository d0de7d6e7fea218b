import { expect, test } from 'vitest';
import { StreamsApi } from './support.ts';

interface Page {
  readonly Records: readonly {
    readonly eventID: string;
    readonly dynamodb: Readonly<Record<string, unknown>>;
  }[];
  readonly NextShardIterator?: string;
}

async function page(api: StreamsApi, ShardIterator: string | undefined, Limit?: number): Promise<Page> {
  const answer: unknown = await api.call('GetRecords', { ShardIterator, Limit });
  return answer as Page;
}

test('a record is as AWS writes it', async () => {
  const api = await StreamsApi.open('NEW_AND_OLD_IMAGES');
  api.orders.opened.clock.advance(999);
  await api.orders.put('a', 1);
  await api.orders.put('a', 2);
  const { Records } = await page(api, await api.iterator());
  expect(Records[1]).toEqual({
    eventID: expect.stringMatching(/^[0-9a-f]{32}$/),
    eventName: 'MODIFY',
    eventVersion: '1.1',
    eventSource: 'aws:dynamodb',
    awsRegion: 'us-east-1',
    dynamodb: {
      ApproximateCreationDateTime: Math.floor(api.orders.opened.clock.nowMs() / 1000),
      Keys: { id: { S: 'a' } },
      NewImage: { id: { S: 'a' }, n: { N: '2' } },
      OldImage: { id: { S: 'a' }, n: { N: '1' } },
      SequenceNumber: '100000000000000000003',
      SizeBytes: 15,
      StreamViewType: 'NEW_AND_OLD_IMAGES',
    },
  });
});

test('a record has the same id whenever it is read, and no other has it', async () => {
  const api = await StreamsApi.open();
  for (const id of ['a', 'b']) await api.orders.put(id, 1);
  const ids = async () => (await page(api, await api.iterator())).Records.map(({ eventID }) => eventID);
  const first = await ids();
  expect(await ids()).toEqual(first);
  expect(new Set(first).size).toBe(2);
});

test('a page has a thousand records at most, and the next one goes on behind it', async () => {
  const api = await StreamsApi.open();
  await Promise.all(Array.from({ length: 1001 }, (_, index) => api.orders.put(`${index}`, 1)));
  const first = await page(api, await api.iterator());
  expect(first.Records).toHaveLength(1000);
  const second = await page(api, first.NextShardIterator);
  expect(second.Records).toHaveLength(1);
  expect((await page(api, second.NextShardIterator)).Records).toEqual([]);
});

test('R-API-1: an iterator that is none, an old one, and a limit too large are refused', async () => {
  const api = await StreamsApi.open();
  const ShardIterator = await api.iterator();
  expect(await api.refusal('GetRecords', { ShardIterator: 'x' })).toBe('Invalid ShardIterator');
  expect(await api.refusal('GetRecords', { ShardIterator, Limit: 1001 })).toBe(
    "1 validation error detected: Value '1001' at 'limit' failed to satisfy constraint: Member must have value less than or equal to 1000",
  );
  api.orders.opened.clock.advance(15 * 60_000 + 1);
  expect(await api.refusal('GetRecords', { ShardIterator })).toMatch(/^IteratorExpired: /);
});
