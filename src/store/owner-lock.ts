/** One owner a folder: a lock that the operating system lets go when its process dies, however it dies. */
import { closeSync, openSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Outage } from '../base/errors.ts';
import { type Database, openDatabase, sqliteCode } from './sqlite-driver.ts';

export interface OwnerLock {
  release(): void;
}

export const ownerLockFile = 'owner.lock';

/** Locked folders of this process: SQLite's file locks do not tell two owners in one process apart in every binding. */
const owned = new Set<string>();

/**
 * Takes the folder, or throws Outage 'StoreLocked' at once. Node has no file locks, SQLite has: an exclusive
 * transaction on a file of its own, never written. Nobody in this process may open and close that file: POSIX would drop the lock.
 */
export function acquireOwnerLock(folder: string): OwnerLock {
  const path = join(folder, ownerLockFile);
  const identity = touch(path);
  if (owned.has(identity)) throw new Outage('StoreLocked');
  owned.add(identity);
  let database: Database | undefined;
  try {
    database = openDatabase(path);
    database.exec('PRAGMA locking_mode=EXCLUSIVE');
    database.exec('BEGIN EXCLUSIVE');
  } catch (fault) {
    owned.delete(identity);
    database?.close();
    if (sqliteCode(fault) === 'busy') throw new Outage('StoreLocked', { cause: fault });
    throw fault instanceof Outage ? fault : new Outage('StoreUnavailable', { cause: fault });
  }
  return {
    release() {
      if (!owned.delete(identity)) return;
      database.close();
    },
  };
}

/** Makes the file readable by its owner alone before SQLite would make it, and says which file it is. */
function touch(path: string): string {
  try {
    const known = statSync(path, { throwIfNoEntry: false });
    // A file that may be locked already must not be opened here.
    if (known === undefined) closeSync(openSync(path, 'a', 0o600));
    const { dev, ino } = known ?? statSync(path);
    return `${dev}:${ino}`;
  } catch (fault) {
    throw new Outage('StoreUnavailable', { cause: fault });
  }
}
