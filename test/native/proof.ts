/** Builds the programs of native/test, and runs them: what it takes to test the cipher without Node around it. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { test } from 'vitest';

export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const timeoutMs = 15 * 60_000;
const outputBytesMax = 64 * 1024 * 1024;

/** A way to build the programs: which tools it needs, and what CMake is told. */
export interface Variant {
  readonly name: string;
  readonly tools: readonly string[];
  readonly options: readonly string[];
}

const sanitize = '-DCRYPTABLE_SANITIZE=address,undefined';
const clang = ['clang++-16', 'clang++'].find(isInstalled) ?? 'clang++';

export const plain: Variant = { name: 'plain', tools: ['g++'], options: [] };
export const sanitized: Variant = { name: 'sanitized', tools: ['g++'], options: [sanitize] };
export const fuzzing: Variant = {
  name: 'fuzzing',
  tools: [clang],
  options: [sanitize, `-DCMAKE_CXX_COMPILER=${clang}`],
};
export const arm64: Variant = {
  name: 'arm64',
  tools: ['aarch64-linux-gnu-g++', 'qemu-aarch64-static'],
  options: [
    '-DCMAKE_SYSTEM_NAME=Linux',
    '-DCMAKE_SYSTEM_PROCESSOR=aarch64',
    '-DCMAKE_CXX_COMPILER=aarch64-linux-gnu-g++',
  ],
};

/** A test that is skipped, saying why, where a tool is missing or the addon is not wanted. */
export function proofTest(title: string, tools: readonly string[], run: () => void | Promise<void>): void {
  const reason = reasonToSkip(tools);
  if (reason !== undefined) writeSync(2, `SKIPPED: ${title}: ${reason}\n`);
  test.skipIf(reason !== undefined)(title, run, timeoutMs);
}

export function reasonToSkip(tools: readonly string[]): string | undefined {
  if (process.env.CRYPTABLE_SKIP_NATIVE === '1') return 'CRYPTABLE_SKIP_NATIVE=1 is set';
  if (process.platform !== 'linux' || process.arch !== 'x64') return 'the proofs are made for Linux on x64';
  const missing = ['cmake', 'python3', ...tools].filter((tool) => !isInstalled(tool));
  return missing.length === 0 ? undefined : `not installed: ${missing.join(', ')}`;
}

/** Builds some programs, once however many ask, and says in which folder they are. */
export function build(variant: Variant, programs: readonly string[]): string {
  const folder = join(root, 'build', 'proofs', variant.name);
  mkdirSync(folder, { recursive: true });
  const configured = ['cmake', '-S', join(root, 'native'), '-B', folder, ...variant.options];
  const built = ['cmake', '--build', folder, '--parallel', '2', '--target', ...programs];
  // Test files run side by side, and some want the same variant.
  for (const command of [configured, built]) {
    const done = run('flock', [join(folder, '.lock'), ...command]);
    if (done.code !== 0) throw new Error(`${command.join(' ')} failed:\n${done.said}`);
  }
  return folder;
}

export interface Done {
  readonly code: number | null;
  /** Both streams; what was printed to the end, were it not for its length. */
  readonly said: string;
}

export interface RunOptions {
  readonly input?: string;
  readonly environment?: Readonly<Record<string, string>>;
}

export function run(command: string, args: readonly string[], options: RunOptions = {}): Done {
  const done = spawnSync(command, args, {
    encoding: 'utf8',
    input: options.input ?? '',
    env: { ...process.env, ...options.environment },
    maxBuffer: outputBytesMax,
    timeout: timeoutMs,
  });
  if (done.error !== undefined) throw done.error;
  return { code: done.status, said: done.stdout + done.stderr };
}

/** The number that an environment variable gives, for those who have longer. */
export function budget(name: string, usual: number): number {
  const given = process.env[name];
  if (given === undefined) return usual;
  const number = Number(given);
  if (!Number.isSafeInteger(number) || number <= 0) throw new Error(`${name} is no whole number: ${given}`);
  return number;
}

function isInstalled(tool: string): boolean {
  return spawnSync('sh', ['-c', 'command -v "$1"', 'sh', tool]).status === 0;
}
