/** A tree's head: which page is its root, where its log ends, and what the tree counts; sealed under the commit's number. */
import { headPlainBytes, headWithLogBytes, readU64, refBytes, writeU64 } from './layout.ts';

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
  /** Those of the log among them. */
  pages: number;
  bytes: number;
  /** The reference to the last page of the log of references, where it has any. */
  logRef: Uint8Array;
  logPages: number;
}

export function emptyHead(): Head {
  const counts = { nextPageId: 1, entries: 0, pages: 0, bytes: 0, logPages: 0 };
  return { version: 0, rootRef: new Uint8Array(refBytes), logRef: new Uint8Array(refBytes), ...counts };
}

export function copyHead(head: Head): Head {
  return { ...head, rootRef: head.rootRef.slice(), logRef: head.logRef.slice() };
}

export function encodeHead(head: Head): Uint8Array {
  const plain = new Uint8Array(head.logPages === 0 ? headPlainBytes : headWithLogBytes);
  plain.set(head.rootRef);
  writeU64(plain, refBytes, head.nextPageId);
  writeU64(plain, refBytes + 8, head.entries);
  writeU64(plain, refBytes + 16, head.pages);
  writeU64(plain, refBytes + 24, head.bytes);
  if (head.logPages > 0) {
    plain.set(head.logRef, headPlainBytes);
    writeU64(plain, headPlainBytes + refBytes, head.logPages);
  }
  return plain;
}

export function decodeHead(plain: Uint8Array, version: number): Head {
  const hasLog = plain.length === headWithLogBytes;
  return {
    version,
    rootRef: plain.slice(0, refBytes),
    nextPageId: readU64(plain, refBytes),
    entries: readU64(plain, refBytes + 8),
    pages: readU64(plain, refBytes + 16),
    bytes: readU64(plain, refBytes + 24),
    logRef: hasLog ? plain.slice(headPlainBytes, headPlainBytes + refBytes) : new Uint8Array(refBytes),
    logPages: hasLog ? readU64(plain, headPlainBytes + refBytes) : 0,
  };
}
