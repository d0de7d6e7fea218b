/** Judges one opened node by itself: where its cells lie, how long they are, and the order of its keys. */
import { compareBytes } from '../base/bytes.ts';
import {
  inlineValueBytesMax,
  keyBytesMax,
  nodeHeaderBytes,
  plainPageBytes,
  readU16,
  slotBytes,
  valueBytesMax,
} from './layout.ts';
import {
  cellAt,
  cellBytes,
  cellCount,
  freeBytes,
  isOverflowCell,
  isSoundNode,
  keyAt,
  nodeLevel,
  valueBytes,
} from './node.ts';

/** What a parent says of a node's keys: none is below `from`, all are below `to`. An absent bound is open. */
export interface NodeBounds {
  readonly from: Uint8Array | undefined;
  readonly to: Uint8Array | undefined;
}

/** The key of a cell where it lies. */
export function keyWithin(node: Uint8Array, cell: number): Uint8Array {
  const at = keyAt(node, cell);
  return node.subarray(at, at + readU16(node, cell));
}

/** The bounds of an inner node's child. */
export function childBounds(node: Uint8Array, index: number, { from, to }: NodeBounds): NodeBounds {
  return {
    from: index === 0 ? from : keyWithin(node, cellAt(node, index)),
    to: index + 1 < cellCount(node) ? keyWithin(node, cellAt(node, index + 1)) : to,
  };
}

/** What is wrong with a node, or undefined. `level`: what its parent implies; a root has any. */
export function nodeProblem(
  node: Uint8Array,
  level: number | undefined,
  bounds: NodeBounds,
): string | undefined {
  if (!isSoundNode(node)) return 'is no node';
  if (level !== undefined && nodeLevel(node) !== level) return 'is of another level than its parent implies';
  if (nodeLevel(node) > 0 && cellCount(node) === 0) return 'leads nowhere';
  return cellsProblem(node) ?? keysProblem(node, bounds);
}

function cellsProblem(node: Uint8Array): string | undefined {
  const count = cellCount(node);
  const cellsStart = nodeHeaderBytes + slotBytes * count;
  let used = 0;
  for (let i = 0; i < count; i++) {
    const cell = cellAt(node, i);
    const size = cellBytes(node, cell);
    if (cell < cellsStart || cell + size > plainPageBytes) return 'has a cell outside the page';
    if (!hasLegalLengths(node, cell)) return 'has a cell that is too long';
    used += size;
  }
  return cellsStart + used + freeBytes(node) === plainPageBytes ? undefined : 'counts its bytes wrong';
}

function hasLegalLengths(node: Uint8Array, cell: number): boolean {
  if (readU16(node, cell) > keyBytesMax) return false;
  if (nodeLevel(node) > 0) return true;
  const size = valueBytes(node, cell);
  return isOverflowCell(node, cell)
    ? size > inlineValueBytesMax && size <= valueBytesMax
    : size <= inlineValueBytesMax;
}

function keysProblem(node: Uint8Array, { from, to }: NodeBounds): string | undefined {
  const isInner = nodeLevel(node) > 0;
  const count = cellCount(node);
  let before: Uint8Array | undefined;
  for (let i = 0; i < count; i++) {
    const key = keyWithin(node, cellAt(node, i));
    if (isInner && i === 0) {
      if (key.length > 0) return 'has a key before its first child';
      continue;
    }
    if (before !== undefined && compareBytes(before, key) >= 0) return 'has keys out of order';
    if (from !== undefined && compareBytes(key, from) < 0) return 'has a key below what its parent allows';
    if (to !== undefined && compareBytes(key, to) >= 0) return 'has a key above what its parent allows';
    before = key;
  }
  return undefined;
}
