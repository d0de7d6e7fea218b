/** One owner a folder: a lock that the operating system lets go when its process dies, however it dies. */
import { closeSync, openSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Outage } from '../base/errors.ts';
import { type Database, openDatabase, sqliteCode } from './sqlite-driver.ts';

export interface OwnerLock {
  release(): void;
}

export const ownerLockFile = 'owner.lock';

export interface OwnerLockOptions {
  /** Together with others who also say so; else alone. */
  readonly isShared?: boolean;
}

/**
 * Locked folders of this process and how many share each; 0: one has it alone. SQLite's file locks do not tell two
 * owners in one process apart in every binding.
 */
const owned = new Map<string, number>();

/**
 * Takes the folder, or throws Outage 'StoreLocked' at once. Node has no file locks, SQLite has: a transaction,
 * exclusive or reading, on a file of its own, never written. Nobody in this process may open and close that file otherwise:
 * POSIX would drop the lock.
 */
export function acquireOwnerLock(folder: string, { isShared = false }: OwnerLockOptions = {}): OwnerLock {
  const path = join(folder, ownerLockFile);
  const identity = touch(path);
  const sharing = owned.get(identity);
  if (sharing !== undefined && (sharing === 0 || !isShared)) throw new Outage('StoreLocked');
  owned.set(identity, isShared ? (sharing ?? 0) + 1 : 0);
  let database: Database | undefined;
  try {
    database = openDatabase(path);
    if (isShared) {
      database.exec('BEGIN');
      // The lock comes with the first read.
      database.prepare('SELECT count(*) FROM sqlite_schema').get();
    } else {
      database.exec('PRAGMA locking_mode=EXCLUSIVE');
      database.exec('BEGIN EXCLUSIVE');
    }
  } catch (fault) {
    disown(identity);
    database?.close();
    if (sqliteCode(fault) === 'busy') throw new Outage('StoreLocked', { cause: fault });
    throw fault instanceof Outage ? fault : new Outage('StoreUnavailable', { cause: fault });
  }
  let isHeld = true;
  return {
    release() {
      if (!isHeld) return;
      isHeld = false;
      disown(identity);
      database.close();
    },
  };
}

function disown(identity: string): void {
  const sharing = owned.get(identity) ?? 0;
  if (sharing > 1) owned.set(identity, sharing - 1);
  else owned.delete(identity);
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
