/** Whether a folder gives away what was written to it: every byte of every file is searched for texts, in many forms. */
import { scanFolder } from './clear-text-scan.ts';
import { NeedleIndex } from './needles.ts';

const canaryBytesMin = 8;

/**
 * Throws an Error that names file and form where one of these texts lies below `dir` in clear, or as hex, base64 or UTF-16. Throws a
 * TypeError for texts of fewer than eight bytes, which would be found by chance, and where there is no file to search.
 */
export function assertSealed(dir: string, canaries: readonly string[]): void {
  if (canaries.length === 0) throw new TypeError('there is no text to look for');
  for (const canary of canaries) {
    if (Buffer.byteLength(canary) < canaryBytesMin) {
      throw new TypeError(`a text of fewer than ${canaryBytesMin} bytes can be found by chance`);
    }
  }
  const { fileCount, hitCount, hits } = scanFolder(dir, new NeedleIndex([...new Set(canaries)]));
  if (fileCount === 0) throw new TypeError('there is no file below this folder');
  const [first] = hits;
  if (first === undefined) return;
  throw new Error(
    `${hitCount} in clear: ${JSON.stringify(first.text)} (${first.form}) in ${first.file} at byte ${first.offset}`,
  );
}
