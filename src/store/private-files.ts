/** Whose the files of a store are: ours, on a disk of this machine, and nobody else's to change. */
import { accessSync, chmodSync, constants, lstatSync, type Stats, statfsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { Outage } from '../base/errors.ts';

export interface PrivateFiles {
  readonly folder: string;
  /** Names in the folder; what is not there yet is passed over. */
  readonly files: readonly string[];
  /** Refuse a folder that others may write to: they could put files of their own in place of ours. */
  readonly isFolderPrivate?: boolean;
}

const writableByOthers = 0o022;
const openToOthers = 0o077;

/** Locks there are not seen by all, or not let go when a machine dies. Numbers as in statfs(2). */
const networkFileSystems: Readonly<Record<number, string>> = {
  26985: 'NFS',
  20859: 'SMB',
  4283649346: 'SMB',
  4266872130: 'SMB',
  1397113167: 'AFS',
  12805120: 'Ceph',
  198183888: 'Lustre',
};

/**
 * Throws Outage 'StoreUnsafe' for a symbolic link in place of a file, a file or folder of another user, a folder that
 * others may write to where it is to be private, and a network file system. Files that others may open are
 * closed to them (R-FS-1).
 */
export function makePrivate({ folder, files, isFolderPrivate = false }: PrivateFiles): void {
  try {
    const found = statSync(folder, { throwIfNoEntry: false });
    if (found === undefined) return;
    mustBeLocal(folder);
    mustBeOurs(found, folder);
    if (isFolderPrivate && (found.mode & writableByOthers) !== 0 && isUnix()) {
      throw unsafe(`${folder} can be written to by others: chmod 700 it.`);
    }
    for (const file of files) makeFilePrivate(join(folder, file));
  } catch (fault) {
    throw fault instanceof Outage ? fault : new Outage('StoreUnavailable', { cause: fault });
  }
}

/**
 * For whoever is about to write: throws Outage 'StoreUnavailable' where this process may not, or the disk is mounted to be
 * read only. SQLite opens such a file without a word, and fails at the first change.
 */
export function mustBeWritable({ folder, files }: Omit<PrivateFiles, 'isFolderPrivate'>): void {
  for (const path of [folder, ...files.map((file) => join(folder, file))]) {
    try {
      accessSync(path, constants.W_OK);
    } catch (cause) {
      if ((cause as { code?: unknown }).code === 'ENOENT') continue;
      throw new Outage('StoreUnavailable', { cause, hint: `This process may not write to ${path}.` });
    }
  }
}

function makeFilePrivate(path: string): void {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined) return;
  if (!found.isFile()) throw unsafe(`${path} is not a file of its own.`);
  mustBeOurs(found, path);
  if (isUnix() && (found.mode & openToOthers) !== 0) chmodSync(path, 0o600);
}

/** The superuser may look after the store of a user; any other user's files are another's to change. */
function mustBeOurs({ uid }: Stats, path: string): void {
  const own = process.geteuid?.();
  if (own === undefined || own === 0 || uid === own) return;
  throw unsafe(`${path} belongs to another user.`);
}

function mustBeLocal(folder: string): void {
  const name = networkFileSystems[statfsSync(folder).type];
  if (name !== undefined) throw unsafe(`${folder} is on a network file system (${name}).`);
}

function isUnix(): boolean {
  return process.geteuid !== undefined;
}

function unsafe(hint: string): Outage {
  return new Outage('StoreUnsafe', { hint });
}
