/** The list of shipped binaries with their SHA-256: one that was cut short, swapped or changed is not loaded. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** By `PLATFORM-ARCH/FILE`, as below `prebuilds/`: the hash in lower-case hexadecimal. */
export type AddonManifest = Readonly<Record<string, unknown>>;

export const manifestFile = 'manifest.json';

/** True where the file of this name below `folder` is on its list, and what the list says. */
export function isAsShipped(folder: string, name: string): boolean {
  const listed = readManifest(folder)[name];
  return (
    listed ===
    createHash('sha256')
      .update(readFileSync(join(folder, name)))
      .digest('hex')
  );
}

/** Nothing is on a list that is not there, or not a list. */
function readManifest(folder: string): AddonManifest {
  try {
    const manifest: unknown = JSON.parse(readFileSync(join(folder, manifestFile), 'utf8'));
    return typeof manifest === 'object' && manifest !== null ? { ...manifest } : {};
  } catch {
    return {};
  }
}
