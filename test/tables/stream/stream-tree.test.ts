import { describe, expect, test } from 'vitest';
import { compareBytes } from '../../../src/base/bytes.ts';
import { IntegrityFault } from '../../../src/base/errors.ts';
import type { Shard } from '../../../src/tables/stream/shard.ts';
import {
  decodePosition,
  decodeShard,
  encodePosition,
  encodeShard,
  positionKey,
  recordKey,
  rolled,
  sequenceOfKey,
  shardKey,
  shardRange,
} from '../../../src/tables/stream/stream-tree.ts';

const closed: Shard = {
  number: 3,
  openedAtMs: 1_700_000_000_000,
  first: 2 ** 40,
  parent: { number: 2, openedAtMs: 1_600_000_000_000 },
  end: { last: 2 ** 41, closedAtMs: 1_700_000_000_001 },
};
const open: Shard = { ...closed, parent: undefined, end: undefined };

test('the keys of a stream come in the order position, shards, records', () => {
  const keys = [
    positionKey,
    shardKey(1),
    shardKey(256),
    recordKey(1),
    recordKey(256),
    recordKey(2 ** 48),
    recordKey(Number.MAX_SAFE_INTEGER),
  ];
  expect(keys.toSorted(compareBytes)).toEqual(keys);
  expect(compareBytes(shardKey(0), shardRange.from)).toBeGreaterThan(0);
  expect(compareBytes(shardKey(2 ** 32 - 1), shardRange.to)).toBeLessThan(0);
});

for (const sequence of [0, 1, 255, 2 ** 48 - 1, 2 ** 48, Number.MAX_SAFE_INTEGER]) {
  test(`the sequence number ${sequence} comes back from its key`, () => {
    expect(sequenceOfKey(recordKey(sequence))).toBe(sequence);
  });
}

test('a key of anything else has no sequence number', () => {
  for (const key of [positionKey, shardKey(1), recordKey(1).slice(1)]) {
    expect(() => sequenceOfKey(key)).toThrow(IntegrityFault);
  }
});

for (const [name, shard] of [
  ['closed', closed],
  ['open', open],
] as const) {
  test(`a shard that is ${name} comes back from its bytes`, () => {
    expect(decodeShard(encodeShard(shard))).toEqual(shard);
  });
}

describe('a position', () => {
  const position = { next: 2 ** 41, trimmed: 5, recordCount: 6, shard: open };

  test('comes back from its bytes', () => {
    expect(decodePosition(encodePosition(position), 0)).toEqual(position);
  });

  test('is before the first record where none is stored', () => {
    expect(decodePosition(undefined, 77)).toMatchObject({
      next: 2,
      trimmed: 0,
      recordCount: 0,
      shard: { number: 1, openedAtMs: 77, first: 1 },
    });
  });

  test('of another format, or longer, is refused', () => {
    const bytes = encodePosition(position);
    expect(() => decodePosition(Uint8Array.of(2, ...bytes.slice(1)), 0)).toThrow(IntegrityFault);
    expect(() => decodePosition(Uint8Array.of(...bytes, 0), 0)).toThrow(IntegrityFault);
  });

  test('after a roll is in the child of the shard that was closed', () => {
    const { position: after, closed: before } = rolled(position, 99);
    expect(before.end).toEqual({ last: position.next - 1, closedAtMs: 99 });
    expect(after).toEqual({
      next: position.next + 1,
      trimmed: 5,
      recordCount: 0,
      shard: {
        number: open.number + 1,
        openedAtMs: 99,
        first: position.next,
        parent: { number: open.number, openedAtMs: open.openedAtMs },
        end: undefined,
      },
    });
  });
});
