/** Reads the table of a PageBatch for the fallback, and refuses one whose pages do not fit their buffers. */
import { isUint8Array, isUint32Array } from 'node:util/types';
import { BatchMistake, BatchTypeMistake, refuseDetached } from './batch-mistake.ts';
import { nonceBytes, type PageBatch, pageBatchStride, pagesMax, sealedPageOverheadBytes } from './core.ts';

/** Where one page of a batch is read from and written to. */
export interface PageSlices {
  readonly input: Uint8Array;
  readonly output: Uint8Array;
  readonly aad: Uint8Array;
}

export type Direction = 'seal' | 'open';

/**
 * All pages of the batch. Throws, before anything is handed out, where one reaches past its buffers, or is written
 * over what it or another is made from, other than its text on its own text. A page too short to have been sealed has
 * no text.
 */
export function slicesOf(batch: PageBatch, direction: Direction): PageSlices[] {
  const { input, output, aad, pages } = batch;
  refuseOtherTypes(batch);
  refuseDetached(batch);
  if (pages.length % pageBatchStride !== 0) throw new BatchMistake('ERR_PAGE_TABLE');
  if (pages.length / pageBatchStride > pagesMax) throw new BatchMistake('ERR_TOO_MANY_PAGES');
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
    if (!inside) throw new BatchMistake('ERR_PAGE_OUTSIDE');
    slices.push({
      input: input.subarray(inAt, inAt + inBytes),
      output: output.subarray(outAt, outAt + outBytes),
      aad: aad.subarray(aadAt, aadAt + aadBytes),
    });
  }
  if (doOverlap(slices, direction)) throw new BatchMistake('ERR_PAGES_OVERLAP');
  return slices;
}

function refuseOtherTypes({ input, output, aad, pages }: PageBatch): void {
  if (!isUint8Array(input) || !isUint8Array(output) || !isUint8Array(aad)) {
    throw new BatchTypeMistake('A Uint8Array was expected.');
  }
  if (!isUint32Array(pages)) throw new BatchTypeMistake('A Uint32Array was expected.');
}

/** A piece of memory that a page writes, or only reads. */
interface Extent {
  readonly view: Uint8Array;
  readonly written: boolean;
}

function doOverlap(slices: readonly PageSlices[], direction: Direction): boolean {
  const buffers = new Map<ArrayBufferLike, Extent[]>();
  for (const slice of slices) {
    for (const extent of extentsOf(slice, direction)) {
      if (extent.view.length === 0) continue;
      const extents = buffers.get(extent.view.buffer);
      if (extents === undefined) buffers.set(extent.view.buffer, [extent]);
      else extents.push(extent);
    }
  }
  return [...buffers.values()].some(doOverlapInBuffer);
}

/** A page that is sealed or opened in place writes its sealed form, and reads nothing else of its own. */
function extentsOf({ input, output, aad }: PageSlices, direction: Direction): Extent[] {
  const [plain, sealed] = direction === 'seal' ? [input, output] : [output, input];
  const inPlace =
    plain.length > 0 && plain.buffer === sealed.buffer && plain.byteOffset === sealed.byteOffset + nonceBytes;
  const page = inPlace
    ? [{ view: sealed, written: true }]
    : [
        { view: output, written: true },
        { view: input, written: false },
      ];
  return [...page, { view: aad, written: false }];
}

/** By their starts: each has to begin behind what was written so far, and what is written behind what was read. */
function doOverlapInBuffer(extents: Extent[]): boolean {
  extents.sort((a, b) => a.view.byteOffset - b.view.byteOffset);
  let [writtenEnd, readEnd] = [0, 0];
  for (const { view, written } of extents) {
    if (view.byteOffset < writtenEnd || (written && view.byteOffset < readEnd)) return true;
    const end = view.byteOffset + view.length;
    if (written) writtenEnd = Math.max(writtenEnd, end);
    else readEnd = Math.max(readEnd, end);
  }
  return false;
}
