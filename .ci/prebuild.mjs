/**
 * Builds the binaries that the package ships, and their manifest.
 *   node .ci/prebuild.mjs                          this platform's, and linux-arm64's where its compiler is there
 *   node .ci/prebuild.mjs TARGET...                those, such as linux-x64; a missing compiler is a failure
 *   node .ci/prebuild.mjs --manifest               the manifest alone, of the binaries that are there
 *   node .ci/prebuild.mjs --into FOLDER [TARGET]   below that folder in place of prebuilds/
 * Each is built in a folder of its own from the sources alone, stripped, and refused where it needs a younger C library
 * than we promise. The same sources, compiler and headers give the same bits.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const nodeGyp = createRequire(import.meta.url).resolve('node-gyp/bin/node-gyp.js');
const fileName = 'cryptable.node';
const here = `${process.platform}-${process.arch}`;

/** SQLite's interface for extensions, as binding.gyp names its place. */
const sqliteHeaders = {
  folder: 'node_modules/better-sqlite3/deps/sqlite3',
  names: ['sqlite3.h', 'sqlite3ext.h'],
};

/** The newest version of glibc that a binary may ask for: Debian 10, RHEL 8. */
const glibcMax = [2, 28];

/** Built on another machine than they run on: what the names of the compiler and its tools begin with. */
const crossPrefixes = { 'linux-x64 linux-arm64': 'aarch64-linux-gnu-' };

function fail(sentence) {
  process.stderr.write(`\ncryptable: ${sentence}\n`);
  process.exit(1);
}

function run(command, args, options = {}) {
  const done = spawnSync(command, args, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 2],
    maxBuffer: 2 ** 26,
    ...options,
  });
  if (done.error !== undefined) fail(`${command} does not run: ${done.error.message}`);
  if (done.status !== 0) fail(`${command} ${args.join(' ')} failed; it says why above.`);
  return done.stdout;
}

function prefixFor(target) {
  if (target === here) return '';
  const prefix = crossPrefixes[`${here} ${target}`];
  if (prefix === undefined)
    fail(`${target} is not built on ${here}: the release workflow does that on its own machine.`);
  return prefix;
}

function hasCompiler(target) {
  const prefix = crossPrefixes[`${here} ${target}`] ?? '';
  return spawnSync(`${prefix}g++`, ['--version'], { stdio: 'ignore' }).status === 0;
}

function toolsFor(prefix) {
  if (prefix === '') return {};
  return { CC: `${prefix}gcc`, CXX: `${prefix}g++`, AR: `${prefix}ar`, LINK: `${prefix}g++` };
}

function build(target, into) {
  const [platform, arch] = target.split('-');
  const prefix = prefixFor(target);
  const folder = mkdtempSync(join(tmpdir(), 'cryptable-prebuild-'));
  try {
    cpSync(join(root, 'native'), join(folder, 'native'), { recursive: true });
    copyFileSync(join(root, 'binding.gyp'), join(folder, 'binding.gyp'));
    mkdirSync(join(folder, sqliteHeaders.folder), { recursive: true });
    for (const name of sqliteHeaders.names) {
      copyFileSync(join(root, sqliteHeaders.folder, name), join(folder, sqliteHeaders.folder, name));
    }
    const args = [nodeGyp, 'rebuild', `--arch=${arch}`, '--loglevel=error', '-j', 'max'];
    run(process.execPath, args, { cwd: folder, env: { ...process.env, ...toolsFor(prefix) } });
    const built = join(folder, 'build', 'Release', fileName);
    if (platform === 'linux') {
      run(`${prefix}strip`, ['--strip-unneeded', built]);
      checkGlibc(target, run(`${prefix}objdump`, ['-T', built]));
    } else {
      run('strip', ['-x', built]);
    }
    mkdirSync(join(into, target), { recursive: true });
    copyFileSync(built, join(into, target, fileName));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function checkGlibc(target, symbols) {
  const wanted = [...symbols.matchAll(/GLIBC_(\d+)\.(\d+)[.\d]*\)?\s+(\S+)/g)];
  const young = wanted.filter(([, major, minor]) => {
    const above = Number(major) - glibcMax[0];
    return above > 0 || (above === 0 && Number(minor) > glibcMax[1]);
  });
  if (young.length > 0) {
    const names = young.map(([, major, minor, name]) => `${name} of ${major}.${minor}`);
    fail(`${target} needs a glibc younger than ${glibcMax.join('.')}: ${names.join(', ')}`);
  }
  if (/GLIBCXX|CXXABI|GCC_/.test(symbols)) fail(`${target} needs a C++ library of the system's.`);
}

function writeManifest(into) {
  const names = readdirSync(into, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => `${name}/${fileName}`)
    .filter((name) => existsSync(join(into, name)))
    .sort();
  const hashes = names.map((name) => [
    name,
    createHash('sha256')
      .update(readFileSync(join(into, name)))
      .digest('hex'),
  ]);
  writeFileSync(join(into, 'manifest.json'), `${JSON.stringify(Object.fromEntries(hashes), null, 2)}\n`);
  for (const [name, hash] of hashes) process.stderr.write(`${hash}  ${name}\n`);
}

function defaultTargets() {
  const cross = Object.keys(crossPrefixes)
    .filter((pair) => pair.startsWith(`${here} `))
    .map((pair) => pair.split(' ')[1]);
  for (const target of cross.filter((target) => !hasCompiler(target))) {
    process.stderr.write(
      `cryptable: no ${target}, as ${crossPrefixes[`${here} ${target}`]}g++ is not installed\n`,
    );
  }
  return [here, ...cross.filter(hasCompiler)];
}

const args = process.argv.slice(2);
let into = join(root, 'prebuilds');
if (args[0] === '--into') {
  if (args[1] === undefined) fail('--into takes a folder.');
  into = args[1];
  args.splice(0, 2);
}
mkdirSync(into, { recursive: true });
const targets = args.length === 0 ? defaultTargets() : args.filter((arg) => arg !== '--manifest');
for (const target of targets) build(target, into);
writeManifest(into);
