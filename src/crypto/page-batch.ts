/** Reads the table of a PageBatch for the fallback, and refuses one whose pages do not fit their buffers. */
import { nonceBytes, type PageBatch, pageBatchStride, sealedPageOverheadBytes } from './core.ts';

/** Where one page of a batch is read from and written to. */
export interface PageSlices {
  readonly input: Uint8Array;
  readonly output: Uint8Array;
  readonly aad: Uint8Array;
}

export type Direction = 'seal' | 'open';

/**
 * All pages of the batch. Throws RangeError, before anything is handed out, where one reaches past its buffers, or
 * its output lies neither apart from its input nor with the text of one exactly on the text of the other. A page too
 * short to have been sealed has no text.
 */
export function slicesOf(batch: PageBatch, direction: Direction): PageSlices[] {
  const { input, output, aad, pages } = batch;
  if (pages.length % pageBatchStride !== 0) throw new RangeError('a page takes five numbers of the table');
  const slices: PageSlices[] = [];
  for (let at = 0; at < pages.length; at += pageBatchStride) {
    const [inAt = 0, inBytes = 0, outAt = 0, aadAt = 0, aadBytes = 0] = pages.subarray(
      at,
      at + pageBatchStride,
    );
    const outBytes =
      direction === 'seal'
        ? inBytes + sealedPageOverheadBytes
        : Math.max(0, inBytes - sealedPageOverheadBytes);
    const inside =
      inAt + inBytes <= input.length && outAt + outBytes <= output.length && aadAt + aadBytes <= aad.length;
    if (!inside) throw new RangeError(`page ${at / pageBatchStride} reaches past its buffers`);
    const page = {
      input: input.subarray(inAt, inAt + inBytes),
      output: output.subarray(outAt, outAt + outBytes),
      aad: aad.subarray(aadAt, aadAt + aadBytes),
    };
    const [plain, sealed] = direction === 'seal' ? [page.input, page.output] : [page.output, page.input];
    if (!areApart(plain, sealed) && plain.byteOffset !== sealed.byteOffset + nonceBytes) {
      throw new RangeError(`page ${at / pageBatchStride} would be written over its own input`);
    }
    slices.push(page);
  }
  return slices;
}

function areApart(a: Uint8Array, b: Uint8Array): boolean {
  const [aEnd, bEnd] = [a.byteOffset + a.length, b.byteOffset + b.length];
  return a.buffer !== b.buffer || aEnd <= b.byteOffset || bEnd <= a.byteOffset;
}
