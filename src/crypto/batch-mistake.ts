/** What a caller can get wrong about a batch of pages, as errors with a code; the addon throws the same codes. */
import { isSharedArrayBuffer } from 'node:util/types';
import type { PageBatch } from './core.ts';

const sentences = {
  ERR_BUFFER_DETACHED: 'A buffer of the batch was detached, or shrank below what its view shows.',
  ERR_BUFFER_NOT_SHARED:
    'Asynchronous batches take views of a SharedArrayBuffer alone: any other could be taken away meanwhile.',
  ERR_PAGE_TABLE: 'The table of pages has five numbers for each page.',
  ERR_TOO_MANY_PAGES: 'A batch has at most 16777216 pages.',
  ERR_PAGE_OUTSIDE: 'A page of the batch lies outside its buffers.',
  ERR_PAGES_OVERLAP: 'A page would be written over what it, or another page of the batch, is made from.',
} as const;

export type BatchMistakeCode = keyof typeof sentences;

/** Thrown before a byte is written. */
export class BatchMistake extends RangeError {
  readonly code: BatchMistakeCode;

  constructor(code: BatchMistakeCode) {
    super(sentences[code]);
    this.code = code;
  }
}

/** A part of a batch is something else than it should be. */
export class BatchTypeMistake extends TypeError {
  readonly code = 'ERR_INVALID_ARG_TYPE';
}

/** A view whose memory is gone looks like an empty one, save that nothing may be done with it. */
export function refuseDetached({ input, output, aad, pages }: PageBatch): void {
  if (isDetached(input) || isDetached(output) || isDetached(aad) || isDetached(pages)) {
    throw new BatchMistake('ERR_BUFFER_DETACHED');
  }
}

export function refuseUnshared({ input, output, aad }: PageBatch): void {
  if (!isShared(input) || !isShared(output) || !isShared(aad)) {
    throw new BatchMistake('ERR_BUFFER_NOT_SHARED');
  }
}

function isDetached(view: Uint8Array | Uint32Array): boolean {
  if (!ArrayBuffer.isView(view) || view.length > 0) return false;
  try {
    view.keys();
    return false;
  } catch {
    return true;
  }
}

/** An empty view hands out no memory that could go. */
function isShared(view: Uint8Array): boolean {
  return !ArrayBuffer.isView(view) || view.length === 0 || isSharedArrayBuffer(view.buffer);
}
