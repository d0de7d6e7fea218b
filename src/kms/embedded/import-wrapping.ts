/** How material travels to a key that imports it: under an RSA key of ours, by itself or behind a one-time AES key. */
import { createDecipheriv } from 'node:crypto';
import { privateKeyOf, rsaDecrypted } from './asymmetric-key.ts';

export const wrappingAlgorithms = [
  'RSAES_OAEP_SHA_1',
  'RSAES_OAEP_SHA_256',
  'RSA_AES_KEY_WRAP_SHA_1',
  'RSA_AES_KEY_WRAP_SHA_256',
] as const;
export type WrappingAlgorithm = (typeof wrappingAlgorithms)[number];

export const wrappingSpecs = ['RSA_2048', 'RSA_3072', 'RSA_4096'] as const;
export type WrappingSpec = (typeof wrappingSpecs)[number];

/** AES key wrap with padding (RFC 5649): its initial value, and the length of the AES key. */
const paddedWrapStart = Buffer.from('a65959a6', 'hex');
const aesKeyBytes = 32;
/** Two blocks of eight bytes: of nothing at all, OpenSSL makes nothing, and finds no fault with it. */
const wrappedBytesMin = 16;

/** Undefined for what does not unwrap, whatever the cause. The receiver wipes the result. */
export function unwrapped(
  privateKey: Uint8Array,
  { algorithm, wrapped }: { algorithm: WrappingAlgorithm; wrapped: Uint8Array },
): Buffer | undefined {
  const key = privateKeyOf(privateKey);
  const oaep = algorithm.endsWith('SHA_1') ? 'RSAES_OAEP_SHA_1' : 'RSAES_OAEP_SHA_256';
  if (algorithm === oaep) return rsaDecrypted(key, { algorithm: oaep, ciphertext: wrapped });
  const split = (key.asymmetricKeyDetails?.modulusLength ?? 0) / 8;
  const aesKey = rsaDecrypted(key, { algorithm: oaep, ciphertext: wrapped.subarray(0, split) });
  try {
    return aesKey?.length === aesKeyBytes ? keyUnwrapped(aesKey, wrapped.subarray(split)) : undefined;
  } finally {
    aesKey?.fill(0);
  }
}

function keyUnwrapped(aesKey: Uint8Array, wrapped: Uint8Array): Buffer | undefined {
  if (wrapped.length < wrappedBytesMin) return undefined;
  try {
    const cipher = createDecipheriv('id-aes256-wrap-pad', aesKey, paddedWrapStart);
    const bytes = cipher.update(wrapped);
    cipher.final();
    return bytes;
  } catch {
    return undefined;
  }
}
