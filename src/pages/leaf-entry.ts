/** An entry of a leaf: its cell, and the overflow pages that a long value takes and gives back. */
import {
  inlineValueBytesMax,
  leafCellHeaderBytes,
  overflowEntryBytes,
  overflowListHeaderBytes,
  overflowMark,
  overflowPageCount,
  plainPageBytes,
  readU48,
  writeU16,
  writeU32,
  writeU48,
} from './layout.ts';
import { cellAt, cellKey, isOverflowCell, removeCell, valueAt, valueBytes } from './node.ts';
import type { PageBuffers } from './page-cache.ts';
import { allocatePage, freePage } from './page-space.ts';
import type { TreeChange, TreeState } from './tree-state.ts';

export interface Entry {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}

/** Where an entry is changed. */
interface Place {
  readonly tree: TreeState;
  readonly change: TreeChange;
}

/** What the cell takes in its leaf. */
export function entryBytes({ key, value }: Entry): number {
  const listBytes = overflowListHeaderBytes + overflowPageCount(value.length) * overflowEntryBytes;
  return leafCellHeaderBytes + key.length + (isInline(value) ? value.length : listBytes);
}

/** Writes the cell to `at`, where there are as many bytes as `entryBytes` says; a long value's bytes belong to the change from now on. */
export function writeEntry({ tree, change }: Place, { key, value }: Entry, to: Uint8Array, at: number): void {
  writeU16(to, at, key.length);
  to.set(key, at + leafCellHeaderBytes);
  const valueStart = at + leafCellHeaderBytes + key.length;
  if (isInline(value)) {
    writeU16(to, at + 2, value.length);
    to.set(value, valueStart);
    return;
  }
  writeU16(to, at + 2, overflowMark);
  writeU32(to, valueStart, value.length);
  writeU48(to, valueStart + 4, change.head.version);
  let entry = valueStart + overflowListHeaderBytes;
  for (let start = 0; start < value.length; start += plainPageBytes) {
    const id = allocatePage(tree, change);
    change.overflow.set(id, value.subarray(start, start + plainPageBytes));
    writeU48(to, entry, id);
    to.fill(0, entry + 6, entry + overflowEntryBytes);
    entry += overflowEntryBytes;
  }
}

/** Takes an entry out of its leaf and out of the head's counts. */
export function removeEntry(
  { tree, change, buffers }: Place & { readonly buffers: PageBuffers },
  leaf: Uint8Array,
  index: number,
): void {
  const cell = cellAt(leaf, index);
  const size = valueBytes(leaf, cell);
  change.head.entries--;
  change.head.bytes -= cellKey(leaf, cell).length + size;
  if (isOverflowCell(leaf, cell)) {
    const list = valueAt(leaf, cell) + overflowListHeaderBytes;
    for (let i = 0; i < overflowPageCount(size); i++) {
      freePage(tree, change, readU48(leaf, list + i * overflowEntryBytes), buffers);
    }
  }
  removeCell(leaf, index);
}

function isInline(value: Uint8Array): boolean {
  return value.length <= inlineValueBytesMax;
}
