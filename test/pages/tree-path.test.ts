import { expect, test } from 'vitest';
import { refBytes } from '../../src/pages/layout.ts';
import { isRightmost } from '../../src/pages/tree-path.ts';
import { innerOf, leafOf } from './nodes.ts';
import { key } from './support.ts';

const ref = new Uint8Array(refBytes);
const inner = innerOf(1, [
  [new Uint8Array(), ref],
  [key(5), ref],
]);
const leaf = leafOf([]);

test('a node is the last of its level where it and all above it are last children', () => {
  const path = (upper: number, lower: number) => [
    { node: inner, index: 0 },
    { node: inner, index: upper },
    { node: leaf, index: lower },
  ];
  expect(isRightmost(path(1, 1), 2)).toBe(true);
  expect(isRightmost(path(0, 1), 2)).toBe(false);
  expect(isRightmost(path(1, 0), 2)).toBe(false);
  expect(isRightmost(path(1, 0), 1)).toBe(true);
  expect(isRightmost(path(0, 0), 0)).toBe(true);
});
