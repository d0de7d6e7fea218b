import { expect, test } from 'vitest';
import { PageSet } from '../../src/pages/page-set.ts';
import { pageIdsMax } from '../../src/store/page-store.ts';

test('a set has the ids that were added, each once, up to its bound', () => {
  const set = new PageSet(1000);
  const ids = [0, 1, 7, 8, 63, 64, 998, 999];
  for (const id of ids)
    expect([set.has(id), set.add(id), set.add(id), set.has(id)]).toEqual([false, true, false, true]);
  expect(Array.from({ length: 1000 }, (_, id) => id).filter((id) => set.has(id))).toEqual(ids);
});

test('an id beyond the bound is never there and never added', () => {
  const set = new PageSet(9);
  expect(set.has(9)).toBe(false);
  expect(() => set.add(9)).toThrow('within bounds');
  expect(() => new PageSet(pageIdsMax + 1)).toThrow('fewer pages than ids');
});
