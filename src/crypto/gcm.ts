/** AES-256-GCM of node:crypto into memory that the caller owns; what does not open leaves zeros there. */
import { createCipheriv, createDecipheriv } from 'node:crypto';
import { assert } from '../base/errors.ts';
import { tagBytes } from './core.ts';

export interface GcmParameters {
  readonly key: Uint8Array;
  readonly nonce: Uint8Array;
  readonly aad: Uint8Array;
}

export const gcmNonceBytes = 12;
const options = { authTagLength: tagBytes };

/** Writes `ciphertext ‖ tag`, which fills `into`. The two may be the same memory. */
export function sealGcm({ key, nonce, aad }: GcmParameters, plain: Uint8Array, into: Uint8Array): void {
  assert(nonce.length === gcmNonceBytes, 'a nonce of AES-GCM has 12 bytes');
  assert(into.length === plain.length + tagBytes, 'a sealed text is 16 bytes longer than its plaintext');
  const cipher = createCipheriv('aes-256-gcm', key, nonce, options);
  cipher.setAAD(aad);
  into.set(cipher.update(plain));
  cipher.final();
  into.set(cipher.getAuthTag(), plain.length);
}

/** Opens `ciphertext ‖ tag` into `into`, which is as long as the ciphertext. False, and zeros, where the tag is wrong. */
export function openGcm({ key, nonce, aad }: GcmParameters, sealed: Uint8Array, into: Uint8Array): boolean {
  assert(nonce.length === gcmNonceBytes, 'a nonce of AES-GCM has 12 bytes');
  assert(sealed.length === into.length + tagBytes, 'a sealed text is 16 bytes longer than its plaintext');
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, options);
  decipher.setAAD(aad);
  decipher.setAuthTag(sealed.subarray(into.length));
  const plain = decipher.update(sealed.subarray(0, into.length));
  try {
    decipher.final();
    into.set(plain);
    return true;
  } catch {
    into.fill(0);
    return false;
  } finally {
    plain.fill(0);
  }
}
