/** The folder of the backups: its owner's alone, and without what a process that died was writing. */
import { chmod, mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Outage } from '../base/errors.ts';
import { makePrivate } from '../store/private-files.ts';
import { unfinishedSuffix } from './backup-file.ts';

/** Throws Outages StoreUnsafe and StoreUnavailable. */
export async function makeBackupFolder(folder: string): Promise<void> {
  try {
    if ((await mkdir(folder, { recursive: true, mode: 0o700 })) !== undefined) await chmod(folder, 0o700);
  } catch (cause) {
    throw new Outage('StoreUnavailable', { cause, hint: 'The folder of the backups cannot be made.' });
  }
  makePrivate({ folder, files: [], isFolderPrivate: true });
}

/** Removes files that were never finished; those that were are told by the catalogue. Nothing to do where there is no folder. */
export async function clearUnfinished(folder: string): Promise<void> {
  const files = await readdir(folder).catch(() => []);
  for (const file of files) {
    if (file.endsWith(unfinishedSuffix)) await rm(join(folder, file), { force: true });
  }
}
