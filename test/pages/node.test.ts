import { describe, expect, test } from 'vitest';
import { nodeCapacityBytes, plainPageBytes, refBytes, slotBytes } from '../../src/pages/layout.ts';
import {
  cellAt,
  cellBytes,
  cellCount,
  cellKey,
  cellsOf,
  childIndex,
  childIndexBelow,
  fillNode,
  freeBytes,
  hasKey,
  initNode,
  insertCell,
  isSoundNode,
  lowerBound,
  nodeLevel,
  removeCell,
  valueAt,
  valueBytes,
} from '../../src/pages/node.ts';
import { innerOf, leafCell, leafOf } from './nodes.ts';
import { generator, hex, key, value } from './support.ts';

const nothing = new Uint8Array();
const bytes = (...list: number[]) => Uint8Array.of(...list);

function keysOf(node: Uint8Array): string[] {
  return Array.from({ length: cellCount(node) }, (_, i) => hex(cellKey(node, cellAt(node, i))));
}

describe('finding', () => {
  const leaf = leafOf(
    [bytes(2), bytes(2, 0), bytes(2, 1), bytes(4), bytes(4, 255)].map((k) => [k, nothing] as const),
  );
  const cases: [number[], number, boolean][] = [
    [[], 0, false],
    [[1], 0, false],
    [[2], 0, true],
    [[2, 0], 1, true],
    [[2, 0, 0], 2, false],
    [[2, 1], 2, true],
    [[3], 3, false],
    [[4], 3, true],
    [[4, 254], 4, false],
    [[4, 255], 4, true],
    [[4, 255, 0], 5, false],
    [[255], 5, false],
  ];
  for (const [sought, index, found] of cases) {
    test(`[${sought}] belongs at ${index} of a leaf and is ${found ? '' : 'not '}there`, () => {
      expect(lowerBound(leaf, bytes(...sought))).toBe(index);
      expect(hasKey(leaf, index, bytes(...sought))).toBe(found);
    });
  }

  const ref = new Uint8Array(refBytes);
  const inner = innerOf(1, [
    [nothing, ref],
    [bytes(5), ref],
    [bytes(5, 5), ref],
    [bytes(9), ref],
  ]);
  const children: [number[], number, number][] = [
    [[], 0, 0],
    [[0], 0, 0],
    [[4, 9], 0, 0],
    [[5], 1, 0],
    [[5, 0], 1, 1],
    [[5, 5], 2, 1],
    [[8], 2, 2],
    [[9], 3, 2],
    [[255], 3, 3],
  ];
  for (const [sought, child, childBelow] of children) {
    test(`[${sought}] is below child ${child} of an inner node, the last keys before it below ${childBelow}`, () => {
      expect(childIndex(inner, bytes(...sought))).toBe(child);
      expect(childIndexBelow(inner, bytes(...sought))).toBe(childBelow);
    });
  }

  test('without a bound the last keys are below the last child', () => {
    expect(childIndexBelow(inner, undefined)).toBe(3);
  });
});

describe('inserting and removing', () => {
  test('an empty node is sound and has all its room', () => {
    const node = value(plainPageBytes);
    initNode(node, 3);
    expect([nodeLevel(node), cellCount(node), freeBytes(node), isSoundNode(node)]).toEqual([
      3,
      0,
      nodeCapacityBytes,
      true,
    ]);
  });

  test('a cell goes in to the last byte of room and not beyond, and the node stays as it was', () => {
    const node = leafOf([[key(1), value(4000)]]);
    const room = freeBytes(node);
    const before = node.slice();
    expect(insertCell(node, 1, leafCell(key(2), value(room - slotBytes - 8 + 1)))).toBe(false);
    expect(node).toEqual(before);
    expect(insertCell(node, 1, leafCell(key(2), value(room - slotBytes - 8)))).toBe(true);
    expect([freeBytes(node), isSoundNode(node)]).toEqual([0, true]);
    expect(valueBytes(node, cellAt(node, 0))).toBe(4000);
  });

  test('what was removed leaves no byte behind, whether it was last in or not', () => {
    for (const index of [0, 1, 2]) {
      const node = leafOf([1, 2, 3].map((n) => [key(n), value(100, 0xd0 + n)] as const));
      removeCell(node, index);
      expect(node.includes(0xd1 + index)).toBe(false);
      expect(keysOf(node)).toEqual([1, 2, 3].filter((n) => n !== index + 1).map((n) => hex(key(n))));
    }
  });

  test('a node keeps its order and counts its room through any inserts and removals', () => {
    const seed = Math.floor(Math.random() * 2 ** 31);
    const random = generator(seed);
    const node = new Uint8Array(plainPageBytes);
    initNode(node, 0);
    const model = new Map<string, Uint8Array>();
    for (let step = 0; step < 3000; step++) {
      const k = key(Math.floor(random() * 60), 4 + Math.floor(random() * 3));
      const index = lowerBound(node, k);
      if (hasKey(node, index, k)) {
        removeCell(node, index);
        model.delete(hex(k));
      } else {
        const v = value(Math.floor(random() * 400), step);
        if (insertCell(node, index, leafCell(k, v))) model.set(hex(k), v);
        else expect(freeBytes(node)).toBeLessThan(slotBytes + 4 + k.length + v.length);
      }
      expect(isSoundNode(node), `seed ${seed}`).toBe(true);
    }
    expect(keysOf(node), `seed ${seed}`).toEqual([...model.keys()].sort());
    let used = 0;
    for (let i = 0; i < cellCount(node); i++) {
      const cell = cellAt(node, i);
      const at = valueAt(node, cell);
      expect(node.slice(at, at + valueBytes(node, cell))).toEqual(model.get(hex(cellKey(node, cell))));
      used += cellBytes(node, cell) + slotBytes;
    }
    expect(freeBytes(node)).toBe(nodeCapacityBytes - used);
  });

  test('cells move from one node to another as they are', () => {
    const from = leafOf([1, 2, 3].map((n) => [key(n), value(n)] as const));
    const to = new Uint8Array(plainPageBytes);
    fillNode(to, 0, cellsOf(from).slice(1));
    expect(keysOf(to)).toEqual([key(2), key(3)].map(hex));
  });

  test('cells that do not fit are a bug', () => {
    const cells = [1, 2, 3].map((n) => leafCell(key(n), value(2700)));
    expect(() => fillNode(new Uint8Array(plainPageBytes), 0, cells)).toThrow();
    expect(() => removeCell(leafOf([]), 0)).toThrow('only a cell that is there');
  });
});
