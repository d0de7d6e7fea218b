/**
 * Builds what a checkout needs: the addon into build/, the TypeScript into dist/, the benches into dist-bench/.
 *   node .ci/build.mjs            addon and dist (also run by npm as `prepare`)
 *   node .ci/build.mjs bench      the same, and the benches
 *   node .ci/build.mjs prepack    a clean dist, and the addons that are shipped, by prebuild.mjs
 * All it prints goes to stderr: a bench with --json owns stdout.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const require = createRequire(import.meta.url);
const aim = process.argv[2] ?? 'build';
const skipNative = process.env.CRYPTABLE_SKIP_NATIVE === '1';

function run(script, args) {
  const done = spawnSync(process.execPath, [script, ...args], { cwd: root, stdio: ['ignore', 2, 2] });
  return done.status === 0;
}

function fail(sentence) {
  process.stderr.write(`\ncryptable: ${sentence}\n`);
  process.exit(1);
}

function buildAddon() {
  if (skipNative) {
    process.stderr.write(
      'cryptable: the addon is not built (CRYPTABLE_SKIP_NATIVE=1); the fallback core will serve.\n',
    );
    return;
  }
  const nodeGyp = require.resolve('node-gyp/bin/node-gyp.js');
  // Configured once, make finds what changed; where that fails (another Node, a moved checkout) start afresh.
  const configured = existsSync(join(root, 'build', 'config.gypi'));
  const built = configured && run(nodeGyp, ['build', '--loglevel=error', '--silent']);
  if (built || run(nodeGyp, ['rebuild', '--loglevel=error'])) return;
  fail(
    'The addon did not build; the compiler says why above. It needs a C++20 compiler, make and Python 3. ' +
      'With CRYPTABLE_SKIP_NATIVE=1 the build goes on without it, on the slower fallback core.',
  );
}

function compile(project) {
  const tsc = join(dirname(require.resolve('typescript/package.json')), 'bin', 'tsc');
  if (!run(tsc, ['-p', project])) fail(`The TypeScript of ${project} did not compile; the errors are above.`);
}

function buildShipped() {
  if (!skipNative && !run(join(root, '.ci', 'prebuild.mjs'), [])) fail('The shipped addons did not build.');
}

if (!['build', 'prepare', 'bench', 'prepack'].includes(aim)) {
  fail(`There is no build called ${aim}; there are build, bench, prepare and prepack.`);
}
if (aim !== 'prepack') buildAddon();
// Files of sources that are gone must not be packed.
if (aim === 'prepack') rmSync(join(root, 'dist'), { recursive: true, force: true });
compile('tsconfig.build.json');
if (aim === 'bench') compile('tsconfig.bench.json');
if (aim === 'prepack') buildShipped();
