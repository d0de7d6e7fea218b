/** Between plain pages and stored bodies: associated data, clear headers, tags, and the time sealing takes. */
import type { Clock } from '../base/clock.ts';
import { assert, IntegrityFault } from '../base/errors.ts';
import {
  nonceBytes,
  type PageBatch,
  pageBatchStride,
  sealedPageOverheadBytes,
  tagBytes,
} from '../crypto/core.ts';
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
  writeU16,
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

export const sealedOverheadBytes = clearHeaderBytes + sealedPageOverheadBytes;
/** Where the text of a body begins, sealed as plain. */
const textAt = clearHeaderBytes + nonceBytes;
const arenaStepBytes = 1 << 20;
/** A longer arena is not kept for the next commit. */
const arenaKeptBytesMax = 16 << 20;

/** Memory for the bodies of one commit, used again for the next. */
class BodyArena {
  #bytes = new Uint8Array(0);
  #used = 0;

  /** What was given out before will be written over. */
  begin(): void {
    this.#used = 0;
    if (this.#bytes.length > arenaKeptBytesMax) this.#bytes = new Uint8Array(0);
  }

  /** So many bytes of the memory that is returned, from `at` on. */
  take(size: number): { readonly bytes: Uint8Array; readonly at: number } {
    // Bodies that lie in the old memory keep it until their commit has ended.
    if (this.#used + size > this.#bytes.length) {
      this.#bytes = new Uint8Array(Math.ceil(size / arenaStepBytes) * arenaStepBytes + this.#bytes.length);
      this.#used = 0;
    }
    const at = this.#used;
    this.#used += size;
    return { bytes: this.#bytes, at };
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
  readonly #arena = new BodyArena();
  #sealAad = new Uint8Array(0);
  #sealPages = new Uint32Array(0);
  readonly #openAad = new Uint8Array(associatedBytes);
  readonly #openPages = new Uint32Array(pageBatchStride);

  constructor(storeId: Uint8Array, clock: Clock) {
    assert(storeId.length === storeIdBytes, 'a store id has 16 bytes');
    this.#storeId = storeId.slice();
    this.#clock = clock;
    this.#writeAad(this.#openAad, 0, { kind: pageKind.page, tree: 0, page: 0, version: 0 }, 0, 0);
  }

  /** Begins a commit: the bodies of the one before may be written over. */
  begin(): void {
    this.#arena.begin();
  }

  /** Seals pages of one tree and commit in one call and returns their bodies, which are good until `begin`. */
  seal(
    cipher: PageCipher,
    tree: number,
    version: number,
    kind: PageKind,
    pages: readonly PlainPage[],
  ): Uint8Array[] {
    const dataKeyId = cipher.dataKeyId;
    let totalBytes = pages.length * sealedOverheadBytes;
    for (const page of pages) totalBytes += page.plainBytes;
    const { bytes, at } = this.#arena.take(totalBytes);
    const bodies = this.#layOut(bytes, at, pages, dataKeyId);
    const batch = this.#batchOf(bytes, at, pages, { kind, tree, page: 0, version }, dataKeyId);
    const begin = this.#clock.monotonicMs();
    try {
      cipher.seal(batch);
    } catch (fault) {
      // The pages still lie there in clear.
      bytes.fill(0, at, at + totalBytes);
      throw fault;
    }
    this.meter.sealMs += this.#clock.monotonicMs() - begin;
    this.meter.sealedPages += pages.length;
    this.meter.sealedBytes += totalBytes;
    return bodies;
  }

  /** As `seal`, of one page, sealed as long as it is. */
  sealOne(
    cipher: PageCipher,
    tree: number,
    version: number,
    kind: PageKind,
    page: number,
    plain: Uint8Array,
  ): Uint8Array {
    const [body] = this.seal(cipher, tree, version, kind, [{ page, plain, plainBytes: plain.length }]);
    assert(body !== undefined, 'one page in, one body out');
    return body;
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

  /** Bodies whose texts are yet plain: they are sealed where they lie. */
  #layOut(bytes: Uint8Array, start: number, pages: readonly PlainPage[], dataKeyId: number): Uint8Array[] {
    const bodies: Uint8Array[] = [];
    let at = start;
    for (const { plain, plainBytes } of pages) {
      const end = at + plainBytes + sealedOverheadBytes;
      bytes.set(plain, at + textAt);
      bytes.fill(0, at + textAt + plain.length, end);
      bytes[at] = formatVersion;
      bytes[at + 1] = algorithmXaes256Gcm;
      writeU16(bytes, at + 2, 0);
      writeU32(bytes, at + 4, dataKeyId);
      bodies.push(bytes.subarray(at, end));
      at = end;
    }
    return bodies;
  }

  #batchOf(
    bytes: Uint8Array,
    start: number,
    pages: readonly PlainPage[],
    place: PagePlace,
    dataKeyId: number,
  ): PageBatch {
    if (this.#sealPages.length < pages.length * pageBatchStride) {
      this.#sealPages = new Uint32Array(2 * pages.length * pageBatchStride);
      this.#sealAad = new Uint8Array(2 * pages.length * associatedBytes);
    }
    const [aad, table] = [this.#sealAad, this.#sealPages];
    let at = start;
    let row = 0;
    for (let i = 0; i < pages.length; i++) {
      const { page, plainBytes } = pages[i] as PlainPage;
      const aadAt = i * associatedBytes;
      this.#writeAad(aad, aadAt, place, dataKeyId, plainBytes);
      writeU64(aad, aadAt + 28, page);
      table[row++] = at + textAt;
      table[row++] = plainBytes;
      table[row++] = at + clearHeaderBytes;
      table[row++] = aadAt;
      table[row++] = associatedBytes;
      at += plainBytes + sealedOverheadBytes;
    }
    return { input: bytes, output: bytes, aad, pages: table.subarray(0, row) };
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
