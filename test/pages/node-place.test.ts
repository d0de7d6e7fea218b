import { describe, expect, test } from 'vitest';
import { cellCount, nodeLevel } from '../../src/pages/node.ts';
import { type NodePlace, placeAt } from '../../src/pages/node-place.ts';
import { PageCache } from '../../src/pages/page-cache.ts';
import { PageSource } from '../../src/pages/page-source.ts';
import { PageSealer } from '../../src/pages/sealed-page.ts';
import { newTreeState } from '../../src/pages/tree-state.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import { answeringLater, key, treeOf } from './support.ts';

for (const [how, wrap] of [
  ['at once', <T>(store: T) => store],
  ['later', answeringLater],
] as const) {
  describe(`the place of a node, over a store that answers ${how}`, () => {
    /** A tree of three levels that nothing is cached of. */
    async function uncached(entries = 4_000) {
      const { store, cipher, tree } = await treeOf(entries, 1_000);
      const sealer = new PageSealer(store.storeId, new VirtualClock());
      const source = new PageSource(wrap(store), sealer, new PageCache(0));
      return { source, tree: newTreeState(1, cipher, tree.state.committed) };
    }

    for (const [level, depth] of [
      [0, 3],
      [1, 2],
      [2, 1],
    ] as const) {
      test(`leads to each node of level ${level} once, from one to the next`, async () => {
        const { source, tree } = await uncached();
        const nodes = new Set<number | undefined>();
        let entries = 0;
        let next: Uint8Array | undefined = key(0);
        while (next !== undefined) {
          const take = (node: Uint8Array) => [nodeLevel(node), cellCount(node)] as const;
          const found: NodePlace<readonly [number, number]> = await placeAt(source, {
            ...{ tree, key: next, level, take },
          });
          expect([found.path.length, found.taken[0]]).toEqual([depth, level]);
          expect(nodes.has(found.path.at(-1))).toBe(false);
          nodes.add(found.path.at(-1));
          entries += found.taken[1];
          next = found.next;
        }
        if (level === 0) expect(entries).toBe(4_000);
        // Each but the root is somebody's child.
        else expect(entries).toBe(await countOf(level - 1));
      });
    }

    async function countOf(level: number): Promise<number> {
      const { source, tree } = await uncached();
      let count = 0;
      let next: Uint8Array | undefined = key(0);
      for (; next !== undefined; count++) {
        ({ next } = await placeAt(source, { tree, key: next, level, take: () => {} }));
      }
      return count;
    }

    test('is the root’s where that is a leaf', async () => {
      const { source, tree } = await uncached(3);
      const found = await placeAt(source, { tree, key: key(1), level: 1, take: nodeLevel });
      expect([found.path.length, found.taken, found.next]).toEqual([1, 0, undefined]);
    });
  });
}
