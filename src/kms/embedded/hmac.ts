/** HMAC (RFC 2104) under the secret of an HMAC key. */
import { createHmac, randomFillSync, timingSafeEqual } from 'node:crypto';
import { hashOf } from './key-spec.ts';

/** What GenerateMac and VerifyMac work on. `algorithm` as the API names it, e.g. `HMAC_SHA_256`. */
export interface MacInput {
  readonly message: Uint8Array;
  readonly algorithm: string;
}

/** A fresh secret; the receiver wipes it. */
export function newHmacSecret(bytes: number): Buffer {
  return randomFillSync(Buffer.allocUnsafeSlow(bytes));
}

export function macOf(secret: Uint8Array, { message, algorithm }: MacInput): Buffer {
  return createHmac(hashOf(algorithm), secret).update(message).digest();
}

/** In a time that tells nothing of where a wrong one differs. */
export function isMacOf(secret: Uint8Array, input: MacInput, mac: Uint8Array): boolean {
  const right = macOf(secret, input);
  return mac.length === right.length && timingSafeEqual(mac, right);
}
