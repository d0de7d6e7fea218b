/** A tree's head: which page is its root, and what the tree counts; sealed under the number of the commit. */
import { headPlainBytes, readU64, refBytes, writeU64 } from './layout.ts';

/** What a tree holds: entries, pages in the store, bytes of keys and values. */
export interface TreeStats {
  readonly entries: number;
  readonly pages: number;
  readonly bytes: number;
}

export interface Head {
  /** The number of the commit that wrote it; 0: the tree is not in the store yet. */
  version: number;
  /** The reference to the root, as parents hold references to children. */
  readonly rootRef: Uint8Array;
  nextPageId: number;
  entries: number;
  pages: number;
  bytes: number;
}

export function emptyHead(): Head {
  return { version: 0, rootRef: new Uint8Array(refBytes), nextPageId: 1, entries: 0, pages: 0, bytes: 0 };
}

export function copyHead(head: Head): Head {
  return { ...head, rootRef: head.rootRef.slice() };
}

export function encodeHead(head: Head): Uint8Array {
  const plain = new Uint8Array(headPlainBytes);
  plain.set(head.rootRef);
  writeU64(plain, refBytes, head.nextPageId);
  writeU64(plain, refBytes + 8, head.entries);
  writeU64(plain, refBytes + 16, head.pages);
  writeU64(plain, refBytes + 24, head.bytes);
  return plain;
}

export function decodeHead(plain: Uint8Array, version: number): Head {
  return {
    version,
    rootRef: plain.slice(0, refBytes),
    nextPageId: readU64(plain, refBytes),
    entries: readU64(plain, refBytes + 8),
    pages: readU64(plain, refBytes + 16),
    bytes: readU64(plain, refBytes + 24),
  };
}
