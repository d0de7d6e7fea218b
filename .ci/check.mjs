/**
 * All that can be judged without running the product: format, lint, C++ format, types, leftovers, the package.
 * Runs each, fails if any did.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

function binary(name, path) {
  // Not resolved: some packages do not tell where they are.
  return join(root, 'node_modules', name, path);
}

function nativeSources() {
  return ['native', 'bench/native'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true })
      .filter((name) => /\.(cc|h)$/.test(name))
      .map((name) => join(folder, name)),
  );
}

const checks = [
  {
    name: 'biome',
    command: process.execPath,
    args: [binary('@biomejs/biome', 'bin/biome'), 'ci', '--error-on-warnings'],
  },
  {
    name: 'clang-format',
    command: 'clang-format',
    args: ['--dry-run', '-Werror', ...nativeSources()],
    system: true,
  },
  {
    name: 'tsc',
    command: process.execPath,
    args: [binary('typescript', 'bin/tsc'), '-p', 'tsconfig.json', '--noEmit'],
  },
  {
    name: 'knip',
    command: process.execPath,
    args: [binary('knip', 'bin/knip.js'), '--no-progress', '--no-config-hints'],
  },
  {
    name: 'publint',
    command: process.execPath,
    args: [binary('publint', 'src/cli.js'), 'run', '.', '--strict'],
  },
];

let failed = 0;
for (const { name, command, args, system } of checks) {
  const done = spawnSync(command, args, { cwd: root, stdio: 'inherit' });
  if (system === true && done.error?.code === 'ENOENT') {
    console.log(`${name}: skipped, as it is not installed (apt-get install ${name})`);
  } else if (done.status === 0) {
    console.log(`${name}: clean`);
  } else {
    failed++;
    console.log(`${name}: faults, see above`);
  }
}
process.exitCode = failed === 0 ? 0 : 1;
