import { describe, expect, test } from 'vitest';
import { AssertionFault } from '../../src/base/errors.ts';
import { pageIdsMax, treesMax } from '../../src/store/page-store.ts';
import { headStride, packChange, placeOf, putStride, tablesOf } from '../../src/store/sqlite-change.ts';
import { body, change, head, put } from './support.ts';

describe('the place of a page', () => {
  for (const [tree, id, place] of [
    [0, 0, 0],
    [0, pageIdsMax - 1, pageIdsMax - 1],
    [1, 0, pageIdsMax],
    [treesMax - 1, pageIdsMax - 1, Number.MAX_SAFE_INTEGER],
  ] as const) {
    test(`${id} of tree ${tree} is ${place}`, () => expect(placeOf(tree, id)).toBe(place));
  }

  for (const [tree, id] of [
    [treesMax, 0],
    [-1, 0],
    [0, pageIdsMax],
    [0, -1],
    [Number.NaN, 0],
  ] as const) {
    test(`${id} of tree ${tree} is asked for by no code of ours`, () => {
      expect(() => placeOf(tree, id)).toThrow(AssertionFault);
    });
  }
});

describe('a packed change', () => {
  const whole = change({
    puts: [put(1, 2, 3, 10), put(4, 5, 6, 0), put(7, 8, 9, 70_000)],
    heads: [head(1, 2)],
    deletes: [{ tree: 3, id: 1 }],
    drops: [{ tree: 5, expected: 6 }],
  });

  test('holds every number and body of the change', () => {
    const packed = packChange(whole, undefined);
    const { arena } = packed;
    const { puts, heads, deletes, drops } = tablesOf(packed);
    const bytesAt = (offset = 0, length = 0) => [...new Uint8Array(arena, offset, length)];
    for (const [index, { tree, id, version, body: bytes }] of whole.puts.entries()) {
      const [place, packedVersion, offset, length] = puts.subarray(index * putStride);
      expect([place, packedVersion]).toEqual([placeOf(tree, id), version]);
      expect(bytesAt(offset, length)).toEqual([...bytes]);
    }
    const [tree, expected, version, offset, length] = heads.subarray(0, headStride);
    expect([tree, expected, version]).toEqual([1, 2, 3]);
    expect(bytesAt(offset, length)).toEqual([...head(1, 2).body]);
    expect([[...deletes], [...drops]]).toEqual([[placeOf(3, 1)], [5, 6]]);
  });

  test('is a copy: its bodies can be used again', () => {
    const page = put(1, 1);
    const { arena } = packChange(change({ puts: [page] }), undefined);
    page.body.fill(0);
    expect([...new Uint8Array(arena, 32, 100)]).toEqual([...put(1, 1).body]);
  });

  test('uses a spare arena where it is long enough for numbers and bodies, and only then', () => {
    const spare = new ArrayBuffer(1032);
    expect(packChange(change({ puts: [put(1, 1, 1, 1000)] }), spare).arena).toBe(spare);
    const longer = packChange(change({ puts: [put(1, 1, 1, 1001)] }), spare).arena;
    expect(longer).not.toBe(spare);
    expect(longer.byteLength).toBeGreaterThan(1032);
  });

  test('writes over all of what a spare arena held before', () => {
    const spare = new ArrayBuffer(100_000);
    new Uint8Array(spare).fill(0xff);
    const packed = packChange(whole, spare);
    expect(packed.arena).toBe(spare);
    expect(tablesOf(packed)).toEqual(tablesOf(packChange(whole, undefined)));
  });

  test('travels with its arena alone', () => {
    const packed = packChange(whole, undefined);
    const moved = structuredClone(packed, { transfer: [packed.arena] });
    expect([...tablesOf(moved).drops]).toEqual([5, 6]);
    expect(packed.arena.byteLength).toBe(0);
  });

  test('refuses a page that no store has', () => {
    const beyond = { tree: treesMax, id: 0, version: 1, body: body(1) };
    expect(() => packChange(change({ puts: [beyond] }), undefined)).toThrow(AssertionFault);
    expect(() => packChange(change({ deletes: [beyond] }), undefined)).toThrow(AssertionFault);
  });
});
