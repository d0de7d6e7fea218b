import { expect, test } from 'vitest';
import { PageOffsets } from '../../src/lifecycle/page-offsets.ts';

/** So many pages with odd ids, each ten bytes longer than the one before. */
function offsetsOf(count: number): PageOffsets {
  const offsets = new PageOffsets();
  let from = 100;
  for (let index = 0; index < count; index++) {
    offsets.add(2 * index + 1, from);
    from += 10 * (index + 1);
  }
  offsets.end(from);
  return offsets;
}

for (const count of [0, 1, 2, 1023, 1024, 1025, 3000]) {
  test(`${count} pages are found from where they begin to where the next one does`, () => {
    const offsets = offsetsOf(count);
    expect(offsets.count).toBe(count);
    let from = 100;
    for (let index = 0; index < count; index++) {
      expect(offsets.find(2 * index + 1)).toEqual({ from, to: from + 10 * (index + 1) });
      from += 10 * (index + 1);
    }
    for (const id of [0, 2, 2 * count, 2 * count + 1]) expect(offsets.find(id)).toBeUndefined();
  });
}

test('pages are listed in ascending order, a few at a time', () => {
  const offsets = offsetsOf(5);
  expect(offsets.after(-1, 3)).toEqual([1, 3, 5]);
  expect(offsets.after(5, 3)).toEqual([7, 9]);
  expect(offsets.after(4, 1)).toEqual([5]);
  expect(offsets.after(9, 3)).toEqual([]);
});
