/** Writes a backup file: sealed pages as they lie in a snapshot of the store, whole and durable or not there at all. */
import { createHash, type Hash } from 'node:crypto';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Outage } from '../base/errors.ts';
import { writeU32, writeU48 } from '../pages/layout.ts';
import type { PageSnapshot } from '../store/page-store.ts';
import {
  backupFormat,
  backupHeaderBytes,
  backupMark,
  entryHeaderBytes,
  footerTree,
  lengthAt,
  versionAt,
} from './backup-layout.ts';

export interface BackupFileOptions {
  readonly path: string;
  readonly manifest: Uint8Array;
  readonly snapshot: PageSnapshot;
  readonly trees: readonly number[];
  /** Asked between stretches; what it throws ends the work. */
  readonly mayGoOn: () => void;
}

export interface WrittenBackup {
  readonly bytes: number;
  readonly pages: number;
  /** SHA-256 of all but the digest itself. */
  readonly digest: Uint8Array;
}

/** What a file is called until it is whole. */
export const unfinishedSuffix = '.partial';

const stretchPages = 256;
const bufferBytes = 4 * 2 ** 20;

/** Throws Outage StoreUnavailable where the file cannot be written; then nothing is left of it. */
export async function writeBackupFile(options: BackupFileOptions): Promise<WrittenBackup> {
  const unfinished = `${options.path}${unfinishedSuffix}`;
  try {
    const written = await writeUnfinished(unfinished, options);
    await rename(unfinished, options.path);
    await syncFolder(dirname(options.path));
    return written;
  } catch (fault) {
    await rm(unfinished, { force: true }).catch(() => {});
    throw isSystemFault(fault) ? new Outage('StoreUnavailable', { cause: fault, hint: writeHint }) : fault;
  }
}

const writeHint = 'A backup could not be written.';

/** Makes it lasting that a file of this folder is there, or is not. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function writeUnfinished(path: string, options: BackupFileOptions): Promise<WrittenBackup> {
  const handle = await open(path, 'wx', 0o600);
  try {
    const output = new HashedOutput(handle);
    const pages = await writeAll(output, options);
    const bytes = await output.finish(pages);
    await handle.sync();
    return { ...bytes, pages };
  } finally {
    await handle.close();
  }
}

async function writeAll(output: HashedOutput, options: BackupFileOptions): Promise<number> {
  const { manifest, snapshot, trees, mayGoOn } = options;
  const header = new Uint8Array(backupHeaderBytes);
  header.set(backupMark);
  writeU32(header, backupMark.length, backupFormat);
  writeU32(header, lengthAt, manifest.length);
  await output.write(header);
  await output.write(manifest);
  let count = 0;
  for (const tree of trees) {
    await output.entry(tree, 0, 0);
    for (let after = -1; ; ) {
      mayGoOn();
      const pages = await snapshot.readStretch(tree, after, stretchPages);
      for (const { id, version, body } of pages) {
        if (output.needsRoom(entryHeaderBytes + body.length)) await output.drain();
        await output.entry(id, version, body.length);
        await output.write(body);
        after = id;
      }
      count += pages.length;
      if (pages.length < stretchPages) break;
      // Requests go on between stretches, also where nothing had to be waited for.
      await new Promise((resolve) => setImmediate(resolve));
    }
    await output.entry(0, 0, 0);
  }
  return count;
}

/** Gathers bytes, and hashes and writes them a buffer at a time. */
class HashedOutput {
  readonly #handle: FileHandle;
  readonly #hash: Hash = createHash('sha256');
  readonly #buffer = Buffer.allocUnsafeSlow(bufferBytes);
  #used = 0;
  #drained = 0;

  constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  needsRoom(bytes: number): boolean {
    return this.#used + bytes > bufferBytes;
  }

  async entry(id: number, version: number, bytes: number): Promise<void> {
    if (this.needsRoom(entryHeaderBytes)) await this.drain();
    writeU48(this.#buffer, this.#used, id);
    writeU48(this.#buffer, this.#used + versionAt, version);
    writeU32(this.#buffer, this.#used + lengthAt, bytes);
    this.#used += entryHeaderBytes;
  }

  async write(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length; ) {
      if (this.#used === bufferBytes) await this.drain();
      const part = bytes.subarray(at, at + bufferBytes - this.#used);
      this.#buffer.set(part, this.#used);
      this.#used += part.length;
      at += part.length;
    }
  }

  async drain(): Promise<void> {
    const part = this.#buffer.subarray(0, this.#used);
    this.#hash.update(part);
    await this.#append(part);
    this.#used = 0;
  }

  async finish(pages: number): Promise<Pick<WrittenBackup, 'bytes' | 'digest'>> {
    await this.entry(footerTree, pages, 0);
    await this.drain();
    const digest = new Uint8Array(this.#hash.digest());
    await this.#append(digest);
    return { bytes: this.#drained, digest };
  }

  async #append(part: Uint8Array): Promise<void> {
    for (let at = 0; at < part.length; ) {
      const { bytesWritten } = await this.#handle.write(part, at);
      at += bytesWritten;
    }
    this.#drained += part.length;
  }
}

function isSystemFault(fault: unknown): boolean {
  return fault instanceof Error && 'syscall' in fault;
}
