/** The layout without the cipher: copies, with nonces and tags of zeros. Benches print the cost of encryption with it. */
import { nonceBytes, type PageBatch, pageBatchStride, tagBytes } from '../../src/crypto/core.ts';
import type { PageCipher } from '../../src/pages/page-cipher.ts';

export function nullCipher(): PageCipher {
  return {
    dataKeyId: 1,
    seal: (batch) => copy(batch, nonceBytes),
    open: (_, batch) => copy(batch, -nonceBytes),
  };
}

function copy({ input, output, pages }: PageBatch, shift: number): number {
  for (let i = 0; i < pages.length; i += pageBatchStride) {
    const inAt = pages[i] as number;
    const size = pages[i + 1] as number;
    const outAt = pages[i + 2] as number;
    if (shift > 0) {
      output.fill(0, outAt, outAt + shift);
      output.set(input.subarray(inAt, inAt + size), outAt + shift);
      output.fill(0, outAt + shift + size, outAt + shift + size + tagBytes);
    } else {
      output.set(input.subarray(inAt - shift, inAt + size - tagBytes), outAt);
    }
  }
  return -1;
}
