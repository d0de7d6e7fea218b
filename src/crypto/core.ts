/** What the layers above ask of the cipher: keys that work and never show their bytes, and sealing in bulk. */
import type { PageRowReading } from './page-rows.ts';

/**
 * A 256-bit key in memory that JavaScript cannot read. Made only by a CryptoCore.
 * Using a destroyed key is a bug and throws an assertion error.
 */
export interface SecretKey {
  readonly destroyed: boolean;
  /** Wipes the key; a second call does nothing. */
  destroy(): void;
}

/** Numbers per page in `PageBatch.pages`. */
export const pageBatchStride = 5;
/** Pages in a batch, at most. */
export const pagesMax = 2 ** 24;
/** What an asynchronous batch does at a time, and the least that leaves the calling thread. */
export const runBytes = 2 ** 20;

/**
 * Pages to seal or open in one call. `pages` holds five numbers a page:
 * inOffset, inBytes (into `input`), outOffset (into `output`), aadOffset, aadBytes (into `aad`).
 * A sealed page is `nonce (24) ‖ ciphertext (as long as the plaintext) ‖ tag (16)`.
 * `inBytes` counts the plaintext when sealing and the whole sealed page when opening.
 */
export interface PageBatch {
  readonly input: Uint8Array;
  readonly output: Uint8Array;
  readonly aad: Uint8Array;
  readonly pages: Uint32Array;
}

export interface AsyncPagesOptions {
  /** Stops the batch before its next run of pages; the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

export const keyBytes = 32;
export const nonceBytes = 24;
export const tagBytes = 16;
/** What sealing adds to a page: nonce and tag. */
export const sealedPageOverheadBytes = nonceBytes + tagBytes;
export const commitmentBytes = 32;
/** What sealKey and sealBytes add: commitment, nonce and tag. */
export const envelopeOverheadBytes = commitmentBytes + sealedPageOverheadBytes;

export interface CryptoCore {
  readonly name: 'native' | 'fallback';
  /** The kernel in use, e.g. `vaes512`; `openssl` for the fallback. */
  readonly kernel: string;
  /** A shorter way from SQLite's pages into our memory; the fallback has none. */
  readonly rows?: PageRowReading | undefined;

  /** A fresh random key from the kernel's generator. */
  generateKey(): SecretKey;
  /** Takes 32 bytes and wipes them in `bytes`. */
  importKey(bytes: Uint8Array): SecretKey;
  /** HKDF-Expand (RFC 5869, SHA-256) of the parent with `info`: one parent and info, one key. */
  deriveKey(parent: SecretKey, info: Uint8Array): SecretKey;

  /**
   * Seals a key under another: `commitment (32) ‖ nonce (24) ‖ ciphertext ‖ tag (16)`, XAES-256-GCM with `context` as
   * associated data. The commitment is HMAC-SHA-256 over a label, nonce and context under a key derived from the
   * wrapping key, checked in constant time before any decryption, since GCM alone does not bind a key (R-COM-1).
   */
  sealKey(wrapping: SecretKey, key: SecretKey, context: Uint8Array): Uint8Array;
  /** Throws IntegrityFault whatever the cause: wrong key, wrong context, changed bytes, wrong length. */
  openKey(wrapping: SecretKey, sealed: Uint8Array, context: Uint8Array): SecretKey;
  /** The same envelope around bytes that JavaScript may see. */
  sealBytes(key: SecretKey, plain: Uint8Array, context: Uint8Array): Uint8Array;
  /** Throws IntegrityFault as openKey does. */
  openBytes(key: SecretKey, sealed: Uint8Array, context: Uint8Array): Uint8Array;

  /**
   * Seals every page with XAES-256-GCM; the batch shares its first 12 nonce bytes, fresh from the kernel. This and
   * openPages throw RangeError with a code of BatchMistakeCode, before anything is written, where a page reaches past
   * its buffers, or is written over what it or another page is made from other than text on its own text.
   */
  sealPages(key: SecretKey, batch: PageBatch): void;
  /**
   * Opens every page. Returns -1, or the index of the first page that failed; failed pages are zeros in `output`.
   * One too short to have been sealed fails like any other.
   */
  openPages(key: SecretKey, batch: PageBatch): number;

  /**
   * As sealPages and openPages, and from 1 MiB on away from this thread, a run of pages at a time; runs have nonces of
   * their own. `input`, `output` and `aad` are views of SharedArrayBuffers, which nobody can take away or shrink under
   * the work; `pages` may be any, and is free again once this returns. They reject where the key is destroyed or the
   * signal aborts meanwhile; the output then holds some pages and not others.
   */
  sealPagesAsync(key: SecretKey, batch: PageBatch, options?: AsyncPagesOptions): Promise<void>;
  openPagesAsync(key: SecretKey, batch: PageBatch, options?: AsyncPagesOptions): Promise<number>;
}
