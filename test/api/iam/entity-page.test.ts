import { expect, test } from 'vitest';
import { entityPage, isUnder } from '../../../src/api/iam/entity-page.ts';
import { refusalOf } from '../../support/refusal.ts';

const page = (items: readonly string[], input: { Marker?: string; MaxItems?: number } = {}) =>
  entityPage(items, (item) => item, input);

test('a list is told in order, each item once, however long its pages are', () => {
  const items = ['d', 'b', 'é', 'a', 'c'];
  for (const MaxItems of [1, 2, 3, 4, 5, 6]) {
    const told: string[] = [];
    let Marker: string | undefined;
    do {
      const { items: taken, frame } = page(items, { MaxItems, ...(Marker === undefined ? {} : { Marker }) });
      expect(taken.length).toBeLessThanOrEqual(MaxItems);
      told.push(...taken);
      Marker = frame.Marker;
      expect(frame.IsTruncated).toBe(Marker !== undefined);
    } while (Marker !== undefined);
    expect(told).toEqual(['a', 'b', 'c', 'd', 'é']);
  }
});

test('a hundred are told where nobody says how many, and none where there are none', () => {
  const many = Array.from({ length: 101 }, (_, index) => `n${String(index).padStart(3, '0')}`);
  expect(page(many).items).toHaveLength(100);
  expect(page([])).toEqual({ items: [], frame: { IsTruncated: false } });
});

test('a marker that is none is refused', async () => {
  for (const Marker of ['', 'x', '!!', 'YQ']) {
    expect(await refusalOf(() => page(['a'], { Marker }))).toBe('Validation: Invalid Marker');
  }
});

test('a path holds what lies below it', () => {
  expect(isUnder({ path: '/a/b/' }, {})).toBe(true);
  expect(isUnder({ path: '/a/b/' }, { PathPrefix: '/a/' })).toBe(true);
  expect(isUnder({ path: '/ab/' }, { PathPrefix: '/a/' })).toBe(false);
});
