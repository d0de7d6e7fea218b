import { expect, test } from 'vitest';
import { emptyHead } from '../../src/pages/head.ts';
import { isInFlight, newTreeState } from '../../src/pages/tree-state.ts';
import { newCipher, value } from './support.ts';

test('pages that a commit under way writes or deletes are in flight, and no others', () => {
  const tree = newTreeState(1, newCipher(), emptyHead());
  expect([1, 2, 3, 4].map((page) => isInFlight(tree, page))).toEqual([false, false, false, false]);
  const change = {
    base: emptyHead(),
    head: emptyHead(),
    pages: new Map([[1, value(1)]]),
    overflow: new Map([[2, value(1)]]),
    deletes: new Set([3]),
    evictions: 0,
    settled: Promise.resolve(),
  };
  // What is only gathered is in no store yet.
  tree.change = change;
  expect([1, 2, 3, 4].map((page) => isInFlight(tree, page))).toEqual([false, false, false, false]);
  tree.flight = change;
  expect([1, 2, 3, 4].map((page) => isInFlight(tree, page))).toEqual([true, true, true, false]);
});

test('a new tree is neither stale nor dropped and has nothing cached', () => {
  const tree = newTreeState(7, newCipher(), emptyHead());
  expect(tree).toMatchObject({ id: 7, stale: false, dropped: false, freeIds: [], epoch: 0 });
  expect(tree.cached.size).toBe(0);
});
