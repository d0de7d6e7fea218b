/** How the cells of a node that is too full, or of two that are too empty, are dealt out to nodes. */
import { assert } from '../base/errors.ts';
import {
  innerCellHeaderBytes,
  innerRefAt,
  leafCellHeaderBytes,
  nodeCapacityBytes,
  readU16,
  refBytes,
  slotBytes,
  writeU16,
} from './layout.ts';
import {
  type Cell,
  cellAt,
  cellBytes,
  cellCount,
  freeBytes,
  insertCell,
  nodeLevel,
  removeCell,
} from './node.ts';

/**
 * Where to cut a list of cells so that each part fits a node: the indexes at which the second and later parts begin.
 * `appended`: the last cell is new and the last of the whole tree, so more will follow it; leave the others together.
 */
export function cutPoints(cells: readonly Cell[], appended: boolean): number[] {
  let total = 0;
  for (const cell of cells) total += cell.size + slotBytes;
  const last = cells.length - 1;
  if (appended && total - sizeOf(cells, last) <= nodeCapacityBytes) return [last];
  let left = 0;
  let best = 0;
  let bestGap = Number.POSITIVE_INFINITY;
  for (let cut = 1; cut < cells.length; cut++) {
    left += sizeOf(cells, cut - 1);
    const gap = Math.abs(total - 2 * left);
    if (left <= nodeCapacityBytes && total - left <= nodeCapacityBytes && gap < bestGap) {
      best = cut;
      bestGap = gap;
    }
  }
  return best > 0 ? [best] : greedyCuts(cells);
}

/** Two neighbours that together hold more than this are not worth dealing out anew: one would soon be full again. */
const sharedBytesMax = 2 * nodeCapacityBytes * 0.92;

/** The cells of two neighbouring leaves, where to cut them so that both have room again, and the key between the parts. */
export interface Sharing {
  readonly cells: readonly Cell[];
  readonly cut: number;
  readonly key: Uint8Array;
}

/** Whether there is enough room in both together for a cell of `size` bytes more, and some to spare. */
export function canShare(leaf: Uint8Array, sibling: Uint8Array, size: number): boolean {
  const free = freeBytes(leaf) + freeBytes(sibling);
  return 2 * nodeCapacityBytes - free + size + slotBytes <= sharedBytesMax;
}

/** Undefined where no cut leaves them two nodes. */
export function sharing(left: readonly Cell[], right: readonly Cell[]): Sharing | undefined {
  const cells = [...left, ...right];
  const [cut, ...more] = cutPoints(cells, false);
  if (cut === undefined || more.length > 0) return undefined;
  return {
    cells,
    cut,
    key: shortestSeparator(keyOf(cells[cut - 1] as Cell, 0), keyOf(cells[cut] as Cell, 0)),
  };
}

/** Long cells may need three nodes: the one that came in between two halves fits neither. */
function greedyCuts(cells: readonly Cell[]): number[] {
  const cuts: number[] = [];
  let used = 0;
  for (let i = 0; i < cells.length; i++) {
    const size = sizeOf(cells, i);
    if (used + size > nodeCapacityBytes) {
      cuts.push(i);
      used = 0;
    }
    used += size;
  }
  return cuts;
}

function sizeOf(cells: readonly Cell[], index: number): number {
  return (cells[index]?.size ?? 0) + slotBytes;
}

/** The shortest key that is above `left` and not above `right`. */
export function shortestSeparator(left: Uint8Array, right: Uint8Array): Uint8Array {
  let shared = 0;
  while (shared < left.length && left[shared] === right[shared]) shared++;
  return right.slice(0, shared + 1);
}

/** The key of a cell that is on its way. `level` is its node's. */
export function keyOf(cell: Cell, level: number): Uint8Array {
  const at = cell.at + (level === 0 ? leafCellHeaderBytes : innerCellHeaderBytes);
  return cell.from.slice(at, at + readU16(cell.from, cell.at));
}

/** The cell of an inner node that leads to a child, its tag yet to come. */
export function innerCell(key: Uint8Array, ref: Uint8Array, refAt: number): Cell {
  const from = new Uint8Array(innerCellHeaderBytes + key.length);
  writeU16(from, 0, key.length);
  from.set(ref.subarray(refAt, refAt + refBytes), innerRefAt);
  from.set(key, innerCellHeaderBytes);
  return { from, at: 0, size: from.length };
}

/** The same cell of an inner node under another key. */
export function rekeyed(cell: Cell, key: Uint8Array): Cell {
  return innerCell(key, cell.from, cell.at + innerRefAt);
}

/** Gives the cell of an inner node another key; false, and nothing changed, where that does not fit. */
export function rekeyCell(node: Uint8Array, index: number, key: Uint8Array): boolean {
  const cell = cellAt(node, index);
  const next = innerCell(key, node, cell + innerRefAt);
  if (next.size > cellBytes(node, cell) + freeBytes(node)) return false;
  removeCell(node, index);
  assert(insertCell(node, index, next), 'a cell that gave way left room for the next');
  return true;
}

/** Cells that are too many for one node. */
export function needsSplit(cells: readonly Cell[]): boolean {
  let used = 0;
  for (const cell of cells) used += cell.size + slotBytes;
  return used > nodeCapacityBytes;
}

/** Merged nodes are at most so full, so that the next entry does not split them again. */
const mergedBytesMax = nodeCapacityBytes * 0.85;

export function canMerge(node: Uint8Array, sibling: Uint8Array, separatorBytes: number): boolean {
  const own = nodeCapacityBytes - freeBytes(node);
  const both = own + (nodeCapacityBytes - freeBytes(sibling)) + (nodeLevel(node) > 0 ? separatorBytes : 0);
  return both <= (cellCount(node) === 0 || cellCount(sibling) === 0 ? nodeCapacityBytes : mergedBytesMax);
}
