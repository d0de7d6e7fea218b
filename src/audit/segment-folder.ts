/** The folder of the audit trail: which segments there are, their bytes, and new ones made whole. */
import type { FileHandle } from 'node:fs/promises';
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { makePrivate } from '../store/private-files.ts';
import { segmentName, segmentOf } from './segment.ts';

export class SegmentFolder {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  /** Numbers in their order; none where there is no folder yet. */
  async list(): Promise<readonly number[]> {
    const names = await orNothing(readdir(this.path));
    const numbers = (names ?? []).map(segmentOf).filter((number) => number !== undefined);
    return numbers.sort((a, b) => a - b);
  }

  /** Undefined where it has gone. */
  read(segment: number): Promise<Uint8Array | undefined> {
    return orNothing(readFile(this.#pathOf(segment)));
  }

  /**
   * A new segment, open for more, that is there whole or not at all. Throws Outage StoreUnsafe where others could
   * change the folder, and the system's errors.
   */
  async make(segment: number, opening: Uint8Array): Promise<FileHandle> {
    await mkdir(this.path, { recursive: true, mode: 0o700 });
    makePrivate({ folder: this.path, files: [], isFolderPrivate: true });
    const unfinished = join(this.path, 'unfinished');
    await rm(unfinished, { force: true });
    const file = await open(unfinished, 'ax', 0o600);
    try {
      await file.writeFile(opening);
      await file.datasync();
      await rename(unfinished, this.#pathOf(segment));
      await this.#sync();
      return file;
    } catch (fault) {
      await file.close();
      throw fault;
    }
  }

  async remove(segments: readonly number[]): Promise<void> {
    for (const segment of segments) await rm(this.#pathOf(segment), { force: true });
    await this.#sync();
  }

  /** Names are durable once their folder is. */
  async #sync(): Promise<void> {
    if (process.platform === 'win32') return;
    const folder = await open(this.path, 'r');
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  }

  #pathOf(segment: number): string {
    return join(this.path, segmentName(segment));
  }
}

async function orNothing<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (fault) {
    if (fault instanceof Error && 'code' in fault && fault.code === 'ENOENT') return undefined;
    throw fault;
  }
}
