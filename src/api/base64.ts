/** Base64 as JSON carries bytes: the standard alphabet, padded, and nothing else. */
import { Refusal } from '../base/errors.ts';

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const wellFormed = /^[A-Za-z0-9+/]*={0,2}$/;

/** Refuses what is not the one canonical spelling of some bytes. The bytes own their memory. */
export function bytesOfBase64(text: string): Uint8Array {
  if (text.length % 4 !== 0) {
    refuse(`Base64 encoded length is expected a multiple of 4 bytes but found: ${text.length}`);
  }
  if (!wellFormed.test(text)) refuse('Illegal base64 character');
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  if (padding > 0) {
    const last = alphabet.indexOf(text.charAt(text.length - padding - 1));
    const unusedBits = padding === 2 ? 0b1111 : 0b11;
    if ((last & unusedBits) !== 0) refuse('Invalid last non-pad Base64 character dectected');
  }
  // Not Buffer.from(text): small ones share a pool, where a neighbour could see key material.
  const bytes = new Uint8Array((text.length / 4) * 3 - padding);
  Buffer.from(bytes.buffer).write(text, 'base64');
  return bytes;
}

export function base64Of(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}

function refuse(message: string): never {
  throw new Refusal('Serialization', { message });
}
