import { expect, test } from 'vitest';
import type { Item } from '../../src/tables/attribute.ts';
import { encodeKey } from '../../src/tables/tree-key.ts';
import { StreamedTable } from '../tables/stream/support.ts';
import { item, N, S } from '../tables/support.ts';

/** Numbers from a seed, so that a run can be had again. */
function randomOf(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const keyText = (keys: Item) => JSON.stringify([...keys]);

/** The table as its stream tells it, each record checked against the state that it says it changed. */
async function replayed(orders: StreamedTable): Promise<ReadonlyMap<string, Item>> {
  const stream = await orders.stream();
  const state = new Map<string, Item>();
  for (const { number, first } of await stream.shards()) {
    const { records } = await stream.read({ shard: number, sequence: first, atHorizon: true }, 10_000);
    for (const { keys, oldImage, newImage } of records) {
      expect(state.get(keyText(keys))).toEqual(oldImage);
      if (newImage === undefined) state.delete(keyText(keys));
      else state.set(keyText(keys), newImage);
    }
  }
  return state;
}

async function stored(orders: StreamedTable): Promise<ReadonlyMap<string, Item>> {
  const state = new Map<string, Item>();
  const items = (await orders.table()).items({});
  for (let next = await items.next(); next !== undefined; next = await items.next()) {
    const id = next.item.get('id');
    if (id !== undefined) state.set(keyText(new Map([['id', id]])), next.item);
  }
  return state;
}

for (const seed of [1, 2, 3, 4]) {
  test(`the stream is the history of the table, also over crashes and refused writes: seed ${seed}`, async () => {
    const random = randomOf(seed);
    const orders = await StreamedTable.open('NEW_AND_OLD_IMAGES');
    for (let round = 0; round < 12; round++) {
      const table = await orders.table();
      const writes = Array.from({ length: 1 + random(20) }, () => {
        const id = S(`${random(8)}`);
        const kind = random(4);
        return table.write<void>(encodeKey(table.keySchema, item({ id })), () => {
          if (kind === 0) throw new TypeError('refused');
          const next = kind === 1 ? undefined : item({ id, n: N(random(3)) });
          return { next, result: undefined };
        });
      });
      await Promise.allSettled(writes);
      if (random(3) === 0) orders.opened = await orders.opened.restart({ crash: true });
      if (random(4) === 0) orders.opened.clock.advance(3_600_000);
    }
    expect(await replayed(orders)).toEqual(await stored(orders));
  });
}
