/** The lines of an object, one after another, however long it is. */
import { once } from 'node:events';
import { pipeline, type Transform } from 'node:stream';
import * as zlib from 'node:zlib';
import { assert } from '../base/errors.ts';
import type { BucketObject } from './bucket.ts';
import type { ImportCompression } from './import-record.ts';

/** An item of 400 KB is less in any way of writing it; what is longer is told as a line that is none. */
export const lineBytesMax = 4 * 1024 * 1024;

export interface ObjectLine {
  /** Undefined for one that is too long. */
  readonly bytes: Uint8Array | undefined;
}

const lineFeed = 0x0a;
const quote = 0x22;

export interface LineForm {
  readonly compression: ImportCompression;
  /** A line end between two quotes is part of the line, as in CSV. */
  readonly hasQuotes?: boolean;
}

/** Node has Zstandard from 22.15 on, and its types from some release later. */
interface Decompressors extends Pick<typeof zlib, 'createGunzip'> {
  readonly createZstdDecompress?: () => Transform;
}

const { createGunzip, createZstdDecompress }: Decompressors = zlib;

/** True where objects in this compression can be read by this Node. */
export function canDecompress(compression: ImportCompression): boolean {
  return compression !== 'ZSTD' || createZstdDecompress !== undefined;
}

function decompressor(compression: ImportCompression): Transform | undefined {
  if (compression === 'NONE') return undefined;
  if (compression === 'GZIP') return createGunzip();
  assert(createZstdDecompress !== undefined, 'what cannot be decompressed was refused before');
  return createZstdDecompress();
}

/** Without their ends, and without empty ones. Rejects where the object cannot be read or is not compressed so. */
export async function* linesOf(
  object: BucketObject,
  { compression, hasQuotes = false }: LineForm,
  read: (bytes: number) => void,
): AsyncGenerator<ObjectLine> {
  const file = object.read();
  file.on('data', (piece: Buffer) => read(piece.length));
  file.pause();
  const decompress = decompressor(compression);
  const source = decompress === undefined ? file : pipeline(file, decompress, () => {});
  try {
    yield* linesIn(source, hasQuotes ? quotedLineEnds() : plainLineEnd);
  } finally {
    source.destroy();
    file.destroy();
    if (!file.closed) await once(file, 'close').catch(() => {});
  }
}

/** Where the line ends that goes on at `from`; below 0 where it does not end in this piece. */
type LineEnd = (piece: Buffer, from: number) => number;

const plainLineEnd: LineEnd = (piece, from) => piece.indexOf(lineFeed, from);

/** To be asked about the pieces of one object, one behind the other. */
function quotedLineEnds(): LineEnd {
  let isQuoted = false;
  return (piece, from) => {
    for (let at = from; at < piece.length; at++) {
      if (piece[at] === quote) isQuoted = !isQuoted;
      else if (piece[at] === lineFeed && !isQuoted) return at;
    }
    return -1;
  };
}

async function* linesIn(source: AsyncIterable<Buffer>, lineEnd: LineEnd): AsyncGenerator<ObjectLine> {
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
    for (let end = lineEnd(piece, 0); end >= 0; end = lineEnd(piece, from)) {
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
