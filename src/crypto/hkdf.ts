/** HKDF-Expand (RFC 5869, section 2.3) with SHA-256, for one key of 32 bytes. */
import { createHmac } from 'node:crypto';

/** The counter of the first block, which is the only one: a key is as long as the hash. */
const firstBlock = Uint8Array.of(1);

/** The caller wipes the result. */
export function expandKey(parent: Uint8Array, info: Uint8Array): Buffer {
  return createHmac('sha256', parent).update(info).update(firstBlock).digest();
}
