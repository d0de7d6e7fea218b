/**
 * The public entry `cryptable/crypto`: the cipher of pages alone, XAES-256-GCM (C2SP) at the speed of the processor.
 *
 * A batch is one call: buffers, and a table of where each page lies in them. Offsets and lengths count bytes.
 * Whatever is wrong with a call is thrown before a byte is written, as a RangeError or TypeError with a `code`.
 */
import { IntegrityFault } from './base/errors.ts';
import type { Log } from './base/log.ts';
import {
  type AsyncPagesOptions,
  type CryptoCore,
  keyBytes,
  type PageBatch,
  type SecretKey,
} from './crypto/core.ts';
import { openCryptoCore } from './crypto/open-core.ts';

export { IntegrityFault, Outage } from './base/errors.ts';
export type { BatchMistakeCode } from './crypto/batch-mistake.ts';
export {
  type AsyncPagesOptions,
  nonceBytes,
  type PageBatch,
  pageBatchStride,
  pagesMax,
  sealedPageOverheadBytes,
  tagBytes,
} from './crypto/core.ts';

/** A process warning: whoever uses the cipher alone has no log of ours. */
const warnings: Log = {
  info: () => {},
  warn: (_, sentence) => process.emitWarning(sentence, { type: 'CryptableWarning' }),
  error: (_, sentence) => process.emitWarning(sentence, { type: 'CryptableWarning' }),
};

let opened: CryptoCore | undefined;

/** Opened at first use: CRYPTABLE_CORE and CRYPTABLE_KERNEL are read then. */
function core(): CryptoCore {
  opened ??= openCryptoCore({ log: warnings });
  return opened;
}

/** What seals and opens here. Throws the Outage AddonUnavailable where the environment asks for what is not there. */
export function cipherInUse(): { readonly core: 'native' | 'fallback'; readonly kernel: string } {
  const { name, kernel } = core();
  return { core: name, kernel };
}

/** An error about a key, whose code says which. */
export class PageKeyMistake extends TypeError {
  readonly code: 'ERR_KEY_DESTROYED' | 'ERR_KEY_LENGTH' | 'ERR_KEY_TYPE';

  constructor(code: PageKeyMistake['code'], sentence: string) {
    super(sentence);
    this.code = code;
  }
}

let secretOf: (key: PageKey) => SecretKey;

/** A 256-bit key in memory of the addon's, out of JavaScript's reach; nothing gives its bytes back. */
export class PageKey {
  readonly #key: SecretKey;

  private constructor(key: SecretKey) {
    this.#key = key;
  }

  /** A fresh key from the operating system's generator. */
  static generate(): PageKey {
    return new PageKey(core().generateKey());
  }

  /** Takes 32 bytes, and wipes them where they were. */
  static import(bytes: Uint8Array): PageKey {
    if (!(bytes instanceof Uint8Array) || bytes.length !== keyBytes) {
      throw new PageKeyMistake('ERR_KEY_LENGTH', `A key is a Uint8Array of ${keyBytes} bytes.`);
    }
    return new PageKey(core().importKey(bytes));
  }

  get destroyed(): boolean {
    return this.#key.destroyed;
  }

  /** Wipes the key, and stops asynchronous batches under it; a second call does nothing. */
  destroy(): void {
    this.#key.destroy();
  }

  static {
    secretOf = (key) => {
      if (typeof key !== 'object' || key === null || !(#key in key)) {
        throw new PageKeyMistake('ERR_KEY_TYPE', 'A PageKey was expected.');
      }
      if (key.destroyed) throw new PageKeyMistake('ERR_KEY_DESTROYED', 'The key was destroyed.');
      return key.#key;
    };
  }
}

/**
 * Memory for asynchronous batches, zeros: a view of a SharedArrayBuffer. One arena may hold the plaintexts, the sealed
 * pages and the associated data of a batch, as long as no page is written over another.
 */
export function createArena(bytes: number): Uint8Array {
  return new Uint8Array(new SharedArrayBuffer(bytes));
}

/**
 * Seals every page of the batch with fresh nonces. A sealed page is 40 bytes longer than its text:
 * `nonce (24) ‖ ciphertext ‖ tag (16)`; it may be written around its own text, with `outOffset = inOffset - 24`.
 */
export function sealPages(key: PageKey, batch: PageBatch): void {
  core().sealPages(secretOf(key), batch);
}

/**
 * Opens every page of the batch. Where any fails, throws an IntegrityFault whose `place.page` is the index of the first,
 * and never why: each page that failed is zeros in the output, each other is open.
 */
export function openPages(key: PageKey, batch: PageBatch): void {
  refuseFailed(core().openPages(secretOf(key), batch));
}

/**
 * As sealPages, and from 1 MiB of input on without blocking this thread, on as many as the machine has cores. `input`,
 * `output` and `aad` lie in memory of createArena, or other SharedArrayBuffers, and are not to be touched until the
 * promise settles. It rejects with the signal's reason, or ERR_KEY_DESTROYED where the key is destroyed meanwhile;
 * then some pages are sealed and others not.
 */
export function sealPagesAsync(
  key: PageKey,
  batch: PageBatch,
  options: AsyncPagesOptions = {},
): Promise<void> {
  return settled(key, options, (secret) => core().sealPagesAsync(secret, batch, options));
}

/** As openPages, in the way of sealPagesAsync. */
export async function openPagesAsync(
  key: PageKey,
  batch: PageBatch,
  options: AsyncPagesOptions = {},
): Promise<void> {
  refuseFailed(await settled(key, options, (secret) => core().openPagesAsync(secret, batch, options)));
}

function refuseFailed(page: number): void {
  if (page !== -1) throw new IntegrityFault({ page });
}

async function settled<T>(
  key: PageKey,
  { signal }: AsyncPagesOptions,
  work: (secret: SecretKey) => Promise<T>,
): Promise<T> {
  const secret = secretOf(key);
  try {
    return await work(secret);
  } catch (fault) {
    // What is a bug inside is the caller's right here: to destroy a key whenever it must go.
    if (secret.destroyed && signal?.aborted !== true) secretOf(key);
    throw fault;
  }
}
