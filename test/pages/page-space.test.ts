import { expect, test } from 'vitest';
import { copyHead, emptyHead } from '../../src/pages/head.ts';
import { PageBuffers } from '../../src/pages/page-cache.ts';
import { allocatePage, freePage } from '../../src/pages/page-space.ts';
import { newTreeChange, newTreeState } from '../../src/pages/tree-state.ts';
import { pageIdsMax } from '../../src/store/page-store.ts';
import { newCipher } from './support.ts';

function changing(nextPageId: number) {
  const base = { ...emptyHead(), nextPageId, pages: nextPageId - 1 };
  const change = newTreeChange({ base, head: copyHead(base), evictions: 0, settled: Promise.resolve() });
  return { tree: newTreeState(1, newCipher(), base), change, buffers: new PageBuffers() };
}

test('new ids follow each other, and the head counts them', () => {
  const { tree, change } = changing(5);
  expect([1, 2, 3].map(() => allocatePage(tree, change))).toEqual([5, 6, 7]);
  expect(change.head).toMatchObject({ nextPageId: 8, pages: 7 });
});

test('an id that is free again is used before a new one, and its page is then not deleted', () => {
  const { tree, change, buffers } = changing(5);
  freePage(tree, change, 3, buffers);
  expect([...change.deletes]).toEqual([3]);
  expect(allocatePage(tree, change)).toBe(3);
  expect([...change.deletes]).toEqual([]);
  expect(allocatePage(tree, change)).toBe(5);
});

test('a page that this change made and freed leaves the store alone, its buffer wiped', () => {
  const { tree, change, buffers } = changing(5);
  const id = allocatePage(tree, change);
  const bytes = buffers.take().fill(7);
  change.pages.set(id, bytes);
  freePage(tree, change, id, buffers);
  expect([change.pages.size, change.deletes.size, change.head.pages]).toEqual([0, 0, 4]);
  expect(bytes.every((byte) => byte === 0)).toBe(true);
});

test('of a buffer that may come back as another node nothing is remembered', () => {
  const { tree, change, buffers } = changing(5);
  const id = allocatePage(tree, change);
  const bytes = buffers.take();
  change.pages.set(id, bytes);
  change.reshaped.add(bytes);
  change.changedRefs.set(bytes, [40]);
  freePage(tree, change, id, buffers);
  expect(buffers.take()).toBe(bytes);
  expect([change.reshaped.has(bytes), change.changedRefs.has(bytes)]).toEqual([false, false]);
});

test('a tree that has given out all ids is full', () => {
  const { tree, change } = changing(pageIdsMax - 1);
  expect(allocatePage(tree, change)).toBe(pageIdsMax - 1);
  expect(() => allocatePage(tree, change)).toThrow('fewer pages than ids');
});
