/** Plants a copy of a tree of another store: every page is opened as its parent vouches for it, and sealed anew. */
import { IntegrityFault } from '../base/errors.ts';
import type { HeadPut, PagePut, PageStore, StoredPage } from '../store/page-store.ts';
import { copyHead, encodeHead, type Head } from './head.ts';
import {
  innerRefAt,
  overflowEntryBytes,
  overflowListHeaderBytes,
  overflowPageCount,
  overflowPlainBytes,
  pageKind,
  plainPageBytes,
  readU32,
  readU48,
  refTagAt,
  refVersionAt,
  writeU48,
} from './layout.ts';
import { cellAt, cellCount, isOverflowCell, isSoundNode, nodeLevel, valueAt } from './node.ts';
import { PageBuffers } from './page-cache.ts';
import type { PageCipher } from './page-cipher.ts';
import { PageSet } from './page-set.ts';
import type { RefLog } from './ref-log.ts';
import { copyTag, type PageSealer } from './sealed-page.ts';

export interface TransplantSource {
  readonly store: Pick<PageStore, 'readPages'>;
  readonly sealer: PageSealer;
  readonly cipher: PageCipher;
  readonly tree: number;
  readonly head: Head;
  readonly log: RefLog;
}

export interface TransplantTarget {
  readonly store: Pick<PageStore, 'commit'>;
  /** Its own: the memory of a sealer is for one commit at a time. */
  readonly sealer: PageSealer;
  readonly cipher: PageCipher;
  readonly tree: number;
  /** The version of the head that is there, of a tree which nobody reads or changes meanwhile. */
  readonly version: number;
}

export interface TransplantOptions {
  readonly from: TransplantSource;
  readonly into: TransplantTarget;
  /** Called before each commit: whether the data key may seal more, and whether to go on at all. */
  readonly mayGoOn: () => Promise<void>;
}

/** A page of the source and where the tag that vouches for it is, until that of the copy takes its place. */
interface Place {
  readonly page: number;
  readonly version: number;
  readonly tags: Uint8Array;
  readonly tagAt: number;
  /** Where its number and its version stand, which are to be the copy's; pages of one value share the version. */
  readonly idAt: number;
  readonly versionAt: number;
  readonly plainBytes: number;
}

interface Opened extends Place {
  readonly plain: Uint8Array;
  /** What `plain` is the beginning of. */
  readonly buffer: Uint8Array;
}

/** So many children of a node are in memory at once, on each level. */
const batchPages = 64;
/** What is sealed before it is committed. */
const commitPages = 512;

/**
 * Pages are numbered anew in the order in which they are written, which a database takes much faster than any other; all
 * have one version. Commits follow one another while the tree's head stays as it was: only the last one brings the copy in.
 */
export class Transplant {
  readonly #from: TransplantSource;
  readonly #into: TransplantTarget;
  readonly #mayGoOn: () => Promise<void>;
  readonly #buffers = new PageBuffers();
  readonly #version: number;
  readonly #copied: PageSet;
  #nextPageId = 1;
  #puts: PagePut[] = [];
  #underWay: Promise<void> = Promise.resolve();
  #entries = 0;
  #pages = 0;

  constructor({ from, into, mayGoOn }: TransplantOptions) {
    this.#from = from;
    this.#into = into;
    this.#mayGoOn = mayGoOn;
    this.#version = into.version + 1;
    this.#copied = new PageSet(from.head.nextPageId);
  }

  /** Throws IntegrityFault where the source is not what was written, what its cipher throws, and what commits reject with. */
  async run(): Promise<void> {
    try {
      await this.#plant();
    } finally {
      // Nothing of it is under way any more, however it ended.
      await this.#underWay.catch(() => {});
    }
  }

  async #plant(): Promise<void> {
    const { head, log, tree } = this.#from;
    const next = {
      ...copyHead(head),
      version: this.#version,
      pages: head.pages - log.pageCount,
      logPages: 0,
    };
    this.#into.sealer.begin();
    await this.#children([refAt(next.rootRef, 0)], undefined);
    next.nextPageId = this.#nextPageId;
    if (next.pages !== this.#pages || head.entries !== this.#entries) throw new IntegrityFault({ tree });
    const { sealer, cipher, tree: own, version: expected } = this.#into;
    const body = sealer.sealOne(cipher, own, this.#version, pageKind.head, 0, encodeHead(next));
    await this.#flush([{ tree: own, expected, version: this.#version, body }]);
    await this.#underWay;
  }

  /** Copies these nodes and all below them, and puts the copies' tags where the originals' were. */
  async #children(places: readonly Place[], level: number | undefined): Promise<void> {
    for (let start = 0; start < places.length; start += batchPages) {
      const opened = await this.#open(places.slice(start, start + batchPages));
      try {
        for (const { plain, page, version } of opened) {
          const isAsExpected = isSoundNode(plain) && (level === undefined || nodeLevel(plain) === level);
          if (!isAsExpected) throw new IntegrityFault({ tree: this.#from.tree, page });
          if (nodeLevel(plain) > 0) this.#takeUp(page, version, plain);
          if (nodeLevel(plain) > 0) await this.#children(childrenOf(plain), nodeLevel(plain) - 1);
          else await this.#values(plain);
        }
        await this.#copy(opened);
      } finally {
        this.#giveBack(opened);
      }
    }
  }

  /** What the log has of its children. */
  #takeUp(page: number, version: number, node: Uint8Array): void {
    const { log, tree } = this.#from;
    if (!log.patch(page, version, node)) throw new IntegrityFault({ tree, page });
  }

  #giveBack(opened: readonly Opened[]): void {
    for (const { buffer } of opened) this.#buffers.giveBack(buffer);
  }

  /** Those that a leaf has in overflow pages. */
  async #values(leaf: Uint8Array): Promise<void> {
    this.#entries += cellCount(leaf);
    for (let i = 0; i < cellCount(leaf); i++) {
      const cell = cellAt(leaf, i);
      if (!isOverflowCell(leaf, cell)) continue;
      const places = overflowOf(leaf, cell);
      for (let start = 0; start < places.length; start += batchPages) {
        const opened = await this.#open(places.slice(start, start + batchPages));
        try {
          await this.#copy(opened);
        } finally {
          this.#giveBack(opened);
        }
      }
    }
  }

  async #open(places: readonly Place[]): Promise<Opened[]> {
    const { store, tree } = this.#from;
    const found = await store.readPages(
      tree,
      places.map(({ page }) => page),
    );
    const opened: Opened[] = [];
    try {
      for (let i = 0; i < places.length; i++) opened.push(this.#openOne(places[i] as Place, found[i]));
      return opened;
    } catch (fault) {
      this.#giveBack(opened);
      throw fault;
    }
  }

  #openOne(place: Place, stored: StoredPage | undefined): Opened {
    const { sealer, cipher, tree, head } = this.#from;
    const { page, version, tags, tagAt, plainBytes } = place;
    const isNew = page > 0 && page < head.nextPageId && this.#copied.add(page);
    if (!isNew || stored?.version !== version) throw new IntegrityFault({ tree, page });
    const buffer = this.#buffers.take();
    const at = { kind: pageKind.page, tree, page, version };
    // Whatever fails to open leaves its output wiped.
    sealer.open(cipher, at, stored.body, tags, tagAt, buffer, 0, plainBytes);
    return { ...place, buffer, plain: buffer.subarray(0, plainBytes) };
  }

  async #copy(opened: readonly Opened[]): Promise<void> {
    this.#pages += opened.length;
    const first = this.#nextPageId;
    this.#nextPageId += opened.length;
    const copies = opened.map(({ plain, plainBytes }, i) => ({ page: first + i, plain, plainBytes }));
    const { sealer, cipher, tree } = this.#into;
    const bodies = sealer.seal(cipher, tree, this.#version, pageKind.page, copies);
    for (let i = 0; i < opened.length; i++) {
      const { tags, tagAt, idAt, versionAt } = opened[i] as Opened;
      const body = bodies[i] as Uint8Array;
      copyTag(body, tags, tagAt);
      writeU48(tags, idAt, first + i);
      writeU48(tags, versionAt, this.#version);
      this.#puts.push({ tree, id: first + i, version: this.#version, body });
    }
    if (this.#puts.length >= commitPages) await this.#flush([]);
  }

  /** Commits what is sealed, once the commit before has ended: two are never under way. */
  async #flush(heads: readonly HeadPut[]): Promise<void> {
    await this.#underWay;
    await this.#mayGoOn();
    const change = { puts: this.#puts, deletes: [], heads, drops: [] };
    this.#underWay = this.#into.store.commit(change);
    // It is awaited later, and must not count as unheard of until then.
    this.#underWay.catch(() => {});
    this.#puts = [];
    this.#into.sealer.begin();
  }
}

function refAt(holder: Uint8Array, at: number): Place {
  return {
    page: readU48(holder, at),
    version: readU48(holder, at + refVersionAt),
    tags: holder,
    tagAt: at + refTagAt,
    idAt: at,
    versionAt: at + refVersionAt,
    plainBytes: plainPageBytes,
  };
}

function childrenOf(node: Uint8Array): readonly Place[] {
  return Array.from({ length: cellCount(node) }, (_, index) => refAt(node, cellAt(node, index) + innerRefAt));
}

function overflowOf(leaf: Uint8Array, cell: number): readonly Place[] {
  const list = valueAt(leaf, cell);
  const size = readU32(leaf, list);
  const version = readU48(leaf, list + 4);
  return Array.from({ length: overflowPageCount(size) }, (_, index) => {
    const entry = list + overflowListHeaderBytes + index * overflowEntryBytes;
    const plainBytes = overflowPlainBytes(size, index);
    return {
      page: readU48(leaf, entry),
      version,
      tags: leaf,
      tagAt: entry + 6,
      idAt: entry,
      versionAt: list + 4,
      plainBytes,
    };
  });
}
