import { describe, expect, test } from 'vitest';
import { createFallbackCore } from '../../../src/crypto/fallback-core.ts';
import { ListMarkers } from '../../../src/kms/embedded/list-page.ts';
import { user } from '../../support/embedded-kms.ts';
import { refusalOf } from '../../support/refusal.ts';

const core = createFallbackCore();
const markers = new ListMarkers(core, core.generateKey());
const nameOf = (item: string) => item;
const request = (items: readonly string[], limit: number, marker?: string) => ({
  caller: user,
  list: 'ListThings',
  items,
  nameOf,
  limit,
  marker,
});

describe('a list in pages', () => {
  for (const count of [0, 1, 4, 5, 6, 10, 11]) {
    test(`of five gives all of ${count} once, in order`, () => {
      const items = Array.from({ length: count }, (_, i) => String(i).padStart(3, '0'));
      const seen: string[] = [];
      let marker: string | undefined;
      let pages = 0;
      do {
        const page = markers.page(request([...items].reverse(), 5, marker));
        expect(page.items.length).toBeLessThanOrEqual(5);
        seen.push(...page.items);
        marker = page.nextMarker;
        pages++;
      } while (marker !== undefined);
      expect(seen).toEqual(items);
      expect(pages).toBe(Math.max(1, Math.ceil(count / 5)));
    });
  }

  test('goes on behind an item that was removed meanwhile', () => {
    const { nextMarker } = markers.page(request(['a', 'b', 'c'], 2));
    expect(markers.page(request(['a', 'c', 'd'], 2, nextMarker)).items).toEqual(['c', 'd']);
  });
});

describe('a marker is refused', () => {
  const marker = markers.page(request(['needle', 'z'], 1)).nextMarker ?? '';
  const asks: [string, () => unknown][] = [
    ['that was made up', () => markers.page(request(['a'], 1, 'made up'))],
    ['cut short', () => markers.page(request(['a'], 1, marker.slice(0, -1)))],
    [
      'by another account',
      () => markers.page({ ...request(['a'], 1, marker), caller: { ...user, account: '9' } }),
    ],
    [
      'by another region',
      () => markers.page({ ...request(['a'], 1, marker), caller: { ...user, region: 'x' } }),
    ],
    ['by another list', () => markers.page({ ...request(['a'], 1, marker), list: 'ListOthers' })],
  ];
  for (const [name, ask] of asks) {
    test(name, async () => expect(await refusalOf(ask)).toBe('InvalidMarker'));
  }
  test('for every character changed', async () => {
    for (let at = 0; at < marker.length - 1; at++) {
      const changed = `${marker.slice(0, at)}${marker[at] === 'A' ? 'B' : 'A'}${marker.slice(at + 1)}`;
      expect(await refusalOf(() => markers.page(request(['a'], 1, changed)))).toBe('InvalidMarker');
    }
  });
  test('and tells nothing of what it stands for', () => {
    expect(Buffer.from(marker, 'base64url').includes('needle')).toBe(false);
  });
});
