import { describe, expect, test } from 'vitest';
import { compareBytes } from '../../src/base/bytes.ts';
import {
  nodeCapacityBytes,
  plainPageBytes,
  readU48,
  refBytes,
  slotBytes,
  writeU48,
} from '../../src/pages/layout.ts';
import { type Cell, cellAt, cellKey, fillNode, freeBytes } from '../../src/pages/node.ts';
import {
  canShare,
  cutPoints,
  innerCell,
  keyOf,
  rekeyCell,
  rekeyed,
  sharing,
  shortestSeparator,
} from '../../src/pages/node-split.ts';
import { leafCell } from './nodes.ts';
import { key, value } from './support.ts';

function cellsOfSizes(sizes: readonly number[]): Cell[] {
  return sizes.map((size) => ({ from: value(size), at: 0, size }));
}

const most = nodeCapacityBytes - slotBytes;

describe('a list of cells is cut', () => {
  const cases: [string, number[], boolean, number[]][] = [
    ['into even halves', [1000, 1000, 1000, 1000, 1000, 1000, 1000, 1000, 1000, 1000], false, [5]],
    ['before the new cell at the end of the tree', [2500, 2500, 2500, 2500], true, [3]],
    ['so that what is longest has room', [100, 100, most - 50], false, [2]],
    ['into three where the middle fits neither half', [most / 2, most - 10, most / 2], false, [1, 2]],
    ['evenly by bytes, not by count', [3000, 3000, 1000, 1000, 1000], false, [2]],
  ];
  for (const [name, sizes, appended, cuts] of cases) {
    test(name, () => {
      expect(cutPoints(cellsOfSizes(sizes), appended)).toEqual(cuts);
    });
  }

  test('so that every part fits a node, at all sizes around the boundary', () => {
    for (let middle = most - 40; middle <= most; middle++) {
      for (const side of [10, most / 2 - 3, most / 2, most / 2 + 3]) {
        const sizes = [side, middle, side];
        const cuts = cutPoints(cellsOfSizes(sizes), false);
        const parts = [0, ...cuts].map((cut, i) => sizes.slice(cut, cuts[i] ?? sizes.length));
        for (const part of parts) {
          expect(part.reduce((sum, size) => sum + size + slotBytes, 0)).toBeLessThanOrEqual(
            nodeCapacityBytes,
          );
        }
        expect(parts.flat()).toEqual(sizes);
      }
    }
  });
});

describe('a separator', () => {
  const cases: [number[], number[], number[]][] = [
    [[1], [2], [2]],
    [
      [1, 2, 3],
      [1, 2, 4, 5],
      [1, 2, 4],
    ],
    [[1], [1, 0], [1, 0]],
    [[1], [1, 0, 0, 7], [1, 0]],
    [[], [0], [0]],
    [[1, 255], [2, 0, 0], [2]],
  ];
  for (const [left, right, separator] of cases) {
    test(`between [${left}] and [${right}] is [${separator}]`, () => {
      const between = shortestSeparator(Uint8Array.from(left), Uint8Array.from(right));
      expect([...between]).toEqual(separator);
      expect(compareBytes(Uint8Array.from(left), between)).toBeLessThan(0);
      expect(compareBytes(between, Uint8Array.from(right))).toBeLessThanOrEqual(0);
    });
  }
});

test('a cell that leads to a child carries its reference, also under another key', () => {
  const ref = new Uint8Array(refBytes + 3);
  writeU48(ref, 3, 77);
  const cell = innerCell(key(5), ref, 3);
  expect([...keyOf(cell, 1)]).toEqual([...key(5)]);
  const other = rekeyed(cell, key(6, 9));
  expect([...keyOf(other, 2)]).toEqual([...key(6, 9)]);
  expect([readU48(cell.from, 2), readU48(other.from, 2)]).toEqual([77, 77]);
  expect([...keyOf(leafCell(key(8), value(3)), 0)]).toEqual([...key(8)]);
});

describe('two neighbouring leaves', () => {
  const leaf = (first: number, count: number, bytes: number) =>
    Array.from({ length: count }, (_, n) => leafCell(key(first + n), value(bytes)));

  test('share what they hold evenly, with the shortest key between them', () => {
    const shared = sharing(leaf(0, 8, 1000), leaf(100, 2, 1000));
    expect(shared?.cells).toHaveLength(10);
    expect(shared?.cut).toBe(5);
    expect([...(shared?.key ?? [])]).toEqual([...key(5)]);
  });

  test('share nothing once they hold 92 % of what they can', () => {
    const [one, other] = [leaf(0, 70, 100), leaf(100, 50, 100)].map((cells) => {
      const node = new Uint8Array(plainPageBytes);
      fillNode(node, 0, cells);
      return node;
    }) as [Uint8Array, Uint8Array];
    const room = freeBytes(one) + freeBytes(other) - Math.ceil(2 * nodeCapacityBytes * 0.08);
    expect(canShare(one, other, room - slotBytes)).toBe(true);
    expect(canShare(one, other, room - slotBytes + 1)).toBe(false);
  });
});

test('a cell that leads to a child gets another key where there is room, and else keeps its own', () => {
  const node = new Uint8Array(plainPageBytes);
  const ref = new Uint8Array(refBytes);
  writeU48(ref, 0, 77);
  fillNode(node, 1, [innerCell(key(0), ref, 0), innerCell(key(1), ref, 0), innerCell(key(9, 3100), ref, 0)]);
  expect(rekeyCell(node, 1, key(2, 3100))).toBe(true);
  expect([...cellKey(node, cellAt(node, 1))]).toEqual([...key(2, 3100)]);
  expect(readU48(node, cellAt(node, 1) + 2)).toBe(77);
  const before = node.slice();
  expect(rekeyCell(node, 0, key(0, freeBytes(node) + 5))).toBe(false);
  expect(node).toEqual(before);
  expect(rekeyCell(node, 0, key(0, freeBytes(node) + 4))).toBe(true);
  expect(freeBytes(node)).toBe(0);
});
