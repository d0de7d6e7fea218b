/** A batch of equal pages in memory that asynchronous batches take, and the same batch on its way back. */
import { type PageBatch, sealedPageOverheadBytes } from '../../src/crypto/core.ts';

export interface ArenaBatch {
  readonly sealing: PageBatch;
  readonly opening: PageBatch;
  /** What was opened. */
  readonly opened: Uint8Array;
  /** Where in `sealing.output` the sealed page lies. */
  sealedAt(page: number): number;
}

export interface ArenaPlan {
  readonly pageCount: number;
  readonly pageBytes: number;
}

export function arenaBatch({ pageCount, pageBytes }: ArenaPlan): ArenaBatch {
  const sealedBytes = pageBytes + sealedPageOverheadBytes;
  const [input, opened] = [arena(pageCount * pageBytes), arena(pageCount * pageBytes)];
  const [output, aad] = [arena(pageCount * sealedBytes), arena(16 * pageCount)];
  for (let at = 0; at < input.length; at += 97) input[at] = at % 251;
  for (let at = 0; at < aad.length; at++) aad[at] = at % 241;
  const rows = (inBytes: number, outBytes: number) => {
    const pages = new Uint32Array(pageCount * 5);
    for (let page = 0; page < pageCount; page++) {
      pages.set([page * inBytes, inBytes, page * outBytes, page * 16, 16], page * 5);
    }
    return pages;
  };
  return {
    sealing: { input, output, aad, pages: rows(pageBytes, sealedBytes) },
    opening: { input: output, output: opened, aad, pages: rows(sealedBytes, pageBytes) },
    opened,
    sealedAt: (page) => page * sealedBytes,
  };
}

function arena(bytes: number): Uint8Array {
  return new Uint8Array(new SharedArrayBuffer(bytes));
}
