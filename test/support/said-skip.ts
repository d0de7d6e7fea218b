/** A skipped test says why, on stderr, where whoever counts them can read it. */
import { writeSync } from 'node:fs';

/** For `skipIf`: gives back `isSkipped`. */
export function saidSkip(isSkipped: boolean, why: string): boolean {
  if (isSkipped) writeSync(2, `SKIPPED: ${why}.\n`);
  return isSkipped;
}
