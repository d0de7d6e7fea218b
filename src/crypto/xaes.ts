/** XAES-256-GCM (c2sp.org/XAES-256-GCM) over node:crypto: AES-256-GCM under a key derived from half of a long nonce. */
import { createCipheriv } from 'node:crypto';
import { assert } from '../base/errors.ts';
import { nonceBytes, tagBytes } from './core.ts';
import { type GcmParameters, gcmNonceBytes, openGcm, sealGcm } from './gcm.ts';

const blockBytes = 16;
/** The first half of the nonce chooses the derived key, the second is the nonce of AES-GCM. */
export const keyNonceBytes = nonceBytes - gcmNonceBytes;

/**
 * The key for every nonce that begins with these 12 bytes: two blocks of CMAC-AES256 in counter mode (SP 800-108r1),
 * block i over `00 i 58 00 ‖ key nonce`. The caller wipes it.
 */
export function deriveGcmKey(key: Uint8Array, keyNonce: Uint8Array): Buffer {
  assert(keyNonce.length === keyNonceBytes, 'a key nonce has 12 bytes');
  const cipher = createCipheriv('aes-256-ecb', key, null).setAutoPadding(false);
  const subkey = doubled(cipher.update(Buffer.alloc(blockBytes)));
  const blocks = Buffer.allocUnsafeSlow(2 * blockBytes);
  for (const [index, at] of [0, blockBytes].entries()) {
    blocks.set([0, index + 1, 0x58, 0], at);
    blocks.set(keyNonce, at + 4);
  }
  for (const [index, byte] of blocks.entries()) blocks[index] = byte ^ (subkey[index % blockBytes] ?? 0);
  const derived = cipher.update(blocks);
  cipher.final();
  subkey.fill(0);
  blocks.fill(0);
  return derived;
}

/** `ciphertext ‖ tag`. */
export function sealXaes(parameters: GcmParameters, plain: Uint8Array): Uint8Array {
  const sealed = new Uint8Array(plain.length + tagBytes);
  withGcm(parameters, (gcm) => sealGcm(gcm, plain, sealed));
  return sealed;
}

/** Undefined where it does not open. The result owns its memory, so that the caller can wipe it. */
export function openXaes(parameters: GcmParameters, sealed: Uint8Array): Buffer | undefined {
  if (sealed.length < tagBytes) return undefined;
  const plain = Buffer.allocUnsafeSlow(sealed.length - tagBytes);
  return withGcm(parameters, (gcm) => openGcm(gcm, sealed, plain)) ? plain : undefined;
}

function withGcm<T>({ key, nonce, aad }: GcmParameters, work: (gcm: GcmParameters) => T): T {
  assert(nonce.length === nonceBytes, 'a nonce of XAES-256-GCM has 24 bytes');
  const derived = deriveGcmKey(key, nonce.subarray(0, keyNonceBytes));
  try {
    return work({ key: derived, nonce: nonce.subarray(keyNonceBytes), aad });
  } finally {
    derived.fill(0);
  }
}

/** The block times x in CMAC's field (SP 800-38B, section 6.1), in place and without a branch on its bits. */
function doubled(block: Buffer): Buffer {
  let carry = 0;
  for (let index = blockBytes - 1; index >= 0; index--) {
    const byte = block.readUInt8(index);
    block[index] = (byte << 1) | carry;
    carry = byte >> 7;
  }
  block[blockBytes - 1] = block.readUInt8(blockBytes - 1) ^ (0x87 * carry);
  return block;
}
