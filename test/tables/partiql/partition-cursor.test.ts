import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ChainedCursor, MergedCursor } from '../../../src/tables/partiql/partition-cursor.ts';
import type { ItemCursor, StoredItem } from '../../../src/tables/table.ts';
import { item, N, S } from '../support.ts';

const by = { name: 'n', type: 'N' } as const;

/** Items of one partition with these numbers; `later` answers with promises. */
function cursorOf(partition: string, numbers: readonly number[], later: boolean): ItemCursor {
  const items = numbers.map((n): StoredItem => ({ item: item({ p: S(partition), n: N(n) }), itemBytes: 1 }));
  const next = () => items.shift();
  return { next: later ? async () => next() : next };
}

async function all(cursor: ItemCursor): Promise<string[]> {
  const seen: string[] = [];
  for (;;) {
    const next = await cursor.next();
    if (next === undefined) return seen;
    const [p, n] = ['p', 'n'].map((name) => Object.values(next.item.get(name) ?? {}).join());
    seen.push(`${p}${n}`);
  }
}

for (const later of [false, true]) {
  describe(`several ranges ${later ? 'later' : 'at once'}`, () => {
    const cases: [number[][], string[], string[]][] = [
      [[], [], []],
      [[[]], [], []],
      [[[1, 2]], ['a1', 'a2'], ['a1', 'a2']],
      [
        [[1, 3], [], [2, 3, 4]],
        ['a1', 'a3', 'c2', 'c3', 'c4'],
        ['a1', 'c2', 'a3', 'c3', 'c4'],
      ],
      [
        [[2], [1], [2]],
        ['a2', 'b1', 'c2'],
        ['b1', 'a2', 'c2'],
      ],
    ];
    for (const [partitions, chained, merged] of cases) {
      const cursors = () => partitions.map((numbers, index) => cursorOf('abc'.charAt(index), numbers, later));
      test(`follow one another: ${JSON.stringify(partitions)}`, async () => {
        const cursor = new ChainedCursor(cursors());
        expect(await all(cursor)).toEqual(chained);
        expect(await cursor.next()).toBeUndefined();
      });
      test(`are merged: ${JSON.stringify(partitions)}`, async () => {
        const cursor = new MergedCursor(cursors(), { by, backwards: false });
        expect(await all(cursor)).toEqual(merged);
        expect(await cursor.next()).toBeUndefined();
      });
    }

    test('are merged backwards', async () => {
      const cursors = [cursorOf('a', [3, 1], later), cursorOf('b', [3, 2], later)];
      expect(await all(new MergedCursor(cursors, { by, backwards: true }))).toEqual(['a3', 'b3', 'b2', 'a1']);
    });

    test('merged are all of them, in order', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(fc.array(fc.nat(20)), { maxLength: 5 }), async (lists) => {
          const sorted = lists.map((list) => list.toSorted((one, other) => one - other));
          const cursors = sorted.map((numbers) => cursorOf('', numbers, later));
          expect((await all(new MergedCursor(cursors, { by, backwards: false }))).map(Number)).toEqual(
            lists.flat().toSorted((one, other) => one - other),
          );
        }),
      );
    });
  });
}
