/** Random bytes that the operating system's kernel had a part in: keys and nonces of the fallback core. */
import { randomFillSync } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';
import { assert } from '../base/errors.ts';

const kernelDevice = '/dev/urandom';

/**
 * Fills `bytes`. Node's generator lives in this process, so two clones of a running machine would draw the same
 * nonces from it; the kernel is told when it wakes up as a clone. The kernel's bytes go over Node's, and either
 * suffices. Windows has no such file: there only Node's generator serves.
 */
export function fillRandom(bytes: Uint8Array): void {
  randomFillSync(bytes);
  if (process.platform === 'win32' || bytes.length === 0) return;
  const kernelBytes = readKernel(bytes.length);
  for (const [index, byte] of kernelBytes.entries()) bytes[index] = byte ^ (bytes[index] ?? 0);
  kernelBytes.fill(0);
}

/** Opened anew each time: a number kept from before could mean another file by now. */
function readKernel(count: number): Uint8Array {
  const bytes = Buffer.allocUnsafeSlow(count);
  const file = openSync(kernelDevice, 'r');
  try {
    let filled = 0;
    while (filled < count) {
      const got = readSync(file, bytes, filled, count - filled, null);
      assert(got > 0, 'the random device has an end');
      filled += got;
    }
  } finally {
    closeSync(file);
  }
  return bytes;
}
