/** The lines of an object, one after another, however long it is. */
import { once } from 'node:events';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { BucketObject } from './bucket.ts';
import type { ImportCompression } from './import-record.ts';

/** An item of 400 KB is less in any way of writing it; what is longer is told as a line that is none. */
export const lineBytesMax = 4 * 1024 * 1024;

export interface ObjectLine {
  /** Undefined for one that is too long. */
  readonly bytes: Uint8Array | undefined;
}

const lineFeed = 0x0a;

/** Without their ends, and without empty ones. Rejects where the object cannot be read or is not compressed so. */
export async function* linesOf(
  object: BucketObject,
  compression: ImportCompression,
  read: (bytes: number) => void,
): AsyncGenerator<ObjectLine> {
  const file = object.read();
  file.on('data', (piece: Buffer) => read(piece.length));
  file.pause();
  const source = compression === 'NONE' ? file : pipeline(file, createGunzip(), () => {});
  try {
    yield* linesIn(source);
  } finally {
    source.destroy();
    file.destroy();
    if (!file.closed) await once(file, 'close').catch(() => {});
  }
}

async function* linesIn(source: AsyncIterable<Buffer>): AsyncGenerator<ObjectLine> {
  let held: Buffer[] = [];
  let heldBytes = 0;
  const take = (): ObjectLine => {
    const bytes = heldBytes > lineBytesMax ? undefined : Buffer.concat(held);
    held = [];
    heldBytes = 0;
    return { bytes };
  };
  for await (const piece of source) {
    let from = 0;
    for (let end = piece.indexOf(lineFeed); end >= 0; end = piece.indexOf(lineFeed, from)) {
      heldBytes += end - from;
      if (heldBytes <= lineBytesMax) held.push(piece.subarray(from, end));
      from = end + 1;
      if (heldBytes > 0) yield take();
    }
    heldBytes += piece.length - from;
    if (heldBytes <= lineBytesMax) held.push(piece.subarray(from));
    // What is too long already is counted on, and not kept.
    else held = [];
  }
  if (heldBytes > 0) yield take();
}
