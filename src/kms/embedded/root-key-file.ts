/** A root key in a file that only its owner may read, kept away from the data it protects. */
import { randomBytes, randomFillSync } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, link, mkdir, open, realpath, stat, unlink } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { equalBytes, utf8 } from '../../base/bytes.ts';
import { Outage } from '../../base/errors.ts';
import type { CryptoCore, SecretKey } from '../../crypto/core.ts';
import { otherSource, type RootKey } from './root-key.ts';

/** The file: this line, then 32 random bytes. */
const opening = utf8('cryptable root key 1\n');
const keyBytes = 32;
const fileBytes = opening.length + keyBytes;

export interface RootKeyFileOptions {
  readonly path: string;
  /** The directory of the data: a key inside it would be stolen together with it, and is refused. */
  readonly dataDirectory?: string;
  /** The user insists on keeping the key inside the data directory. */
  readonly allowInsideData?: boolean;
}

/** `root.key` in the user's configuration directory. */
export function defaultRootKeyPath(environment: NodeJS.ProcessEnv = process.env): string {
  const configured = environment.XDG_CONFIG_HOME;
  // The XDG specification has relative paths ignored.
  const base = configured?.startsWith(sep) ? configured : join(homedir(), '.config');
  return join(base, 'cryptable', 'root.key');
}

/** Makes the file (0600, in a 0700 directory) when a new store needs it; an existing store never gets a new one. */
export function rootKeyFromFile(options: RootKeyFileOptions): RootKey {
  const path = resolve(options.path);
  return {
    place: path,
    async create(core) {
      await refuseInsideData(path, options);
      const key = (await readKey(core, path)) ?? (await makeKey(core, path));
      return { key, recipe: { source: 'file' } };
    },
    async open(core, recipe) {
      if (recipe.source !== 'file') throw otherSource(recipe);
      await refuseInsideData(path, options);
      const key = await readKey(core, path);
      if (key === undefined) throw new Outage('RootKeyMissing', { hint: `No file is at ${path}.` });
      return key;
    },
  };
}

async function readKey(core: CryptoCore, path: string): Promise<SecretKey | undefined> {
  let file: FileHandle;
  try {
    file = await open(path, constants.O_RDONLY);
  } catch (fault) {
    if (codeOf(fault) === 'ENOENT') return undefined;
    throw new Outage('RootKeyMissing', { cause: fault, hint: `${path} cannot be read.` });
  }
  // One byte more than a key file has, to notice a longer one. Not from the shared pool, so that it can be wiped.
  const bytes = Buffer.allocUnsafeSlow(fileBytes + 1);
  try {
    await refuseOpenToOthers(file, path);
    const { bytesRead } = await file.read(bytes, 0, bytes.length, 0);
    if (bytesRead !== fileBytes || !equalBytes(bytes.subarray(0, opening.length), opening)) {
      const hint = `${path} is not a root key file: one is made along with a new store.`;
      throw new Outage('RootKeyWrong', { hint });
    }
    return core.importKey(bytes.subarray(opening.length, fileBytes));
  } finally {
    bytes.fill(0);
    await file.close();
  }
}

async function makeKey(core: CryptoCore, path: string): Promise<SecretKey> {
  const directory = dirname(path);
  const draft = `${path}.${randomBytes(8).toString('hex')}`;
  const bytes = Buffer.allocUnsafeSlow(fileBytes);
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    await refuseWritableByAll(directory);
    bytes.set(opening);
    randomFillSync(bytes, opening.length);
    await writeDurably(draft, bytes);
    const first = await publish(draft, path);
    await syncDirectory(directory);
    if (first) return core.importKey(bytes.subarray(opening.length));
  } catch (fault) {
    if (fault instanceof Outage) throw fault;
    throw new Outage('RootKeyMissing', { cause: fault, hint: `${path} cannot be made.` });
  } finally {
    bytes.fill(0);
  }
  // Another process made one meanwhile: both must believe in the same key.
  const key = await readKey(core, path);
  if (key === undefined) throw new Outage('RootKeyMissing', { hint: `${path} went away.` });
  return key;
}

async function writeDurably(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Gives the whole file its name in one step, so that no crash leaves half a key. False where the name is taken. */
async function publish(draft: string, path: string): Promise<boolean> {
  try {
    await link(draft, path);
    return true;
  } catch (fault) {
    if (codeOf(fault) === 'EEXIST') return false;
    throw fault;
  } finally {
    await unlink(draft);
  }
}

/** A name in a directory is durable once the directory is; Windows has no such call. */
async function syncDirectory(directory: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(directory, constants.O_RDONLY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function refuseOpenToOthers(file: FileHandle, path: string): Promise<void> {
  const { mode } = await file.stat();
  if (process.platform === 'win32' || (mode & 0o077) === 0) return;
  throw new Outage('RootKeyUnsafe', { hint: `Others may read ${path}: run chmod 600 on it.` });
}

async function refuseWritableByAll(directory: string): Promise<void> {
  const { mode } = await stat(directory);
  const sticky = (mode & 0o1000) !== 0;
  if (process.platform === 'win32' || (mode & 0o002) === 0 || sticky) return;
  throw new Outage('RootKeyUnsafe', { hint: `Anyone may write to ${directory}.` });
}

async function refuseInsideData(path: string, options: RootKeyFileOptions): Promise<void> {
  if (options.dataDirectory === undefined || options.allowInsideData === true) return;
  const data = await realPath(resolve(options.dataDirectory));
  const key = await realPath(path);
  if (key !== data && !key.startsWith(data + sep)) return;
  throw new Outage('RootKeyUnsafe', {
    hint: `${path} lies inside the data directory: who takes the data would take the key with it.`,
  });
}

/** The path without symbolic links, as far as it exists. */
async function realPath(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch {
    const parent = dirname(path);
    return parent === path ? path : join(await realPath(parent), basename(path));
  }
}

function codeOf(fault: unknown): unknown {
  return fault instanceof Error && 'code' in fault ? fault.code : undefined;
}
