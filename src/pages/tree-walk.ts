/** The walk of verify through one tree: from its head to its overflow pages, each as its parent has it. */
import { compareBytes, equalBytes } from '../base/bytes.ts';
import { IntegrityFault } from '../base/errors.ts';
import { tagBytes } from '../crypto/core.ts';
import type { PageStore, StoredPage } from '../store/page-store.ts';
import type { Head } from './head.ts';
import {
  innerRefAt,
  overflowEntryBytes,
  overflowListHeaderBytes,
  overflowPageCount,
  overflowPlainBytes,
  pageKind,
  plainPageBytes,
  readU16,
  readU48,
  refTagAt,
  refVersionAt,
} from './layout.ts';
import { cellAt, cellCount, isOverflowCell, nodeLevel, valueAt, valueBytes } from './node.ts';
import { childBounds, keyWithin, type NodeBounds, nodeProblem } from './node-check.ts';
import { PageBuffers } from './page-cache.ts';
import type { PageCipher } from './page-cipher.ts';
import { PageSet } from './page-set.ts';
import type { RefLog } from './ref-log.ts';
import { type PageSealer, sealedOverheadBytes } from './sealed-page.ts';
import type { StoredTree } from './stored-tree.ts';

/** Where a fault lies, and a phrase that follows the place: `is missing`. */
export interface VerifyFault {
  readonly tree: number;
  readonly page?: number;
  readonly problem: string;
}

/** What a page can be that is not what was written; a node that opens may have others, which only a bug would write. */
export const pageProblems = {
  missing: 'is missing',
  unreadable: 'cannot be read',
  otherVersion: 'is of another version than its parent says',
  younger: 'is younger than its parent',
  moved: 'is another page of its tree',
  changed: 'does not open',
} as const;

/** What walks write down. */
export interface WalkReport {
  /** Pages that opened, and the bytes of their bodies. */
  pages: number;
  bytes: number;
  readonly faults: VerifyFault[];
}

/** A page as its parent knows it. */
interface PageRef {
  readonly page: number;
  readonly version: number;
  /** No child is younger than its parent. */
  readonly parentVersion: number;
  readonly tags: Uint8Array;
  readonly tagAt: number;
  readonly plainBytes: number;
}

/** A page that did not open: the tag it has, and the one its parent vouches for. */
interface Stray {
  readonly page: number;
  readonly tag: Uint8Array;
  readonly vouched: Uint8Array;
}

type Found = StoredPage | 'missing' | 'unreadable';

const batchPages = 64;
/** So many pages that do not open are compared with each other. */
const straysMax = 1024;
const listedMax = 4096;

/** Part of a tree: from the leaf that has this key, or the first one, until so many pages were opened. */
export interface WalkSlice {
  readonly from: Uint8Array | undefined;
  /** More than a tree is deep. One leaf is always seen whole, whatever it holds. */
  readonly pagesMax: number;
}

export interface TreeWalkOptions {
  readonly store: PageStore;
  readonly sealer: PageSealer;
  readonly report: WalkReport;
  /** Called now and then, so that progress can be shown. */
  readonly onBatch: () => void;
  readonly id: number;
  readonly cipher: PageCipher;
  readonly stored: StoredTree;
}

/** One walk, with what it has counted so far. */
export class TreeWalk {
  readonly id: number;
  readonly #store: PageStore;
  readonly #sealer: PageSealer;
  readonly #report: WalkReport;
  readonly #onBatch: () => void;
  readonly #cipher: PageCipher;
  readonly #head: Head;
  readonly #log: RefLog;
  readonly #buffers = new PageBuffers();
  /** Pages that a parent has vouched for. */
  readonly #vouched: PageSet;
  #entries = 0;
  #pages = 0;
  #bytes = 0;
  readonly #strays: Stray[] = [];
  /** A node could not be looked into: what it vouches for is not known. */
  #isPartial = false;
  #slice: WalkSlice | undefined;
  /** Where the slice ended. */
  #next: Uint8Array | undefined;

  constructor({ store, sealer, report, onBatch, id, cipher, stored }: TreeWalkOptions) {
    this.id = id;
    this.#store = store;
    this.#sealer = sealer;
    this.#report = report;
    this.#onBatch = onBatch;
    this.#cipher = cipher;
    this.#head = stored.head;
    this.#log = stored.log;
    this.#vouched = new PageSet(stored.head.nextPageId);
  }

  async run(): Promise<void> {
    this.#seeLog();
    await this.#root();
    // Below a node that does not open every page would seem to have no parent.
    if (this.#isPartial) return;
    const { entries, pages, bytes } = this.#head;
    if (entries !== this.#entries || pages !== this.#pages || bytes !== this.#bytes) {
      this.#fault('its head counts other than it holds');
    }
    await this.#findOrphans();
  }

  /** Resolves with where to go on, or undefined at the end. What only the whole tree shows is not looked at. */
  async runSlice(slice: WalkSlice): Promise<Uint8Array | undefined> {
    this.#slice = slice;
    await this.#root();
    return this.#next;
  }

  /** Its pages have opened, or there would be no walk. */
  #seeLog(): void {
    for (const { id, bytes } of this.#log.pages) {
      if (!this.#vouched.add(id)) this.#fault('has two parents', id);
      this.#pages++;
      this.#report.pages++;
      this.#report.bytes += bytes + sealedOverheadBytes;
    }
  }

  async #root(): Promise<void> {
    const root = refAt(this.#head.rootRef, 0, this.#head.version);
    await this.#each([root], (ref, found) =>
      this.#node(ref, found, undefined, { from: undefined, to: undefined }),
    );
    this.#tellStrays();
  }

  async #node(ref: PageRef, found: Found, level: number | undefined, bounds: NodeBounds): Promise<void> {
    const node = this.#buffers.take();
    try {
      const isOpen = this.#open(ref, found, node);
      const problem = isOpen ? (nodeProblem(node, level, bounds) ?? this.#takeUp(ref, node)) : undefined;
      if (problem !== undefined) this.#fault(problem, ref.page);
      if (!isOpen || problem !== undefined) this.#isPartial = true;
      else if (nodeLevel(node) === 0) await this.#leaf(node, ref.version);
      else await this.#children(node, this.#youngest(ref), bounds);
    } finally {
      this.#buffers.giveBack(node);
    }
  }

  /** What the log has of a node's children. */
  #takeUp({ page, version }: PageRef, node: Uint8Array): string | undefined {
    if (nodeLevel(node) === 0 || this.#log.patch(page, version, node)) return undefined;
    return 'has not the children that its log says';
  }

  /** No child is of a later commit than its node, or than the log where that has newer ones. */
  #youngest({ page, version }: PageRef): number {
    return this.#log.has(page) ? this.#head.version : version;
  }

  async #children(node: Uint8Array, version: number, bounds: NodeBounds): Promise<void> {
    const level = nodeLevel(node) - 1;
    const refs: PageRef[] = [];
    const first = firstChild(node, this.#slice?.from);
    for (let i = first; i < cellCount(node); i++)
      refs.push(refAt(node, cellAt(node, i) + innerRefAt, version));
    await this.#each(refs, (ref, found, index) => {
      const own = childBounds(node, first + index, bounds);
      if (!this.#endsBefore(own)) return this.#node(ref, found, level, own);
    });
  }

  #endsBefore({ from }: NodeBounds): boolean {
    if (this.#next !== undefined) return true;
    if (this.#slice === undefined || this.#pages < this.#slice.pagesMax || from === undefined) return false;
    this.#next = from.slice();
    return true;
  }

  async #leaf(leaf: Uint8Array, version: number): Promise<void> {
    const refs: PageRef[] = [];
    for (let i = 0; i < cellCount(leaf); i++) {
      const cell = cellAt(leaf, i);
      this.#entries++;
      this.#bytes += readU16(leaf, cell) + valueBytes(leaf, cell);
      if (isOverflowCell(leaf, cell)) refs.push(...overflowRefs(leaf, cell, version));
    }
    const stretch = this.#buffers.take();
    try {
      await this.#each(refs, (ref, found) => void this.#open(ref, found, stretch));
    } finally {
      this.#buffers.giveBack(stretch);
    }
  }

  /** Reads pages in batches and visits them one by one. */
  async #each(
    refs: readonly PageRef[],
    visit: (ref: PageRef, found: Found, index: number) => Promise<void> | void,
  ): Promise<void> {
    for (let start = 0; start < refs.length && this.#next === undefined; start += batchPages) {
      const batch = refs.slice(start, start + batchPages);
      const found = await this.#read(batch.map(({ page }) => page));
      for (let i = 0; i < batch.length; i++) {
        await visit(batch[i] as PageRef, found[i] ?? 'missing', start + i);
      }
      this.#onBatch();
      // Other work of the process goes on between batches, also where the store answers at once.
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  async #read(ids: readonly number[]): Promise<Found[]> {
    try {
      const pages = await this.#store.readPages(this.id, ids);
      return pages.map((page) => page ?? 'missing');
    } catch (fault) {
      if (!(fault instanceof IntegrityFault)) throw fault;
      if (ids.length === 1) return ['unreadable'];
    }
    // One damaged page must not hide its neighbours.
    const found: Found[] = [];
    for (const id of ids) found.push(...(await this.#read([id])));
    return found;
  }

  /** False where the page is not what its parent vouches for: that is then in the report. */
  #open(ref: PageRef, found: Found, into: Uint8Array): boolean {
    const { page, version, tags, tagAt, plainBytes } = ref;
    if (page === 0 || page >= this.#head.nextPageId) return this.#fault('was never given out', page);
    if (!this.#vouched.add(page)) return this.#fault('has two parents', page);
    this.#pages++;
    if (version > ref.parentVersion) return this.#fault(pageProblems.younger, page);
    if (found === 'missing') return this.#fault(pageProblems.missing, page);
    if (found === 'unreadable') return this.#fault(pageProblems.unreadable, page);
    if (found.version !== version) return this.#fault(pageProblems.otherVersion, page);
    const place = { kind: pageKind.page, tree: this.id, page, version };
    try {
      this.#sealer.open(this.#cipher, place, found.body, tags, tagAt, into, 0, plainBytes);
    } catch (fault) {
      if (!(fault instanceof IntegrityFault)) throw fault;
      return this.#doesNotOpen(page, found.body, tags.subarray(tagAt, tagAt + tagBytes));
    }
    this.#report.pages++;
    this.#report.bytes += found.body.length;
    return true;
  }

  /** Told when the walk ends: only then is it known whether the page is at home in the place of another. */
  #doesNotOpen(page: number, body: Uint8Array, vouched: Uint8Array): false {
    if (this.#strays.length >= straysMax) return this.#fault(pageProblems.changed, page);
    const tag = body.subarray(Math.max(0, body.length - tagBytes));
    this.#strays.push({ page, tag: tag.slice(), vouched: vouched.slice() });
    return false;
  }

  #tellStrays(): void {
    for (const { page, tag } of this.#strays) {
      const home = this.#strays.find((other) => other.page !== page && equalBytes(other.vouched, tag));
      this.#fault(home === undefined ? pageProblems.changed : pageProblems.moved, page);
    }
  }

  async #findOrphans(): Promise<void> {
    try {
      for (let after = -1; ; ) {
        const ids = await this.#store.listPages(this.id, after, listedMax);
        for (const id of ids) {
          if (!this.#vouched.has(id)) this.#fault('has no parent', id);
          after = id;
        }
        if (ids.length < listedMax) return;
      }
    } catch (fault) {
      if (!(fault instanceof IntegrityFault)) throw fault;
      this.#fault('its pages cannot be listed');
    }
  }

  #fault(problem: string, page?: number): false {
    this.#report.faults.push({ tree: this.id, ...(page === undefined ? {} : { page }), problem });
    return false;
  }
}

/** The child of an inner node that has this key, or would have it. */
function firstChild(node: Uint8Array, key: Uint8Array | undefined): number {
  if (key === undefined) return 0;
  let first = 0;
  while (first + 1 < cellCount(node) && compareBytes(keyWithin(node, cellAt(node, first + 1)), key) <= 0)
    first++;
  return first;
}

function refAt(holder: Uint8Array, at: number, parentVersion: number): PageRef {
  return {
    page: readU48(holder, at),
    version: readU48(holder, at + refVersionAt),
    parentVersion,
    tags: holder,
    tagAt: at + refTagAt,
    plainBytes: plainPageBytes,
  };
}

function overflowRefs(leaf: Uint8Array, cell: number, parentVersion: number): PageRef[] {
  const list = valueAt(leaf, cell);
  const size = valueBytes(leaf, cell);
  const refs: PageRef[] = [];
  for (let i = 0; i < overflowPageCount(size); i++) {
    const entry = list + overflowListHeaderBytes + i * overflowEntryBytes;
    refs.push({
      page: readU48(leaf, entry),
      version: readU48(leaf, list + 4),
      parentVersion,
      tags: leaf,
      tagAt: entry + 6,
      plainBytes: overflowPlainBytes(size, i),
    });
  }
  return refs;
}
