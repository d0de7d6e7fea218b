/** A folder as a process that dies now would leave it. */
import { copyFileSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** What belongs to the process and goes with it. */
const passing = /-shm$|\.lock(-journal)?$/;
const log = /-wal$/;

/**
 * Copies all files below `from`. A log goes before its file: what is brought into the file meanwhile is then in both, which is
 * the same as in the file alone.
 */
export function copyAsItIs(from: string, to: string): void {
  mkdirSync(to, { recursive: true, mode: 0o700 });
  const entries = readdirSync(from, { withFileTypes: true });
  const inOrder = entries.toSorted((a, b) => Number(log.test(b.name)) - Number(log.test(a.name)));
  for (const entry of inOrder) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) copyAsItIs(source, target);
    else if (!passing.test(entry.name)) copyFileSync(source, target);
  }
}
