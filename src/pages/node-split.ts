/** How the cells of a node that is too full, or of two that are too empty, are dealt out to nodes. */
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
import type { Cell } from './node.ts';

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
