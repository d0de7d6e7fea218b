/** Looks for many byte strings in a large file at once. */
import { closeSync, openSync, readSync } from 'node:fs';
import type { Needle } from './key-material.ts';

const chunkBytes = 32 * 1024 * 1024;
const pageBytes = 4096;
// Every needle has something else than zeros in so many of its first bytes.
const needleStartBytes = 8;
const zeros = Buffer.alloc(pageBytes + needleStartBytes);

/** Needles by their first bytes. */
class NeedleIndex {
  // Whether any begins with these 24 bits: quicker to ask than the map.
  readonly #isPossible = new Uint8Array(1 << 24);
  readonly #byFirstWord = new Map<number, Needle[]>();
  readonly longestBytes: number;

  constructor(needles: readonly Needle[]) {
    for (const needle of needles) {
      this.#isPossible[needle.bytes.readUIntLE(0, 3)] = 1;
      const first = needle.bytes.readUInt32LE(0);
      this.#byFirstWord.set(first, [...(this.#byFirstWord.get(first) ?? []), needle]);
    }
    this.longestBytes = Math.max(...needles.map(({ bytes }) => bytes.length));
  }

  /** Those that begin in `bytes` from `start` to `end`. */
  *startingIn(bytes: Buffer, start: number, end: number): Generator<Needle> {
    let next = ((bytes[start] ?? 0) << 8) | ((bytes[start + 1] ?? 0) << 16);
    for (let at = start; at < end; at++) {
      next = (next >>> 8) | ((bytes[at + 2] ?? 0) << 16);
      if (this.#isPossible[next] === 0 || at + 4 > bytes.length) continue;
      for (const needle of this.#byFirstWord.get(bytes.readUInt32LE(at)) ?? []) {
        if (needle.bytes.equals(bytes.subarray(at, at + needle.bytes.length))) yield needle;
      }
    }
  }
}

/** The names of those that are in the file, at any place, each once. */
export function needlesIn(path: string, needles: readonly Needle[]): string[] {
  const index = new NeedleIndex(needles);
  const found = new Set<string>();
  for (const chunk of chunksOf(path, index.longestBytes)) {
    for (let start = 0; start < chunk.length; start += pageBytes) {
      const end = Math.min(start + pageBytes, chunk.length);
      // Zeros are most of a dump. A needle may begin with a few, at the end of them.
      const seen = chunk.subarray(start, Math.min(end + needleStartBytes, chunk.length));
      if (seen.equals(zeros.subarray(0, seen.length))) continue;
      for (const { name } of index.startingIn(chunk, start, end)) found.add(name);
    }
  }
  return [...found];
}

/** Each chunk begins with the end of the one before, so that no needle lies between two. */
function* chunksOf(path: string, overlapBytes: number): Generator<Buffer> {
  const file = openSync(path, 'r');
  const chunk = Buffer.alloc(overlapBytes + chunkBytes);
  try {
    for (let kept = 0; ; ) {
      const read = readSync(file, chunk, kept, chunk.length - kept, null);
      if (read === 0) return;
      yield chunk.subarray(0, kept + read);
      const next = Math.min(overlapBytes, kept + read);
      chunk.copyWithin(0, kept + read - next, kept + read);
      kept = next;
    }
  } finally {
    closeSync(file);
  }
}
