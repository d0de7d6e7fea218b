import { describe, expect, test } from 'vitest';
import { EncodedItem } from '../../../src/tables/encoded-item.ts';
import { encodeItem } from '../../../src/tables/item.ts';
import { decodePast, momentOf } from '../../../src/tables/past/past-entry.ts';
import { PastMoments, PastWriter } from '../../../src/tables/past/past-writer.ts';
import { all, treeOf } from '../../pages/support.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';
import { item, S } from '../support.ts';

const key = Uint8Array.of(7);
const thing = item({ id: S('a') });

async function writerOf(clock: VirtualClock) {
  const small = await treeOf(0, 0);
  return {
    ...small,
    writer: new PastWriter({ tree: small.tree, moments: await PastMoments.after(small.tree, clock) }),
  };
}

describe('the past of a table', () => {
  test('has what each change took away, in order', async () => {
    const clock = new VirtualClock();
    const { engine, tree, writer } = await writerOf(clock);
    const stored = { item: thing, itemBytes: 3 };
    await engine.transact((tx) => writer.follow(tx, { key, old: undefined, next: thing }));
    await engine.transact((tx) =>
      writer.follow(tx, { key, old: new EncodedItem(encodeItem(thing)), next: thing }),
    );
    clock.advance(5);
    await engine.transact((tx) => writer.follow(tx, { key, old: stored, next: undefined }));
    const found = (await all(tree.cursor())).map((entry) => ({
      ...momentOf(entry.key),
      ...decodePast(entry.value),
    }));
    const start = clock.nowMs() - 5;
    expect(found).toEqual([
      { ms: start, number: 0, key, before: undefined },
      { ms: start, number: 1, key, before: thing },
      { ms: start + 5, number: 0, key, before: thing },
    ]);
    expect(writer.check()).toBeUndefined();
  });

  test('goes on behind its last change where it is opened anew, also when the clock was set back', async () => {
    const clock = new VirtualClock();
    const { engine, tree, writer } = await writerOf(clock);
    await engine.transact((tx) => writer.follow(tx, { key, old: undefined, next: thing }));
    const late = clock.nowMs();
    const early = { nowMs: () => late - 1_000, monotonicMs: () => 0, after: clock.after.bind(clock) };
    const moments = await PastMoments.after(tree, early);
    expect([moments.next(), moments.next()]).toEqual([
      { ms: late, number: 1 },
      { ms: late, number: 2 },
    ]);
  });
});
