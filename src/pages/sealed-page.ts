/** Between plain pages and stored bodies: associated data, clear headers, tags, and the time sealing takes. */
import type { Clock } from '../base/clock.ts';
import { assert, IntegrityFault } from '../base/errors.ts';
import { type PageBatch, pageBatchStride, sealedPageOverheadBytes, tagBytes } from '../crypto/core.ts';
import {
  algorithmXaes256Gcm,
  associatedBytes,
  clearHeaderBytes,
  formatVersion,
  type PageKind,
  pageKind,
  readU16,
  readU32,
  storeIdBytes,
  writeU32,
  writeU64,
} from './layout.ts';
import type { PageCipher } from './page-cipher.ts';

/** Where a page belongs: what its associated data says beside the store. */
export interface PagePlace {
  readonly kind: PageKind;
  readonly tree: number;
  readonly page: number;
  readonly version: number;
}

/** A page to seal: what is missing of `plainBytes` is sealed as zeros. */
export interface PlainPage {
  readonly page: number;
  readonly plain: Uint8Array;
  readonly plainBytes: number;
}

/** What sealing and opening have cost since the start. */
export interface SealMeter {
  sealMs: number;
  openMs: number;
  sealedPages: number;
  openedPages: number;
  sealedBytes: number;
  openedBytes: number;
}

const sealedOverheadBytes = clearHeaderBytes + sealedPageOverheadBytes;
const arenaStepBytes = 1 << 20;

/** Memory that grows when it must and is used again. */
class Arena {
  bytes = new Uint8Array(0);

  atLeast(size: number): Uint8Array {
    if (this.bytes.length < size) {
      this.wipe();
      this.bytes = new Uint8Array(Math.ceil(size / arenaStepBytes) * arenaStepBytes);
    }
    return this.bytes;
  }

  wipe(): void {
    this.bytes.fill(0);
  }
}

export class PageSealer {
  readonly meter: SealMeter = {
    sealMs: 0,
    openMs: 0,
    sealedPages: 0,
    openedPages: 0,
    sealedBytes: 0,
    openedBytes: 0,
  };
  readonly #storeId: Uint8Array;
  readonly #clock: Clock;
  readonly #plain = new Arena();
  readonly #openAad = new Uint8Array(associatedBytes);
  readonly #openPages = new Uint32Array(pageBatchStride);

  constructor(storeId: Uint8Array, clock: Clock) {
    assert(storeId.length === storeIdBytes, 'a store id has 16 bytes');
    this.#storeId = storeId.slice();
    this.#clock = clock;
    this.#writeAad(this.#openAad, 0, { kind: pageKind.page, tree: 0, page: 0, version: 0 }, 0, 0);
  }

  /** Seals pages of one tree and commit in one call and returns their bodies. */
  seal(
    cipher: PageCipher,
    tree: number,
    version: number,
    kind: PageKind,
    pages: readonly PlainPage[],
  ): Uint8Array[] {
    const dataKeyId = cipher.dataKeyId;
    const batch = this.#batchOf(pages, { kind, tree, page: 0, version }, dataKeyId);
    const begin = this.#clock.monotonicMs();
    cipher.seal(batch);
    this.meter.sealMs += this.#clock.monotonicMs() - begin;
    this.meter.sealedPages += pages.length;
    this.meter.sealedBytes += batch.output.length;
    return this.#bodiesOf(batch, pages.length, dataKeyId);
  }

  /**
   * Opens one body into `into`. `tags` at `tagAt` holds the tag its parent vouches for; a head has none. Throws
   * IntegrityFault, or what the cipher throws where its key has gone; `into` is then zeros where it was to be filled.
   */
  open(
    cipher: PageCipher,
    place: PagePlace,
    body: Uint8Array,
    tags: Uint8Array | undefined,
    tagAt: number,
    into: Uint8Array,
    intoAt: number,
    plainBytes: number,
  ): void {
    if (!isBody(body, plainBytes) || (tags !== undefined && !hasTag(body, tags, tagAt))) throw faultAt(place);
    const dataKeyId = readU32(body, 4);
    const aad = this.#openAad;
    aad[2] = place.kind;
    writeU64(aad, 20, place.tree);
    writeU64(aad, 28, place.page);
    writeU32(aad, 36, dataKeyId);
    writeU64(aad, 40, place.version);
    writeU32(aad, 48, plainBytes);
    const pages = this.#openPages;
    pages[0] = clearHeaderBytes;
    pages[1] = plainBytes + sealedPageOverheadBytes;
    pages[2] = intoAt;
    pages[3] = 0;
    pages[4] = associatedBytes;
    const begin = this.#clock.monotonicMs();
    const failed = cipher.open(dataKeyId, { input: body, output: into, aad, pages });
    this.meter.openMs += this.#clock.monotonicMs() - begin;
    this.meter.openedPages++;
    this.meter.openedBytes += body.length;
    if (failed !== -1) throw faultAt(place);
  }

  /** Wipes what sealing left in memory. */
  wipe(): void {
    this.#plain.wipe();
  }

  #batchOf(pages: readonly PlainPage[], place: PagePlace, dataKeyId: number): PageBatch {
    let totalBytes = 0;
    for (const page of pages) totalBytes += page.plainBytes;
    const input = this.#plain.atLeast(totalBytes);
    const output = new Uint8Array(totalBytes + pages.length * sealedOverheadBytes);
    const aad = new Uint8Array(pages.length * associatedBytes);
    const table = new Uint32Array(pages.length * pageBatchStride);
    let inAt = 0;
    let outAt = 0;
    for (let i = 0; i < pages.length; i++) {
      const { page, plain, plainBytes } = pages[i] as PlainPage;
      const aadAt = i * associatedBytes;
      input.set(plain, inAt);
      if (plain.length < plainBytes) input.fill(0, inAt + plain.length, inAt + plainBytes);
      this.#writeAad(aad, aadAt, place, dataKeyId, plainBytes);
      writeU64(aad, aadAt + 28, page);
      table.set([inAt, plainBytes, outAt + clearHeaderBytes, aadAt, associatedBytes], i * pageBatchStride);
      inAt += plainBytes;
      outAt += plainBytes + sealedOverheadBytes;
    }
    return { input, output, aad, pages: table };
  }

  #bodiesOf(batch: PageBatch, count: number, dataKeyId: number): Uint8Array[] {
    const bodies: Uint8Array[] = [];
    for (let i = 0; i < count; i++) {
      const plainBytes = batch.pages[i * pageBatchStride + 1] as number;
      const at = (batch.pages[i * pageBatchStride + 2] as number) - clearHeaderBytes;
      const body = batch.output.subarray(at, at + plainBytes + sealedOverheadBytes);
      body[0] = formatVersion;
      body[1] = algorithmXaes256Gcm;
      writeU32(body, 4, dataKeyId);
      bodies.push(body);
    }
    return bodies;
  }

  #writeAad(aad: Uint8Array, at: number, place: PagePlace, dataKeyId: number, plainBytes: number): void {
    aad[at] = formatVersion;
    aad[at + 1] = algorithmXaes256Gcm;
    aad[at + 2] = place.kind;
    aad.set(this.#storeId, at + 4);
    writeU64(aad, at + 20, place.tree);
    writeU64(aad, at + 28, place.page);
    writeU32(aad, at + 36, dataKeyId);
    writeU64(aad, at + 40, place.version);
    writeU32(aad, at + 48, plainBytes);
  }
}

/** Copies the tag of a sealed body to where its parent keeps it. */
export function copyTag(body: Uint8Array, tags: Uint8Array, tagAt: number): void {
  tags.set(body.subarray(body.length - tagBytes), tagAt);
}

function isBody(body: Uint8Array, plainBytes: number): boolean {
  return (
    body.length === plainBytes + sealedOverheadBytes &&
    body[0] === formatVersion &&
    body[1] === algorithmXaes256Gcm &&
    readU16(body, 2) === 0
  );
}

function hasTag(body: Uint8Array, tags: Uint8Array, tagAt: number): boolean {
  const bodyAt = body.length - tagBytes;
  for (let i = 0; i < tagBytes; i++) if (body[bodyAt + i] !== tags[tagAt + i]) return false;
  return true;
}

function faultAt(place: PagePlace): IntegrityFault {
  return place.kind === pageKind.head
    ? new IntegrityFault({ tree: place.tree, record: 'head' })
    : new IntegrityFault({ tree: place.tree, page: place.page });
}
