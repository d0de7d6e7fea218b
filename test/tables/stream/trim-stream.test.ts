import { beforeEach, expect, test } from 'vitest';
import type { Tree } from '../../../src/pages/tree.ts';
import { retentionMs } from '../../../src/tables/stream/stream-state.ts';
import { trimmedMax, trimStream } from '../../../src/tables/stream/trim-stream.ts';
import { hourMs, StreamedTable } from './support.ts';

let orders: StreamedTable;
let isStopped: () => boolean;
beforeEach(async () => {
  isStopped = () => false;
  orders = await StreamedTable.open();
});

/** The open tree of the stream; `trim` trims it as of now. */
async function streamTree(): Promise<{ readonly tree: Tree; readonly trim: () => Promise<number> }> {
  const { engine, keys, clock } = orders.opened;
  const { info } = await orders.stream();
  const { id } = await orders.opened.tables.describe({ ...info, account: '111122223333' }, 'orders');
  const number = info.tree ?? 0;
  const tree = await engine.openTree(number, keys.cipher(id, number));
  const trim = async () => {
    // The key is asked for anew: it was kept for minutes, and hours have passed.
    await orders.stream();
    return trimStream({ engine, tree, stream: info, nowMs: clock.nowMs(), isStopped });
  };
  return { tree, trim };
}

test('records that are a day old are taken away, the others stay', async () => {
  await orders.put('a', 1);
  const { clock } = orders.opened;
  clock.advance(2 * hourMs);
  await orders.put('b', 1);
  clock.advance(22 * hourMs - 1);
  const { tree, trim } = await streamTree();
  await trim();
  const before = tree.stats().entries;
  clock.advance(1);
  await trim();
  expect(tree.stats().entries).toBe(before - 1);
  expect((await orders.ids()).join('')).toBe('b');
});

test('any number of records goes, a bounded number a commit', async () => {
  const ids = Array.from({ length: 2 * trimmedMax + 1 }, (_, index) => `${index}`);
  await Promise.all(ids.map((id) => orders.put(id, 1)));
  const { tree, trim } = await streamTree();
  orders.opened.clock.advance(retentionMs);
  await trim();
  // The position, and the shard that was closed.
  expect(tree.stats().entries).toBe(2);
});

test('it ends after one commit where it is stopped', async () => {
  await Promise.all(Array.from({ length: trimmedMax + 1 }, (_, index) => orders.put(`${index}`, 1)));
  const { tree, trim } = await streamTree();
  orders.opened.clock.advance(retentionMs);
  isStopped = () => true;
  await trim();
  // The position, the shard that was closed, and a record.
  expect(tree.stats().entries).toBe(3);
});

test('a shard without records closes too, and is forgotten a day later', async () => {
  const { tree, trim } = await streamTree();
  orders.opened.clock.advance(4 * hourMs);
  await trim();
  expect(await (await orders.stream()).shards()).toHaveLength(2);
  orders.opened.clock.advance(retentionMs);
  await trim();
  expect(await (await orders.stream()).shards()).toHaveLength(2);
  // The position and the shard that was closed just now: the first one has gone.
  expect(tree.stats().entries).toBe(2);
});

test('what is due next is told: the end of a shard, or the day of the oldest record', async () => {
  const { clock } = orders.opened;
  const { trim } = await streamTree();
  expect(await trim()).toBe(clock.nowMs() + 4 * hourMs);
  await orders.put('a', 1);
  const putMs = clock.nowMs();
  for (let hours = 0; hours < 20; hours += 4) {
    clock.advance(4 * hourMs);
    await trim();
  }
  clock.advance(hourMs);
  expect(await trim()).toBe(putMs + retentionMs);
});
