/**
 * The log of references: children that were written since their parent was. A change of a leaf changes its tag, and with it
 * every node up to the root; where a commit touches many leaves, it logs their references in one page instead of writing
 * the nodes above them, which are patched with them when they are read, and written later, once for many commits.
 */
import { assert } from '../base/errors.ts';
import {
  innerRefAt,
  logEntriesMax,
  logEntryBytes,
  logHeaderBytes,
  logPageBytes,
  readU16,
  readU48,
  refBytes,
  refVersionAt,
  writeU16,
  writeU48,
} from './layout.ts';
import { cellAt, cellCount } from './node.ts';

/** When trees log, and when their logs are brought into their nodes. */
export interface RefLogBounds {
  /** So many nodes that a commit would write for their references' sake alone; with fewer it writes them. */
  readonly nodesMin: number;
  /** A log that is longer is brought in. */
  readonly pagesMax: number;
}

/** A log page holds 237 references: what is kept of a tree's log in memory is some 2 MB. */
export const refLogBounds: RefLogBounds = { nodesMin: 8, pagesMax: 64 };

/** A page of the log as it is stored. */
export interface LogPage {
  readonly id: number;
  plain: Uint8Array;
  /** Entries that a node has yet to take up. */
  live: number;
}

/** Where an entry lies. */
interface Place {
  readonly page: LogPage;
  readonly at: number;
}

/** A reference to log: to the page that `ref` at `refAt` refers to, as the node with the number `parent` has it. */
export interface LoggedRef {
  readonly parent: number;
  readonly ref: Uint8Array;
  readonly refAt: number;
}

/** What a commit changes in a tree's log, good once the commit is durable. */
export interface LogChange {
  /** In the order of the log: perhaps the last page there was, with more entries, then new ones. */
  readonly pages: readonly { readonly id: number; readonly plain: Uint8Array }[];
  /** Ids of the oldest pages, which go. */
  readonly dropped: readonly number[];
  /** Nodes that were written or are gone, so that what is logged of their children counts no more. */
  readonly settled: readonly number[];
}

export const noLogChange: LogChange = { pages: [], dropped: [], settled: [] };

export class RefLog {
  /** Oldest first. */
  #pages: LogPage[] = [];
  /** By parent and child. */
  readonly #places = new Map<number, Map<number, Place>>();

  /** Oldest first. */
  get pages(): readonly { readonly id: number; readonly bytes: number }[] {
    return this.#pages.map(({ id, plain }) => ({ id, bytes: plain.length }));
  }

  get pageCount(): number {
    return this.#pages.length;
  }

  /** True where references in this node may be older than the log's. */
  has(parent: number): boolean {
    return this.#places.has(parent);
  }

  /** Takes a page in that was read from the store, the oldest first. False where it is none of a log. */
  add(id: number, plain: Uint8Array): boolean {
    const count = readU16(plain, refBytes);
    if (count > logEntriesMax || plain.length !== logPageBytes(count)) return false;
    this.#take({ id, plain, live: 0 }, 0);
    return true;
  }

  /**
   * Writes into a node, as the store has it in this version, the references that the log has. False where the node has not
   * all of the children that it should: then one of both is not what was written.
   */
  patch(parent: number, version: number, node: Uint8Array): boolean {
    const places = this.#places.get(parent);
    if (places === undefined) return true;
    let left = 0;
    for (const { page, at } of places.values()) if (isYounger(page.plain, at, version)) left++;
    for (let i = 0; left > 0 && i < cellCount(node); i++) {
      const refAt = cellAt(node, i) + innerRefAt;
      const place = places.get(readU48(node, refAt));
      if (place === undefined || !isYounger(place.page.plain, place.at, version)) continue;
      const logged = place.at + entryRefAt + refVersionAt;
      node.set(place.page.plain.subarray(logged, place.at + logEntryBytes), refAt + refVersionAt);
      left--;
    }
    return left === 0;
  }

  /**
   * What a commit makes of the log that writes the nodes of `settled`, or removes them, and logs these references. The new
   * pages have no ids and no links yet: seal-log.ts gives them some.
   */
  plan(settled: readonly number[], refs: readonly LoggedRef[]): LogPlan {
    const dying = new Map<LogPage, number>();
    const dies = (place: Place | undefined): void => {
      if (place !== undefined) dying.set(place.page, (dying.get(place.page) ?? 0) + 1);
    };
    for (const parent of settled) for (const place of this.#places.get(parent)?.values() ?? []) dies(place);
    for (const { parent, ref, refAt } of refs) dies(this.#places.get(parent)?.get(readU48(ref, refAt)));
    const last = this.#pages.at(-1);
    const dropped: number[] = [];
    for (const page of this.#pages) {
      if (page.live > (dying.get(page) ?? 0) || (page === last && refs.length > 0)) break;
      dropped.push(page.id);
    }
    const room = last === undefined ? 0 : logEntriesMax - readU16(last.plain, refBytes);
    const more = refs.slice(0, room);
    const extended = last !== undefined && more.length > 0 ? extend(last, more) : undefined;
    const fresh: Uint8Array[] = [];
    for (let from = room; from < refs.length; from += logEntriesMax) {
      fresh.push(pageOf(refs.slice(from, from + logEntriesMax)));
    }
    return { extended, fresh, dropped };
  }

  /** The commit is durable. */
  apply({ pages, dropped, settled }: LogChange): void {
    for (const parent of settled) this.#forget(parent);
    for (const { id, plain } of pages) {
      const last = this.#pages.at(-1);
      if (last?.id !== id) {
        this.#take({ id, plain, live: 0 }, 0);
        continue;
      }
      const before = readU16(last.plain, refBytes);
      last.plain = plain;
      this.#takeEntries(last, before);
    }
    assert(
      dropped.every((id, index) => this.#pages[index]?.id === id),
      'the oldest pages of a log go first',
    );
    for (const page of this.#pages.splice(0, dropped.length)) {
      assert(page.live === 0, 'a page of a log goes when nothing in it counts');
    }
  }

  /** Every node has been looked at since the tree was in this version: what is older and was not taken up has no node. */
  settle(version: number): void {
    for (const [parent, places] of this.#places) {
      for (const [child, place] of places) {
        if (isYounger(place.page.plain, place.at, version)) continue;
        place.page.live--;
        places.delete(child);
      }
      if (places.size === 0) this.#places.delete(parent);
    }
  }

  #take(page: LogPage, from: number): void {
    this.#pages.push(page);
    this.#takeEntries(page, from);
  }

  #takeEntries(page: LogPage, from: number): void {
    const count = readU16(page.plain, refBytes);
    for (let index = from; index < count; index++) {
      const at = logHeaderBytes + index * logEntryBytes;
      const parent = readU48(page.plain, at);
      const places = this.#places.get(parent) ?? new Map<number, Place>();
      this.#places.set(parent, places);
      const child = readU48(page.plain, at + entryRefAt);
      const older = places.get(child);
      if (older !== undefined) older.page.live--;
      places.set(child, { page, at });
      page.live++;
    }
  }

  #forget(parent: number): void {
    const places = this.#places.get(parent);
    if (places === undefined) return;
    for (const { page } of places.values()) page.live--;
    this.#places.delete(parent);
  }
}

export interface LogPlan {
  /** The last page there is, with more entries. */
  readonly extended: { readonly id: number; readonly plain: Uint8Array } | undefined;
  /** Pages to come, which are yet to be linked with those before them. */
  readonly fresh: readonly Uint8Array[];
  readonly dropped: readonly number[];
}

const entryRefAt = 6;

function isYounger(plain: Uint8Array, at: number, version: number): boolean {
  return readU48(plain, at + entryRefAt + refVersionAt) > version;
}

function extend(
  last: LogPage,
  refs: readonly LoggedRef[],
): { readonly id: number; readonly plain: Uint8Array } {
  const before = readU16(last.plain, refBytes);
  const plain = new Uint8Array(logPageBytes(before + refs.length));
  plain.set(last.plain.subarray(0, logHeaderBytes + before * logEntryBytes));
  writeEntries(plain, before, refs);
  return { id: last.id, plain };
}

function pageOf(refs: readonly LoggedRef[]): Uint8Array {
  const plain = new Uint8Array(logPageBytes(refs.length));
  writeEntries(plain, 0, refs);
  return plain;
}

function writeEntries(plain: Uint8Array, before: number, refs: readonly LoggedRef[]): void {
  writeU16(plain, refBytes, before + refs.length);
  let at = logHeaderBytes + before * logEntryBytes;
  for (const { parent, ref, refAt } of refs) {
    writeU48(plain, at, parent);
    plain.set(ref.subarray(refAt, refAt + refBytes), at + entryRefAt);
    at += logEntryBytes;
  }
}
