import { describe, expect, test } from 'vitest';
import {
  inlineValueBytesMax,
  keyBytesMax,
  nodeHeaderBytes,
  plainPageBytes,
  refBytes,
  writeU16,
  writeU32,
} from '../../src/pages/layout.ts';
import { cellAt, initNode } from '../../src/pages/node.ts';
import { childBounds, type NodeBounds, nodeProblem } from '../../src/pages/node-check.ts';
import { innerOf, leafOf } from './nodes.ts';
import { key, value } from './support.ts';

const nothing = new Uint8Array();
const open: NodeBounds = { from: undefined, to: undefined };
const ref = new Uint8Array(refBytes);
const leaf = () => leafOf([key(10), key(11), key(12)].map((k) => [k, value(20)] as const));
const inner = () =>
  innerOf(1, [
    [nothing, ref],
    [key(11), ref],
    [key(12), ref],
  ]);

/** A node with one change made to it. */
function changed(node: Uint8Array, change: (node: Uint8Array) => void): Uint8Array {
  change(node);
  return node;
}

describe('a node is sound', () => {
  const empty = new Uint8Array(plainPageBytes);
  initNode(empty, 0);
  const cases: [string, Uint8Array, number | undefined, NodeBounds][] = [
    ['with its keys in order', leaf(), 0, open],
    ['as a root of any level', inner(), undefined, open],
    ['within its bounds', leaf(), 0, { from: key(10), to: key(13) }],
    ['with longer keys at its bounds', leaf(), 0, { from: key(10), to: key(12, 5) }],
    ['as an inner node within bounds', inner(), 1, { from: key(11), to: key(13) }],
    ['without entries', empty, 0, { from: key(1), to: key(2) }],
  ];
  for (const [name, node, level, bounds] of cases) {
    test(name, () => expect(nodeProblem(node, level, bounds)).toBeUndefined());
  }
});

describe('a node is not sound', () => {
  const moveSlot = (by: number) => (node: Uint8Array) =>
    writeU16(node, nodeHeaderBytes, cellAt(node, 0) + by);
  const noChildren = new Uint8Array(plainPageBytes);
  initNode(noChildren, 1);
  const longKey = leafOf([[value(keyBytesMax + 1), nothing]]);
  const longValue = leafOf([[nothing, value(inlineValueBytesMax + 1)]]);
  const cases: [string, Uint8Array, number | undefined, NodeBounds, string][] = [
    ['of random bytes', value(plainPageBytes, 0x7f), undefined, open, 'is no node'],
    [
      'with cells that begin within its slots',
      changed(leaf(), (n) => writeU16(n, 4, 9)),
      0,
      open,
      'is no node',
    ],
    ['of another level', leaf(), 1, open, 'is of another level than its parent implies'],
    ['without children above leaves', noChildren, 1, open, 'leads nowhere'],
    [
      'with a slot that points outside',
      changed(leaf(), moveSlot(500)),
      0,
      open,
      'has a cell outside the page',
    ],
    [
      'with a slot that points at slots',
      changed(leaf(), (n) => writeU16(n, nodeHeaderBytes, 8)),
      0,
      open,
      'has a cell outside the page',
    ],
    [
      'with a cell longer than the page',
      changed(leaf(), (n) => writeU16(n, cellAt(n, 0), 9000)),
      0,
      open,
      'has a cell outside the page',
    ],
    ['with too long a key', longKey, 0, open, 'has a cell that is too long'],
    ['with too long an inline value', longValue, 0, open, 'has a cell that is too long'],
    [
      'with an overflow value that is short',
      overflowOf(inlineValueBytesMax),
      0,
      open,
      'has a cell that is too long',
    ],
    [
      'that miscounts its dead bytes',
      changed(leaf(), (n) => writeU16(n, 6, 1)),
      0,
      open,
      'counts its bytes wrong',
    ],
    [
      'that begins its cells too early',
      changed(leaf(), (n) => writeU16(n, 4, 8000)),
      0,
      open,
      'counts its bytes wrong',
    ],
    [
      'with keys out of order',
      leafOf([
        [key(2), nothing],
        [key(1), nothing],
      ]),
      0,
      open,
      'has keys out of order',
    ],
    [
      'with a key twice',
      leafOf([
        [key(2), nothing],
        [key(2), nothing],
      ]),
      0,
      open,
      'has keys out of order',
    ],
    ['with a first separator', innerOf(1, [[key(1), ref]]), 1, open, 'has a key before its first child'],
    [
      'with a key below its bounds',
      leaf(),
      0,
      { from: key(11), to: undefined },
      'has a key below what its parent allows',
    ],
    [
      'with a key at its upper bound',
      leaf(),
      0,
      { from: undefined, to: key(12) },
      'has a key above what its parent allows',
    ],
    [
      'with a separator outside its bounds',
      inner(),
      1,
      { from: undefined, to: key(12) },
      'has a key above what its parent allows',
    ],
  ];
  for (const [name, node, level, bounds, problem] of cases) {
    test(name, () => expect(nodeProblem(node, level, bounds)).toBe(problem));
  }
});

/** A leaf with one value in one overflow page. */
function overflowOf(size: number): Uint8Array {
  const node = leafOf([[nothing, value(10 + 22, 0)]]);
  const cell = cellAt(node, 0);
  writeU16(node, cell + 2, 0xffff);
  writeU32(node, cell + 4, size);
  return node;
}

test('a value in overflow pages is sound from the first length that is not inline', () => {
  expect(nodeProblem(overflowOf(inlineValueBytesMax + 1), 0, open)).toBeUndefined();
});

test('the bounds of a child are its separators, at the ends those of its parent', () => {
  const bounds = { from: key(1), to: key(99) };
  const children = [0, 1, 2].map((index) => childBounds(inner(), index, bounds));
  expect(children).toEqual([
    { from: key(1), to: key(11) },
    { from: key(11), to: key(12) },
    { from: key(12), to: key(99) },
  ]);
});
