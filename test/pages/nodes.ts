/** Nodes made by hand, for tests of what reads and judges them. */
import {
  leafCellHeaderBytes,
  plainPageBytes,
  refBytes,
  refVersionAt,
  writeU16,
  writeU48,
} from '../../src/pages/layout.ts';
import { type Cell, fillNode } from '../../src/pages/node.ts';
import { innerCell } from '../../src/pages/node-split.ts';

/** A reference whose tag is filled with one byte. */
export function refTo(page: number, version: number, tag = 0): Uint8Array {
  const ref = new Uint8Array(refBytes).fill(tag);
  writeU48(ref, 0, page);
  writeU48(ref, refVersionAt, version);
  return ref;
}

export function leafCell(key: Uint8Array, value: Uint8Array): Cell {
  const from = new Uint8Array(leafCellHeaderBytes + key.length + value.length);
  writeU16(from, 0, key.length);
  writeU16(from, 2, value.length);
  from.set(key, leafCellHeaderBytes);
  from.set(value, leafCellHeaderBytes + key.length);
  return { from, at: 0, size: from.length };
}

export function leafOf(entries: readonly (readonly [Uint8Array, Uint8Array])[]): Uint8Array {
  const node = new Uint8Array(plainPageBytes);
  fillNode(
    node,
    0,
    entries.map(([key, value]) => leafCell(key, value)),
  );
  return node;
}

/** `children`: separators and references; the first separator is to be empty. */
export function innerOf(level: number, children: readonly (readonly [Uint8Array, Uint8Array])[]): Uint8Array {
  const node = new Uint8Array(plainPageBytes);
  fillNode(
    node,
    level,
    children.map(([separator, ref]) => innerCell(separator, ref, 0)),
  );
  return node;
}
