/** The cipher over node:crypto, for places without the addon: the same bytes, slower, and with weaker promises. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { assert, IntegrityFault } from '../base/errors.ts';
import { refuseUnshared } from './batch-mistake.ts';
import {
  type AsyncPagesOptions,
  type CryptoCore,
  envelopeOverheadBytes,
  keyBytes,
  type PageBatch,
  runBytes,
  type SecretKey,
} from './core.ts';
import { openEnvelope, sealEnvelope } from './envelope.ts';
import { openSlices, sealSlices } from './fallback-pages.ts';
import { expandKey } from './hkdf.ts';
import { type Direction, type PageSlices, slicesOf } from './page-batch.ts';
import { fillRandom } from './random.ts';

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
    sealPages: (key, batch) => sealSlices(FallbackKey.bytesOf(key), slicesOf(batch, 'seal')),
    openPages: (key, batch) => openSlices(FallbackKey.bytesOf(key), slicesOf(batch, 'open')),
    sealPagesAsync,
    openPagesAsync,
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

async function sealPagesAsync(
  key: SecretKey,
  batch: PageBatch,
  options: AsyncPagesOptions = {},
): Promise<void> {
  FallbackKey.bytesOf(key);
  for await (const { slices } of runsOf(batch, 'seal', options)) sealSlices(FallbackKey.bytesOf(key), slices);
}

async function openPagesAsync(
  key: SecretKey,
  batch: PageBatch,
  options: AsyncPagesOptions = {},
): Promise<number> {
  FallbackKey.bytesOf(key);
  let firstFailed = -1;
  for await (const { slices, first } of runsOf(batch, 'open', options)) {
    const failed = openSlices(FallbackKey.bytesOf(key), slices);
    if (failed !== -1 && firstFailed === -1) firstFailed = first + failed;
  }
  return firstFailed;
}

/** The batch in runs, between which others get their turn, may abort, and may destroy the key. */
async function* runsOf(
  batch: PageBatch,
  direction: Direction,
  { signal }: AsyncPagesOptions,
): AsyncGenerator<{ readonly slices: PageSlices[]; readonly first: number }> {
  signal?.throwIfAborted();
  refuseUnshared(batch);
  const all = slicesOf(batch, direction);
  for (let first = 0; first < all.length; ) {
    let [end, bytes] = [first, 0];
    while (end < all.length && bytes < runBytes) bytes += all[end++]?.input.length ?? 0;
    yield { slices: all.slice(first, end), first };
    first = end;
    if (first === all.length) return;
    await nextTurn();
    signal?.throwIfAborted();
  }
}
