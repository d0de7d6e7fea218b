import { beforeEach, describe, expect, test } from 'vitest';
import { hourMs } from '../../tables/stream/support.ts';
import type { Json } from '../dynamodb/support.ts';
import { StreamsApi } from './support.ts';

let api: StreamsApi;
beforeEach(async () => {
  api = await StreamsApi.open();
  for (const id of ['a', 'b', 'c']) await api.orders.put(id, 1);
});

const sequence = (number: number) => `1${String(number).padStart(20, '0')}`;

describe('an iterator begins', () => {
  const cases: readonly (readonly [string, Json, object])[] = [
    ['with the oldest record', { ShardIteratorType: 'TRIM_HORIZON' }, { sequence: 1, atHorizon: true }],
    ['behind the newest', { ShardIteratorType: 'LATEST' }, { sequence: 5 }],
    [
      'with a record',
      { ShardIteratorType: 'AT_SEQUENCE_NUMBER', SequenceNumber: sequence(3) },
      { sequence: 3 },
    ],
    [
      'behind a record',
      { ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', SequenceNumber: sequence(3) },
      { sequence: 4 },
    ],
    [
      'with the shard itself',
      { ShardIteratorType: 'AT_SEQUENCE_NUMBER', SequenceNumber: sequence(1) },
      { sequence: 1 },
    ],
  ];
  for (const [title, input, place] of cases) {
    test(title, async () => {
      const { arn, position } = api.iterators.open(await api.iterator(input));
      expect(arn).toBe(api.arn);
      expect(position).toEqual({ shard: 1, atHorizon: false, ...place });
    });
  }
});

describe('R-API-1: an iterator is refused', () => {
  const cases: readonly (readonly [string, Json])[] = [
    [
      'SequenceNumber must be specified with the ShardIteratorType AT_SEQUENCE_NUMBER',
      { ShardIteratorType: 'AT_SEQUENCE_NUMBER' },
    ],
    [
      'SequenceNumber cannot be specified with the ShardIteratorType LATEST',
      { ShardIteratorType: 'LATEST', SequenceNumber: sequence(1) },
    ],
    [
      `Invalid SequenceNumber: ${sequence(5)}`,
      { ShardIteratorType: 'AT_SEQUENCE_NUMBER', SequenceNumber: sequence(5) },
    ],
    [
      `Invalid SequenceNumber: ${'x'.repeat(21)}`,
      { ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', SequenceNumber: 'x'.repeat(21) },
    ],
    [
      "1 validation error detected: Value 'NEWEST' at 'shardIteratorType' failed to satisfy constraint: Member must satisfy enum value set: [AFTER_SEQUENCE_NUMBER, LATEST, AT_SEQUENCE_NUMBER, TRIM_HORIZON]",
      { ShardIteratorType: 'NEWEST' },
    ],
  ];
  for (const [sentence, input] of cases) {
    test(sentence, async () => {
      const place = { StreamArn: api.arn, ShardId: await api.shardId() };
      expect(await api.refusal('GetShardIterator', { ...place, ...input })).toBe(sentence);
    });
  }

  test('for what is no shard, wherever it is asked for', async () => {
    const ShardId = 'adfasdasdasdasdasdasdasdasdasasdasd';
    for (const StreamArn of [api.arn, `${api.arn}0`]) {
      const input = { StreamArn, ShardId, ShardIteratorType: 'LATEST' };
      expect(await api.refusal('GetShardIterator', input)).toBe('Invalid ShardId');
    }
  });

  test('for a shard that is not there', async () => {
    const ShardId = 'shardId-00000000000000000000-00000009';
    const input = { StreamArn: api.arn, ShardId, ShardIteratorType: 'LATEST' };
    expect(await api.refusal('GetShardIterator', input)).toMatch(/^ShardNotFound: .*shardId-0+-00000009/);
  });

  test('for a record that is a day old', async () => {
    const ShardId = await api.shardId();
    const { clock, tables } = api.orders.opened;
    clock.advance(4 * hourMs);
    // Closed now, the shard is seen for a day more, its records for less.
    await tables.streams.trim();
    clock.advance(20 * hourMs);
    const place = { StreamArn: api.arn, ShardId, SequenceNumber: sequence(2) };
    const input = { ...place, ShardIteratorType: 'AFTER_SEQUENCE_NUMBER' };
    expect(await api.refusal('GetShardIterator', input)).toMatch(/^StreamTrimmed: /);
  });
});
