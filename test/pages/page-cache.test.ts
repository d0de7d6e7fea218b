import { describe, expect, test } from 'vitest';
import { plainPageBytes } from '../../src/pages/layout.ts';
import { type CachedPages, PageBuffers, PageCache } from '../../src/pages/page-cache.ts';
import { framesMin } from './support.ts';

function isZero(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0);
}

/** A cache of the least size, full of pages 0, 1, … of one tree, none held by the step that begins. */
function fullCache() {
  const cache = new PageCache(0);
  const pages: CachedPages = new Map();
  for (let id = 0; id < framesMin; id++) cache.add(pages, id).fill(id + 1);
  cache.beginStep();
  return { cache, pages };
}

describe('buffers', () => {
  test('are a page long, apart from each other, and wiped when they are given back', () => {
    const buffers = new PageBuffers();
    const taken = Array.from({ length: 130 }, () => buffers.take());
    taken.forEach((bytes, i) => {
      bytes.fill(i + 1);
    });
    expect(
      taken.every((bytes, i) => bytes.length === plainPageBytes && bytes[plainPageBytes - 1] === i + 1),
    ).toBe(true);
    for (const bytes of taken) buffers.giveBack(bytes);
    expect(taken.every(isZero)).toBe(true);
    expect(taken).toContain(buffers.take());
  });
});

describe('a cache', () => {
  test('has as many frames as its bound allows, and never fewer than a step needs', () => {
    expect(new PageCache(0).framesMax).toBe(framesMin);
    expect(new PageCache(1000 * plainPageBytes + 1).framesMax).toBe(1000);
  });

  test('takes the frame of a page that was not read since the hand passed, not that of one that was', () => {
    const { cache, pages } = fullCache();
    for (let id = 0; id < framesMin; id += 2) cache.get(pages, id);
    cache.beginStep();
    for (let n = 0; n < framesMin / 2; n++) cache.add(pages, 1000 + n);
    const kept = [...pages.keys()].filter((id) => id < 1000);
    expect(kept).toEqual(Array.from({ length: framesMin / 2 }, (_, i) => 2 * i));
    expect(cache.cachedBytes).toBe(framesMin * plainPageBytes);
  });

  test('never takes a frame that the step under way has asked for', () => {
    const { cache, pages } = fullCache();
    const held = [0, 1, 2].map((id) => cache.get(pages, id));
    for (let n = 0; n < framesMin - 3; n++) cache.add(pages, 1000 + n).fill(9);
    expect(held.map((bytes) => bytes?.[0])).toEqual([1, 2, 3]);
    expect(() => cache.add(pages, 5000)).toThrow('a step holds fewer frames than the cache has');
    cache.beginStep();
    expect(() => cache.add(pages, 5000)).not.toThrow();
  });

  test('keeps the pages of trees apart', () => {
    const cache = new PageCache(0);
    const [one, two]: CachedPages[] = [new Map(), new Map()];
    if (one === undefined || two === undefined) throw new Error('two trees');
    cache.add(one, 1).fill(1);
    cache.add(two, 1).fill(2);
    cache.evict(one);
    expect([cache.get(one, 1), cache.get(two, 1)?.[0]]).toEqual([undefined, 2]);
    expect(cache.cachedBytes).toBe(plainPageBytes);
  });

  test('caches a page once', () => {
    const { cache, pages } = fullCache();
    expect(() => cache.add(pages, 3)).toThrow('a page is cached once');
  });
});

describe('opened bytes are wiped', () => {
  test('when their page is removed, or its tree evicted', () => {
    const { cache, pages } = fullCache();
    const frames = [...pages.values()];
    cache.remove(pages, 7);
    cache.remove(pages, 7);
    expect(frames.filter(({ bytes }) => isZero(bytes))).toHaveLength(1);
    cache.evict(pages);
    expect(frames.every(({ bytes }) => isZero(bytes))).toBe(true);
    expect([pages.size, cache.cachedBytes]).toEqual([0, 0]);
  });

  test('when the next bytes of their page take their place', () => {
    const { cache, pages } = fullCache();
    const old = cache.get(pages, 4);
    const next = cache.buffers.take().fill(0x44);
    cache.replace(pages, 4, next);
    expect(cache.get(pages, 4)).toBe(next);
    expect(old !== undefined && isZero(old)).toBe(true);
    const fresh = cache.buffers.take().fill(0x55);
    cache.beginStep();
    cache.replace(pages, 9999, fresh);
    expect(cache.get(pages, 9999)).toBe(fresh);
    expect(pages.size).toBe(framesMin);
  });
});
