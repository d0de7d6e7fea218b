/** Folders of this machine in the place of S3 buckets: objects are files, and the slashes of their keys are folders. */
import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, realpath, rename, rm } from 'node:fs/promises';
import { basename, dirname, join, relative, sep } from 'node:path';
import type { Readable } from 'node:stream';
import { Outage, refuse } from '../base/errors.ts';
import { syncFolder } from './backup-file.ts';

/** Folders by the names of the buckets that they stand for. */
export type BucketFolders = Readonly<Record<string, string>>;

export interface BucketObject {
  readonly key: string;
  read(): Readable;
}

const unfinishedSuffix = '.unfinished';
/** So many folders one below the other are looked at for objects. */
const depthMax = 32;

/**
 * The key of an object. In our own words, refuses one that is no path below the bucket's folder, for which S3 has no such
 * rule: `..`, an empty part, one with a backslash or a zero byte.
 */
export function checkKey(key: string): void {
  for (const part of key.split('/')) {
    const isBad = part === '' || part === '.' || part === '..' || /[\\\0]/.test(part);
    if (isBad) refuse(`The S3 key cannot be a file below the folder of its bucket: ${JSON.stringify(key)}`);
  }
}

export class Bucket {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** Undefined for one that is not configured, or whose folder is not there. */
  static async find(folders: BucketFolders, name: string): Promise<Bucket | undefined> {
    const folder = Object.hasOwn(folders, name) ? folders[name] : undefined;
    if (folder === undefined) return undefined;
    const real = await realpath(folder).catch(() => undefined);
    return real === undefined ? undefined : new Bucket(real);
  }

  /**
   * Writes an object, for its owner alone to read, in place of one that may be there: whole and durable once this resolves,
   * and else not there under its key. Refuses as `checkKey` does, also where links lead out of the bucket's folder; throws Outage
   * StoreUnavailable.
   */
  async write(key: string, pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<void> {
    checkKey(key);
    const path = join(this.#folder, key);
    const unfinished = `${path}${unfinishedSuffix}`;
    await this.#asOutage(async () => {
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      await this.#mustBeWithin(dirname(path), key);
      await rm(unfinished, { force: true });
      const file = await open(unfinished, 'wx', 0o600);
      try {
        for await (const piece of pieces) await file.writeFile(piece);
        await file.sync();
      } catch (fault) {
        await rm(unfinished, { force: true });
        throw fault;
      } finally {
        await file.close();
      }
      await rename(unfinished, path);
      await syncFolder(dirname(path));
    });
  }

  /** Takes away a folder and all in it. Nothing to do where there is none. */
  async removeBelow(prefix: string): Promise<void> {
    checkKey(prefix);
    await this.#asOutage(async () => {
      const path = join(this.#folder, prefix);
      const real = await realpath(path).catch(() => undefined);
      if (real !== path) return;
      await rm(path, { recursive: true, force: true });
    });
  }

  /** Takes away the objects of one folder whose keys begin so, also unfinished ones. Nothing to do where there are none. */
  async removeBeginning(prefix: string): Promise<void> {
    checkKey(prefix);
    await this.#asOutage(async () => {
      const folder = join(this.#folder, dirname(prefix));
      const real = await realpath(folder).catch(() => undefined);
      if (real !== folder) return;
      const start = basename(prefix);
      for (const entry of await readdir(folder, { withFileTypes: true })) {
        if (entry.isFile() && entry.name.startsWith(start)) await rm(join(folder, entry.name));
      }
    });
  }

  /** The objects whose keys begin so, in the order of keys; no links are followed. Throws Outage StoreUnavailable. */
  async list(prefix: string): Promise<readonly BucketObject[]> {
    const keys = await this.#asOutage(() => this.#keysIn(this.#folder, 0));
    return keys
      .filter((key) => key.startsWith(prefix))
      .toSorted((a, b) => (a < b ? -1 : 1))
      .map((key) => ({ key, read: () => createReadStream(join(this.#folder, key)) }));
  }

  async #keysIn(folder: string, depth: number): Promise<readonly string[]> {
    const keys: string[] = [];
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.isDirectory() && depth < depthMax) keys.push(...(await this.#keysIn(path, depth + 1)));
      const isObject = entry.isFile() && !entry.name.endsWith(unfinishedSuffix);
      if (isObject) keys.push(relative(this.#folder, path).split(sep).join('/'));
    }
    return keys;
  }

  async #mustBeWithin(folder: string, key: string): Promise<void> {
    const real = await realpath(folder);
    if (real === this.#folder || real.startsWith(`${this.#folder}${sep}`)) return;
    refuse(`The S3 key cannot be a file below the folder of its bucket: ${JSON.stringify(key)}`);
  }

  async #asOutage<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (fault) {
      const isSystemFault = fault instanceof Error && 'syscall' in fault;
      if (!isSystemFault) throw fault;
      throw new Outage('StoreUnavailable', { cause: fault, hint: 'The folder of a bucket failed.' });
    }
  }
}
