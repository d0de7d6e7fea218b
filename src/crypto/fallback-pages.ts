/** Seals and opens pages over node:crypto, a derived key for each batch. */
import { equalBytes } from '../base/bytes.ts';
import { nonceBytes, sealedPageOverheadBytes } from './core.ts';
import { openGcm, sealGcm } from './gcm.ts';
import type { PageSlices } from './page-batch.ts';
import { fillRandom } from './random.ts';
import { deriveGcmKey, keyNonceBytes } from './xaes.ts';

/** The last four bytes of a page's nonce count the pages of its batch; those before are random. */
const pageIndexAt = nonceBytes - 4;

export function sealSlices(key: Uint8Array, slices: readonly PageSlices[]): void {
  // One for the batch: only its last four bytes change from page to page (R-NON-1).
  const nonce = Buffer.alloc(nonceBytes);
  fillRandom(nonce.subarray(0, pageIndexAt));
  const pageKey = deriveGcmKey(key, nonce.subarray(0, keyNonceBytes));
  try {
    for (const [index, { input, output, aad }] of slices.entries()) {
      nonce.writeUInt32LE(index, pageIndexAt);
      const parameters = { key: pageKey, nonce: nonce.subarray(keyNonceBytes), aad };
      sealGcm(parameters, input, output.subarray(nonceBytes));
      output.set(nonce);
    }
  } finally {
    pageKey.fill(0);
  }
}

/** The index of the first that does not open, or -1. Those that do not are zeros. */
export function openSlices(key: Uint8Array, slices: readonly PageSlices[]): number {
  let firstFailed = -1;
  // Pages that were sealed together share the derived key: it is kept while they come one after another.
  const keyNonce = Buffer.alloc(keyNonceBytes);
  let pageKey: Buffer | undefined;
  const open = ({ input, output, aad }: PageSlices): boolean => {
    if (input.length < sealedPageOverheadBytes) return false;
    if (pageKey === undefined || !equalBytes(keyNonce, input.subarray(0, keyNonceBytes))) {
      keyNonce.set(input.subarray(0, keyNonceBytes));
      pageKey?.fill(0);
      pageKey = deriveGcmKey(key, keyNonce);
    }
    const parameters = { key: pageKey, nonce: input.subarray(keyNonceBytes, nonceBytes), aad };
    return openGcm(parameters, input.subarray(nonceBytes), output);
  };
  try {
    for (const [index, page] of slices.entries()) {
      if (!open(page) && firstFailed === -1) firstFailed = index;
    }
  } finally {
    pageKey?.fill(0);
  }
  return firstFailed;
}
