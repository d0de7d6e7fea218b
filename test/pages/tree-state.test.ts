import { expect, test } from 'vitest';
import { emptyHead } from '../../src/pages/head.ts';
import { isInFlight, newTreeChange, newTreeState } from '../../src/pages/tree-state.ts';
import { newCipher, value } from './support.ts';

test('pages that a commit under way writes or deletes are in flight, and no others', () => {
  const tree = newTreeState(1, newCipher(), emptyHead());
  expect([1, 2, 3, 4].map((page) => isInFlight(tree, page))).toEqual([false, false, false, false]);
  const heads = { base: emptyHead(), head: emptyHead() };
  const change = newTreeChange({ ...heads, evictions: 0, settled: Promise.resolve() });
  change.pages.set(1, value(1));
  change.overflow.set(2, value(1));
  change.deletes.add(3);
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
