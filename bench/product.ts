/** Where the package and the built product lie, seen from the compiled benches. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

function findPackageRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) {
    const above = dirname(folder);
    if (above === folder) throw new Error('the benches lie outside the package');
    folder = above;
  }
  return folder;
}

export const packageRoot = findPackageRoot();

/** The command as it ships: a bench of the server measures what users run. */
export const productMain = join(packageRoot, 'dist', 'cli', 'main.js');
