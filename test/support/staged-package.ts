/** The package as npm would publish it from here: compiled, with the shipped addons, packed, in a folder of its own. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const require = createRequire(import.meta.url);
export const tsc = join(dirname(require.resolve('typescript/package.json')), 'bin', 'tsc');

/** Fails the test with what the command said. */
export function run(command: string, args: readonly string[], options: { cwd?: string } = {}): string {
  const done = spawnSync(command, args, { encoding: 'utf8', ...options });
  if (done.status === 0) return done.stdout;
  throw new Error(
    `${command} ${args.join(' ')} ended with ${done.status ?? done.signal}: ${done.error ?? ''}${done.stdout}${done.stderr}`,
  );
}

export function temporaryFolder(purpose: string): string {
  return mkdtempSync(join(tmpdir(), `cryptable-${purpose}-`));
}

/** Builds the shipped addons below `into`. */
export function buildPrebuilds(into: string, targets: readonly string[] = []): void {
  run(process.execPath, [join(root, '.ci', 'prebuild.mjs'), '--into', into, ...targets]);
}

/** Packs what package.json says, without its scripts, which would build in this checkout. Returns the tarball's path. */
export function packStaged(folder: string, prebuilds: string): string {
  for (const file of ['package.json', 'README.md', 'LICENSE', 'CHANGELOG.md']) {
    cpSync(join(root, file), join(folder, file));
  }
  cpSync(prebuilds, join(folder, 'prebuilds'), { recursive: true });
  run(process.execPath, [tsc, '-p', join(root, 'tsconfig.build.json'), '--outDir', join(folder, 'dist')]);
  const packed: unknown = JSON.parse(run('npm', ['pack', '--ignore-scripts', '--json'], { cwd: folder }));
  const [first]: unknown[] = Array.isArray(packed) ? packed : Object.values(packed ?? {});
  if (typeof first !== 'object' || first === null || !('filename' in first))
    throw new Error('npm packed nothing');
  return join(folder, String(first.filename));
}

/** Installs into an empty folder, where no script may run. */
export function installInto(folder: string, packages: readonly string[]): void {
  const options = ['--ignore-scripts', '--no-save', '--force', '--no-package-lock', '--prefer-offline'];
  run('npm', ['install', ...options, ...packages], { cwd: folder });
}

export function remove(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}
