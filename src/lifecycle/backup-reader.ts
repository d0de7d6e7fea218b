/** Reads a backup file: looked through once from end to end, then a store of its pages that is opened like any other. */
import { createHash } from 'node:crypto';
import { readSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { equalBytes } from '../base/bytes.ts';
import { IntegrityFault, Outage } from '../base/errors.ts';
import { readU32, readU48 } from '../pages/layout.ts';
import { type PageStore, pageIdsMax, type StoredHead, type StoredPage } from '../store/page-store.ts';
import {
  backupFormat,
  backupHeaderBytes,
  backupMark,
  bodyBytesMax,
  digestBytes,
  entryHeaderBytes,
  footerTree,
  lengthAt,
  manifestBytesMax,
  versionAt,
} from './backup-layout.ts';
import { PageOffsets } from './page-offsets.ts';

/** What a file is, as far as no key is needed to tell. */
export interface BackupStructure {
  readonly bytes: number;
  readonly pages: number;
  readonly trees: readonly number[];
  readonly digest: Uint8Array;
}

const windowBytes = 4 * 2 ** 20;
const fault = () => new IntegrityFault({ record: 'backup' });

export class BackupReader {
  readonly structure: BackupStructure;
  /** Sealed. */
  readonly manifest: Uint8Array;
  readonly #handle: FileHandle;
  readonly #offsets: ReadonlyMap<number, PageOffsets>;

  private constructor(handle: FileHandle, scan: Scan) {
    this.#handle = handle;
    this.structure = scan.structure;
    this.manifest = scan.manifest;
    this.#offsets = scan.offsets;
  }

  /**
   * Throws Outage StoreMissing where there is no file, and IntegrityFault where it is not what was written: of another form,
   * longer, shorter or changed. Keeps twelve bytes a page in memory. `mayGoOn` is asked now and then.
   */
  static async open(path: string, mayGoOn: () => void = () => {}): Promise<BackupReader> {
    const handle = await openFile(path);
    try {
      return new BackupReader(handle, await new Scanner(handle, mayGoOn).scan());
    } catch (cause) {
      await handle.close();
      throw cause;
    }
  }

  /** The pages as a store, with these heads. It is closed with the reader. */
  pages(heads: readonly StoredHead[]): PageStore {
    return {
      readHeads: (trees) => trees.map((tree) => heads.find((head) => head.tree === tree)),
      readPages: (tree, ids) => this.#readPages(tree, ids),
      listPages: (tree, after, limit) => this.#offsets.get(tree)?.after(after, limit) ?? [],
      listTrees: (after, limit) =>
        this.structure.trees
          .filter((tree) => tree > after)
          .toSorted((a, b) => a - b)
          .slice(0, limit),
      commit: () => Promise.reject(new Outage('StoreUnavailable', { hint: 'A backup is only read.' })),
      close: async () => {},
    };
  }

  close(): Promise<void> {
    return this.#handle.close();
  }

  /** Here and now: to hand each read of a page to a thread costs many times what it takes. */
  async #readPages(tree: number, ids: readonly number[]): Promise<(StoredPage | undefined)[]> {
    const offsets = this.#offsets.get(tree);
    const places = ids.map((id) => offsets?.find(id));
    const bytes = places.reduce((sum, place) => sum + (place === undefined ? 0 : place.to - place.from), 0);
    const memory = Buffer.allocUnsafeSlow(bytes);
    let at = 0;
    const pages = places.map((place, index) => {
      if (place === undefined) return undefined;
      const entry = memory.subarray(at, at + place.to - place.from);
      at += entry.length;
      readFully(this.#handle.fd, entry, place.from);
      return pageOf(entry, ids[index] as number);
    });
    // Requests go on between batches.
    await new Promise((resolve) => setImmediate(resolve));
    return pages;
  }
}

/** The file may have been changed since it was looked through. */
function pageOf(entry: Uint8Array, id: number): StoredPage {
  const bodyBytes = entry.length - entryHeaderBytes;
  if (readU48(entry, 0) !== id || readU32(entry, lengthAt) !== bodyBytes) throw fault();
  return { version: readU48(entry, versionAt), body: entry.subarray(entryHeaderBytes) };
}

async function openFile(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'r');
  } catch (cause) {
    throw new Outage('StoreMissing', { cause, hint: 'The file of a backup is not there.' });
  }
}

function readFully(file: number, into: Uint8Array, from: number): void {
  for (let at = 0; at < into.length; ) {
    const bytesRead = readSync(file, into, at, into.length - at, from + at);
    if (bytesRead === 0) throw fault();
    at += bytesRead;
  }
}

interface Scan {
  readonly structure: BackupStructure;
  readonly manifest: Uint8Array;
  readonly offsets: ReadonlyMap<number, PageOffsets>;
}

/** One look from end to end, through a window that moves along. */
class Scanner {
  readonly #handle: FileHandle;
  readonly #mayGoOn: () => void;
  readonly #hash = createHash('sha256');
  readonly #window = new Uint8Array(windowBytes);
  /** Where in the file the window begins, how much of it is filled, and how far it is read. */
  #start = 0;
  #filled = 0;
  #at = 0;

  constructor(handle: FileHandle, mayGoOn: () => void) {
    this.#handle = handle;
    this.#mayGoOn = mayGoOn;
  }

  async scan(): Promise<Scan> {
    const manifest = await this.#manifest();
    const offsets = new Map<number, PageOffsets>();
    let pages = 0;
    for (;;) {
      const tree = await this.#number();
      const count = await this.#entryRest();
      if (tree === footerTree) {
        if (count.version !== pages || count.bytes !== 0) throw fault();
        break;
      }
      if (offsets.has(tree) || count.version !== 0 || count.bytes !== 0) throw fault();
      const section = await this.#section();
      offsets.set(tree, section);
      pages += section.count;
    }
    const digest = new Uint8Array(this.#hash.digest());
    const kept = (await this.#take(digestBytes, false)).slice();
    if (!equalBytes(digest, kept) || (await this.#fill(1))) throw fault();
    const structure = { bytes: this.#start + this.#at, pages, trees: [...offsets.keys()], digest };
    return { structure, manifest, offsets };
  }

  async #manifest(): Promise<Uint8Array> {
    const header = (await this.#take(backupHeaderBytes)).slice();
    const bytes = readU32(header, lengthAt);
    const isOurs =
      equalBytes(header.subarray(0, backupMark.length), backupMark) &&
      readU32(header, backupMark.length) === backupFormat &&
      bytes <= manifestBytesMax;
    if (!isOurs) throw fault();
    const manifest = new Uint8Array(bytes);
    for (let at = 0; at < bytes; ) {
      const part = await this.#take(Math.min(bytes - at, windowBytes));
      manifest.set(part, at);
      at += part.length;
    }
    return manifest;
  }

  async #section(): Promise<PageOffsets> {
    const offsets = new PageOffsets();
    for (let last = 0; ; ) {
      const from = this.#start + this.#at;
      const id = await this.#number();
      const { version, bytes } = await this.#entryRest();
      if (id === 0) {
        if (version !== 0 || bytes !== 0) throw fault();
        offsets.end(from);
        return offsets;
      }
      if (id <= last || id >= pageIdsMax || bytes > bodyBytesMax) throw fault();
      offsets.add(id, from);
      last = id;
      await this.#take(bytes);
    }
  }

  async #number(): Promise<number> {
    return readU48(await this.#take(versionAt), 0);
  }

  async #entryRest(): Promise<{ readonly version: number; readonly bytes: number }> {
    const rest = await this.#take(entryHeaderBytes - versionAt);
    return { version: readU48(rest, 0), bytes: readU32(rest, lengthAt - versionAt) };
  }

  /** The next bytes, where they lie: good until the next call. */
  async #take(bytes: number, isHashed = true): Promise<Uint8Array> {
    if (this.#at + bytes > this.#filled && !(await this.#fill(bytes))) throw fault();
    const taken = this.#window.subarray(this.#at, this.#at + bytes);
    if (isHashed) this.#hash.update(taken);
    this.#at += bytes;
    return taken;
  }

  /** False where the file has not so many left. */
  async #fill(bytes: number): Promise<boolean> {
    this.#mayGoOn();
    this.#window.copyWithin(0, this.#at, this.#filled);
    this.#start += this.#at;
    this.#filled -= this.#at;
    this.#at = 0;
    while (this.#filled < bytes) {
      const room = windowBytes - this.#filled;
      const from = this.#start + this.#filled;
      const { bytesRead } = await this.#handle.read(this.#window, this.#filled, room, from);
      if (bytesRead === 0) return false;
      this.#filled += bytesRead;
    }
    return true;
  }
}
