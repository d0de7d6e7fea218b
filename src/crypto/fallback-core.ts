/** The cipher over node:crypto, for places without the addon: the same bytes, slower, and with weaker promises. */
import { equalBytes } from '../base/bytes.ts';
import { assert, IntegrityFault } from '../base/errors.ts';
import {
  type CryptoCore,
  envelopeOverheadBytes,
  keyBytes,
  nonceBytes,
  type PageBatch,
  type SecretKey,
  sealedPageOverheadBytes,
} from './core.ts';
import { openEnvelope, sealEnvelope } from './envelope.ts';
import { openGcm, sealGcm } from './gcm.ts';
import { expandKey } from './hkdf.ts';
import { type PageSlices, slicesOf } from './page-batch.ts';
import { fillRandom } from './random.ts';
import { deriveGcmKey, keyNonceBytes } from './xaes.ts';

/** The last four bytes of a page's nonce count the pages of its batch; those before are random. */
const pageIndexAt = nonceBytes - 4;

/** Only a safety net: whoever has a key destroys it. */
const forgotten = new FinalizationRegistry((bytes: Buffer) => bytes.fill(0));

/**
 * The bytes lie in memory of their own, out of JavaScript's reach, and destroy() wipes them. What the addon promises
 * and this cannot: they may be swapped or dumped, and OpenSSL and V8 may leave copies behind.
 */
class FallbackKey implements SecretKey {
  readonly #bytes: Buffer;
  #destroyed = false;

  /** `bytes` must own its memory, and is the key's from now on. */
  constructor(bytes: Buffer) {
    this.#bytes = bytes;
    forgotten.register(this, bytes);
  }

  get destroyed(): boolean {
    return this.#destroyed;
  }

  destroy(): void {
    this.#bytes.fill(0);
    this.#destroyed = true;
  }

  static bytesOf(key: SecretKey): Buffer {
    assert(#bytes in key, 'a key was used with a core that did not make it');
    assert(!key.#destroyed, 'a destroyed key was used');
    return key.#bytes;
  }
}

export function createFallbackCore(): CryptoCore {
  return {
    name: 'fallback',
    kernel: 'openssl',
    generateKey,
    importKey,
    deriveKey: (parent, info) => new FallbackKey(expandKey(FallbackKey.bytesOf(parent), info)),
    sealKey: (wrapping, key, context) =>
      sealEnvelope(FallbackKey.bytesOf(wrapping), FallbackKey.bytesOf(key), context),
    openKey,
    sealBytes: (key, plain, context) => sealEnvelope(FallbackKey.bytesOf(key), plain, context),
    openBytes,
    sealPages,
    openPages,
  };
}

function generateKey(): SecretKey {
  const bytes = Buffer.allocUnsafeSlow(keyBytes);
  fillRandom(bytes);
  return new FallbackKey(bytes);
}

function importKey(bytes: Uint8Array): SecretKey {
  assert(bytes.length === keyBytes, 'a key has 32 bytes');
  const own = Buffer.allocUnsafeSlow(keyBytes);
  own.set(bytes);
  bytes.fill(0);
  return new FallbackKey(own);
}

function openKey(wrapping: SecretKey, sealed: Uint8Array, context: Uint8Array): SecretKey {
  const wrappingBytes = FallbackKey.bytesOf(wrapping);
  if (sealed.length !== keyBytes + envelopeOverheadBytes) throw new IntegrityFault();
  const bytes = openEnvelope(wrappingBytes, sealed, context);
  if (bytes === undefined) throw new IntegrityFault();
  return new FallbackKey(bytes);
}

function openBytes(key: SecretKey, sealed: Uint8Array, context: Uint8Array): Uint8Array {
  const plain = openEnvelope(FallbackKey.bytesOf(key), sealed, context);
  if (plain === undefined) throw new IntegrityFault();
  return plain;
}

function sealPages(key: SecretKey, batch: PageBatch): void {
  const parent = FallbackKey.bytesOf(key);
  const slices = slicesOf(batch, 'seal');
  // One for the batch: only its last four bytes change from page to page (R-NON-1).
  const nonce = Buffer.alloc(nonceBytes);
  fillRandom(nonce.subarray(0, pageIndexAt));
  const pageKey = deriveGcmKey(parent, nonce.subarray(0, keyNonceBytes));
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

function openPages(key: SecretKey, batch: PageBatch): number {
  const parent = FallbackKey.bytesOf(key);
  const slices = slicesOf(batch, 'open');
  let firstFailed = -1;
  // Pages that were sealed together share the derived key: it is kept while they come one after another.
  const keyNonce = Buffer.alloc(keyNonceBytes);
  let pageKey: Buffer | undefined;
  const open = ({ input, output, aad }: PageSlices): boolean => {
    if (input.length < sealedPageOverheadBytes) return false;
    if (pageKey === undefined || !equalBytes(keyNonce, input.subarray(0, keyNonceBytes))) {
      keyNonce.set(input.subarray(0, keyNonceBytes));
      pageKey?.fill(0);
      pageKey = deriveGcmKey(parent, keyNonce);
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
