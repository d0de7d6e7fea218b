/** SQLite's log beside a file: emptied before anything rests on bytes that may not be on the disk, and kept from growing. */
import { statSync } from 'node:fs';
import { Outage } from '../base/errors.ts';
import type { Database } from './sqlite-driver.ts';

/** Twice what a log reaches where SQLite can begin it anew in time, and a large commit. */
export const logBytesMax = 128 * 2 ** 20;

const heldHint = 'Its log cannot be brought into the file: another program reads the store.';

/**
 * Writes what the log holds into the file, flushes that and cuts the log to nothing. When a flush has failed, the
 * system takes the unwritten bytes for written, and a process that finds them in the log cannot tell: what is
 * appended behind them would be lost with them. Written to the file anew, they are flushed or the fault shows. Throws
 * what SQLite throws, or Outage StoreUnavailable where a reader stands in the way for longer than we wait.
 */
export function emptyLog(database: Database): void {
  const { busy } = database.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get() as { busy: number };
  if (busy !== 0) throw new Outage('StoreUnavailable', { hint: heldHint });
}

/** True where the log could not be begun anew for long; `emptyLog` then mends it, or says what is in the way. */
export function isLogTooLong(path: string, bytesMax = logBytesMax): boolean {
  return (statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0) > bytesMax;
}
