/** The version of this package, from its package.json. */
import { createRequire } from 'node:module';

export function version(): string {
  const found: unknown = createRequire(import.meta.url)('../../package.json');
  if (typeof found === 'object' && found !== null && 'version' in found) return String(found.version);
  return 'unknown';
}
