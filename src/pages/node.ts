/** One node of a tree as the bytes of its page: finding, inserting and removing cells in place. */
import { assert } from '../base/errors.ts';
import {
  innerCellHeaderBytes,
  leafCellHeaderBytes,
  nodeHeaderBytes,
  nodeLevelMax,
  overflowEntryBytes,
  overflowListHeaderBytes,
  overflowMark,
  overflowPageCount,
  plainPageBytes,
  readU8,
  readU16,
  readU32,
  slotBytes,
  writeU16,
} from './layout.ts';

const countAt = 2;
const cellStartAt = 4;
const deadBytesAt = 6;

/** A cell on its way from one node to another. */
export interface Cell {
  readonly from: Uint8Array;
  readonly at: number;
  readonly size: number;
}

export function initNode(node: Uint8Array, level: number): void {
  node.fill(0);
  node[0] = level;
  writeU16(node, cellStartAt, plainPageBytes);
}

export function nodeLevel(node: Uint8Array): number {
  return readU8(node, 0);
}

export function cellCount(node: Uint8Array): number {
  return readU16(node, countAt);
}

export function cellAt(node: Uint8Array, index: number): number {
  return readU16(node, nodeHeaderBytes + slotBytes * index);
}

/** Bytes that are free, in one piece or in several. */
export function freeBytes(node: Uint8Array): number {
  const slotsEnd = nodeHeaderBytes + slotBytes * cellCount(node);
  return readU16(node, cellStartAt) - slotsEnd + readU16(node, deadBytesAt);
}

/** Opened bytes are ours by their tag; this catches our own mistakes, before a write and after a read. */
export function isSoundNode(node: Uint8Array): boolean {
  const slotsEnd = nodeHeaderBytes + slotBytes * cellCount(node);
  const start = readU16(node, cellStartAt);
  return nodeLevel(node) <= nodeLevelMax && slotsEnd <= start && start <= plainPageBytes;
}

export function isOverflowCell(node: Uint8Array, cell: number): boolean {
  return readU16(node, cell + 2) === overflowMark;
}

/** Where a leaf cell's value, or its list of overflow pages, begins. */
export function valueAt(node: Uint8Array, cell: number): number {
  return cell + leafCellHeaderBytes + readU16(node, cell);
}

/** The length of a leaf cell's value, wherever it lies. */
export function valueBytes(node: Uint8Array, cell: number): number {
  const inline = readU16(node, cell + 2);
  return inline === overflowMark ? readU32(node, valueAt(node, cell)) : inline;
}

export function keyAt(node: Uint8Array, cell: number): number {
  return cell + (nodeLevel(node) === 0 ? leafCellHeaderBytes : innerCellHeaderBytes);
}

/** A copy of the key. */
export function cellKey(node: Uint8Array, cell: number): Uint8Array {
  const at = keyAt(node, cell);
  return node.slice(at, at + readU16(node, cell));
}

export function cellBytes(node: Uint8Array, cell: number): number {
  const keyBytes = readU16(node, cell);
  if (nodeLevel(node) > 0) return innerCellHeaderBytes + keyBytes;
  const inline = readU16(node, cell + 2);
  if (inline !== overflowMark) return leafCellHeaderBytes + keyBytes + inline;
  const pages = overflowPageCount(readU32(node, valueAt(node, cell)));
  return leafCellHeaderBytes + keyBytes + overflowListHeaderBytes + pages * overflowEntryBytes;
}

/** The sign of cell key less `key`. Compares the bytes where they lie. */
function compareKey(node: Uint8Array, keyStart: number, keyBytes: number, key: Uint8Array): number {
  const length = key.length;
  const shared = Math.min(keyBytes, length);
  for (let i = 0; i < shared; i++) {
    const difference = (node[keyStart + i] as number) - (key[i] as number);
    if (difference !== 0) return difference;
  }
  return keyBytes - length;
}

/** The index of the first cell whose key is not below `key`. */
export function lowerBound(node: Uint8Array, key: Uint8Array): number {
  const header = nodeLevel(node) === 0 ? leafCellHeaderBytes : innerCellHeaderBytes;
  let low = 0;
  let high = cellCount(node);
  while (low < high) {
    const middle = (low + high) >>> 1;
    const cell = cellAt(node, middle);
    if (compareKey(node, cell + header, readU16(node, cell), key) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** True where the cell at `index` is there and has this key. */
export function hasKey(node: Uint8Array, index: number, key: Uint8Array): boolean {
  if (index >= cellCount(node)) return false;
  const cell = cellAt(node, index);
  const keyBytes = readU16(node, cell);
  return keyBytes === key.length && compareKey(node, keyAt(node, cell), keyBytes, key) === 0;
}

/** The child of an inner node below which `key` belongs. */
export function childIndex(node: Uint8Array, key: Uint8Array): number {
  const index = lowerBound(node, key);
  return hasKey(node, index, key) ? index : Math.max(0, index - 1);
}

/** The child of an inner node that holds the last keys below `bound`; without a bound, the last child. */
export function childIndexBelow(node: Uint8Array, bound: Uint8Array | undefined): number {
  const index = bound === undefined ? cellCount(node) : lowerBound(node, bound);
  return Math.max(0, index - 1);
}

const scratch = new Uint8Array(plainPageBytes);

/** Closes the gaps that removed cells left. */
function compact(node: Uint8Array): void {
  scratch.set(node);
  const count = cellCount(node);
  let start = plainPageBytes;
  for (let i = 0; i < count; i++) {
    const cell = cellAt(scratch, i);
    const size = cellBytes(scratch, cell);
    start -= size;
    node.set(scratch.subarray(cell, cell + size), start);
    writeU16(node, nodeHeaderBytes + slotBytes * i, start);
  }
  node.fill(0, nodeHeaderBytes + slotBytes * count, start);
  writeU16(node, cellStartAt, start);
  writeU16(node, deadBytesAt, 0);
  scratch.fill(0);
}

/**
 * Makes room for a cell of `size` bytes at `index` and returns where to write it, all of it, at once; -1 where the node
 * is too full.
 */
export function reserveCell(node: Uint8Array, index: number, size: number): number {
  if (freeBytes(node) < size + slotBytes) return -1;
  const count = cellCount(node);
  assert(index <= count, 'a cell goes between the cells of a node');
  const slotsEnd = nodeHeaderBytes + slotBytes * count;
  if (readU16(node, cellStartAt) - slotsEnd < size + slotBytes) compact(node);
  const start = readU16(node, cellStartAt) - size;
  const slot = nodeHeaderBytes + slotBytes * index;
  node.copyWithin(slot + slotBytes, slot, slotsEnd);
  writeU16(node, slot, start);
  writeU16(node, countAt, count + 1);
  writeU16(node, cellStartAt, start);
  return start;
}

export function insertCell(node: Uint8Array, index: number, cell: Cell): boolean {
  const at = reserveCell(node, index, cell.size);
  if (at < 0) return false;
  node.set(cell.from.subarray(cell.at, cell.at + cell.size), at);
  return true;
}

/** Removes a cell and wipes its bytes, which would else be sealed into every later version of the page. */
export function removeCell(node: Uint8Array, index: number): void {
  const count = cellCount(node);
  assert(index < count, 'only a cell that is there can be removed');
  const cell = cellAt(node, index);
  const size = cellBytes(node, cell);
  node.fill(0, cell, cell + size);
  const slot = nodeHeaderBytes + slotBytes * index;
  const slotsEnd = nodeHeaderBytes + slotBytes * count;
  node.copyWithin(slot, slot + slotBytes, slotsEnd);
  writeU16(node, slotsEnd - slotBytes, 0);
  writeU16(node, countAt, count - 1);
  if (cell === readU16(node, cellStartAt)) writeU16(node, cellStartAt, cell + size);
  else writeU16(node, deadBytesAt, readU16(node, deadBytesAt) + size);
}

/** The cells of a node in order, lying in `source`, a copy of it that will not change. */
export function cellsOf(source: Uint8Array): Cell[] {
  const cells: Cell[] = [];
  const count = cellCount(source);
  for (let i = 0; i < count; i++) {
    const at = cellAt(source, i);
    cells.push({ from: source, at, size: cellBytes(source, at) });
  }
  return cells;
}

/** Makes `node` hold exactly these cells, none of which may lie in it. */
export function fillNode(node: Uint8Array, level: number, cells: readonly Cell[]): void {
  initNode(node, level);
  let start = plainPageBytes;
  for (let i = 0; i < cells.length; i++) {
    const cell = cells[i] as Cell;
    start -= cell.size;
    node.set(cell.from.subarray(cell.at, cell.at + cell.size), start);
    writeU16(node, nodeHeaderBytes + slotBytes * i, start);
  }
  writeU16(node, countAt, cells.length);
  writeU16(node, cellStartAt, start);
  assert(isSoundNode(node), 'the cells of a node fit into its page');
}
