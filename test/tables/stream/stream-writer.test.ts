import { describe, expect, test } from 'vitest';
import { shardAgeMsMax, shardRecordsMax } from '../../../src/tables/stream/shard.ts';
import { decodePosition } from '../../../src/tables/stream/stream-tree.ts';
import { closing, isFull } from '../../../src/tables/stream/stream-writer.ts';
import { answeringLater, CommitCount } from '../../support/wrapped-stores.ts';
import { StreamedTable } from './support.ts';

describe('changes go into the stream', () => {
  for (const [mode, options] of [
    ['pages at once', {}],
    ['pages later', { wrapStore: answeringLater, cacheBytes: 0 }],
  ] as const) {
    test(`in their order, ${mode}`, async () => {
      const orders = await StreamedTable.open('NEW_IMAGE', options);
      await Promise.all(['a', 'b', 'c'].map((id) => orders.put(id, 1)));
      await orders.put('b', 2);
      await orders.put('b', 2);
      await orders.put('x');
      await orders.put('a');
      expect(await orders.ids()).toEqual(['a,b,c,b,a']);
    });
  }

  test('in the commit of the item', async () => {
    const commits = new CommitCount();
    const orders = await StreamedTable.open('NEW_IMAGE', { wrapStore: commits.wrap });
    await orders.put('a', 1);
    const before = commits.value;
    await orders.put('b', 1);
    expect(commits.value - before).toBe(1);
  });

  test('not where the write was refused', async () => {
    const orders = await StreamedTable.open();
    const table = await orders.table();
    const refused = table.write(Uint8Array.of(1), () => {
      throw new TypeError('no');
    });
    await expect(refused).rejects.toThrow('no');
    expect(await orders.ids()).toEqual(['']);
  });
});

describe('a shard is full', () => {
  const position = decodePosition(undefined, 1000);
  const cases: readonly (readonly [string, boolean, boolean])[] = [
    ['after its time', isFull(position, 1000 + shardAgeMsMax), true],
    ['not before', isFull(position, 1000 + shardAgeMsMax - 1), false],
    [
      'with as many records as it may have',
      isFull({ ...position, recordCount: shardRecordsMax }, 1000),
      true,
    ],
    ['not with one less', isFull({ ...position, recordCount: shardRecordsMax - 1 }, 1000), false],
  ];
  for (const [title, full, expected] of cases) {
    test(title, () => {
      expect(full).toBe(expected);
    });
  }

  test('and its record is put beside the position of its child', () => {
    const { position: after, puts } = closing(position, 2000);
    expect(after.shard.number).toBe(2);
    expect(puts).toHaveLength(1);
  });
});

test('a change after the time of a shard is the first in its child', async () => {
  const orders = await StreamedTable.open();
  await orders.put('a', 1);
  orders.opened.clock.advance(shardAgeMsMax);
  await orders.put('b', 1);
  expect(await orders.ids()).toEqual(['a', 'b']);
});
