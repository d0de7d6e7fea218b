import { beforeEach, describe, expect, test } from 'vitest';
import { examinedMax } from '../../../src/tables/stream/open-stream.ts';
import { shardId } from '../../../src/tables/stream/shard.ts';
import { user } from '../../support/embedded-kms.ts';
import { refusalOf } from '../../support/refusal.ts';
import { hourMs, idOf, StreamedTable } from './support.ts';

let orders: StreamedTable;
beforeEach(async () => {
  orders = await StreamedTable.open();
});

const trimmed = 'StreamTrimmed: The operation attempted to read past the oldest stream record in a shard.';

describe('a page of records', () => {
  test('is as long as asked for, and leads to the next', async () => {
    for (const id of ['a', 'b', 'c']) await orders.put(id, 1);
    const stream = await orders.stream();
    const first = await stream.read({ shard: 1, sequence: 1, atHorizon: true }, 2);
    expect(first.records.map(idOf)).toEqual(['a', 'b']);
    expect(first.next).toEqual({ shard: 1, sequence: 4, atHorizon: false });
    const second = await stream.read({ shard: 1, sequence: 4, atHorizon: false }, 2);
    expect(second.records.map(idOf)).toEqual(['c']);
    const third = await stream.read({ shard: 1, sequence: 5, atHorizon: false }, 2);
    expect(third).toEqual({ records: [], next: { shard: 1, sequence: 5, atHorizon: false } });
  });

  test('of a closed shard has no next one behind its end', async () => {
    await orders.put('a', 1);
    orders.opened.clock.advance(5 * hourMs);
    await orders.put('b', 1);
    const stream = await orders.stream();
    const { records, next } = await stream.read({ shard: 1, sequence: 1, atHorizon: true }, 10);
    expect([records.map(idOf), next]).toEqual([['a'], undefined]);
  });

  test('behind records that are a day old is refused, but not one from the horizon', async () => {
    await orders.put('a', 1);
    orders.opened.clock.advance(2 * hourMs);
    await orders.put('b', 1);
    orders.opened.clock.advance(23 * hourMs);
    const stream = await orders.stream();
    const from = (atHorizon: boolean) => stream.read({ shard: 1, sequence: 1, atHorizon }, 10);
    expect((await from(true)).records.map(idOf)).toEqual(['b']);
    expect(await refusalOf(() => from(false))).toBe(trimmed);
    await orders.opened.tables.streams.trim();
    expect((await from(true)).records.map(idOf)).toEqual(['b']);
    expect(await refusalOf(() => from(false))).toBe(trimmed);
  });

  test('behind the end of a shard that was drained is empty, whatever was taken away', async () => {
    await orders.put('a', 1);
    orders.opened.clock.advance(4 * hourMs);
    await orders.put('b', 1);
    orders.opened.clock.advance(20 * hourMs);
    const stream = await orders.stream();
    await orders.opened.tables.streams.trim();
    expect(await stream.read({ shard: 1, sequence: 3, atHorizon: false }, 10)).toEqual({
      records: [],
      next: undefined,
    });
  });

  test('looks at a bounded number of records that are too old, and the next one goes on', async () => {
    const ids = Array.from({ length: examinedMax }, (_, index) => `${index}`);
    await Promise.all(ids.map((id) => orders.put(id, 1)));
    orders.opened.clock.advance(2 * hourMs);
    await orders.put('new', 1);
    orders.opened.clock.advance(22 * hourMs);
    const stream = await orders.stream();
    const { records, next } = await stream.read({ shard: 1, sequence: 1, atHorizon: true }, 10);
    expect([records, next?.sequence, next?.atHorizon]).toEqual([[], examinedMax + 2, true]);
    const second = next && (await stream.read(next, 10));
    expect(second?.records.map(idOf)).toEqual(['new']);
  });

  test('of a shard that has gone is refused', async () => {
    const stream = await orders.stream();
    expect(await refusalOf(() => stream.read({ shard: 9, sequence: 1, atHorizon: true }, 1))).toBe(trimmed);
  });
});

test('a record that is a day old, or was taken away, is told from one that is there', async () => {
  await orders.put('a', 1);
  orders.opened.clock.advance(25 * hourMs);
  await orders.put('b', 1);
  const stream = await orders.stream();
  expect(await refusalOf(() => stream.refuseTrimmed(2))).toBe(trimmed);
  await orders.opened.tables.streams.trim();
  expect(await refusalOf(() => stream.refuseTrimmed(2))).toBe(trimmed);
  // The second shard took the number 3 for itself.
  expect(await refusalOf(() => stream.refuseTrimmed(4))).toBe('answered');
});

test('a shard is found by its id, and one that is not there is not', async () => {
  const stream = await orders.stream();
  const [open] = await stream.shards();
  expect(open && (await stream.shard(shardId(open)))).toEqual(open);
  expect(await stream.shard('shardId-00000000000000000000-00000001')).toBeUndefined();
});

test('the open shard of a stream that was disabled counts as closed', async () => {
  await orders.put('a', 1);
  const arn = await orders.arn();
  await orders.opened.tables.changeStream(user, 'orders', 'off');
  const stream = await orders.stream(arn);
  const [shard] = await stream.shards();
  expect(shard?.end).toEqual({ last: 2, closedAtMs: orders.opened.clock.nowMs() });
  const { records, next } = await stream.read({ shard: 1, sequence: 1, atHorizon: true }, 10);
  expect([records.map(idOf), next]).toEqual([['a'], undefined]);
});
