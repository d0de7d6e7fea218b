/** Builds the C++ half of the seal bench from the addon's objects, so that what ships is measured; runs it. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { availablePeers, type Peer } from './peers.ts';
import { packageRoot } from './product.ts';
import type { NativeRun, Turns } from './seal-figures.ts';

const sourceFolder = join(packageRoot, 'bench', 'native');
const objectFolder = join(packageRoot, 'build', 'Release', 'obj.target');
const buildFolder = join(packageRoot, 'build', 'bench', 'native');
const sources = ['main.cc', 'ours.cc', 'pages.cc', 'roofline.cc', 'rounds.cc'];
const compiler = process.env.CXX ?? 'g++';
const outputBytesMax = 64 * 2 ** 20;

/** Undefined, and said why, where the addon was not built here or nothing compiles. Throws if a step fails. */
export function runNative(say: (line: string) => void, seconds: number): NativeRun | undefined {
  const objects = objectsOfAddon();
  if (objects.length === 0) {
    say('the addon was not built here, so there are no rows from C++');
    return undefined;
  }
  if (spawnSync(compiler, ['--version']).status !== 0) {
    say(`there is no compiler ${compiler} (CXX names another), so there are no rows from C++`);
    return undefined;
  }
  const program = build(objects, availablePeers(compiler, say));
  say(`our kernels were compiled by ${compilerOf(objects)}; ${Math.round(seconds)} s of turns in C++`);
  const run = parseRun(called(program, [String(seconds)]));
  const versions = Object.entries(run.versions).map(([name, version]) => `${name} ${version}`);
  say(`beside ${versions.join(', ') || 'nobody'}`);
  return run;
}

function objectsOfAddon(): string[] {
  if (!existsSync(objectFolder)) return [];
  return readdirSync(objectFolder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.o'))
    .map((entry) => join(entry.parentPath, entry.name));
}

/** As an archive: the linker takes what is asked for, and leaves the objects that need Node. */
function build(objects: readonly string[], peers: readonly Peer[]): string {
  mkdirSync(buildFolder, { recursive: true });
  const archive = join(buildFolder, 'libcryptable.a');
  const program = join(buildFolder, 'seal');
  rmSync(archive, { force: true });
  called('ar', ['rcs', archive, ...objects]);
  called(compiler, [
    ...['-std=c++20', '-O2', '-pthread', '-Wall', '-Wextra', '-I', join(packageRoot, 'native')],
    ...peers.map(({ define }) => `-D${define}`),
    ...[...sources, ...peers.map(({ source }) => source)].map((source) => join(sourceFolder, source)),
    ...[archive, '-o', program],
    ...peers.map(({ library }) => `-l${library}`),
  ]);
  return program;
}

function called(command: string, args: readonly string[]): string {
  const done = spawnSync(command, args, {
    stdio: ['ignore', 'pipe', 'inherit'],
    maxBuffer: outputBytesMax,
    encoding: 'utf8',
  });
  if (done.error !== undefined) throw done.error;
  if (done.status !== 0) throw new Error(`${command} ended with ${done.status ?? done.signal}`);
  return done.stdout;
}

/** What the compiler wrote about itself into a kernel. */
function compilerOf(objects: readonly string[]): string {
  const kernel = objects.find((path) => /kernel_(vaes512|armv8)\.o$/.test(path)) ?? objects[0] ?? '';
  const found = /GCC: \([^)]*\) [\d.]+|clang version [\d.]+/.exec(readFileSync(kernel, 'latin1'));
  return found?.[0] ?? 'a compiler that left no name';
}

/** Throws where a line is not as bench/native/main.cc writes it. */
export function parseRun(output: string): NativeRun {
  const [first = '', ...lines] = output.trimEnd().split('\n');
  return {
    versions: parseVersions(JSON.parse(first)),
    turns: lines.map((line) => parseTurns(JSON.parse(line))),
  };
}

function parseVersions(line: unknown): Record<string, string> {
  const { versions } = recordOf(line);
  return Object.fromEntries(Object.entries(recordOf(versions)).map(([name, value]) => [name, String(value)]));
}

function parseTurns(line: unknown): Turns {
  const { group, way, bytes, name, ns } = recordOf(line);
  if (group !== 'pages' && group !== 'cached' && group !== 'batch') throw unexpected(line);
  if (way !== 'seal' && way !== 'open') throw unexpected(line);
  if (typeof bytes !== 'number' || typeof name !== 'string' || !Array.isArray(ns)) throw unexpected(line);
  if (ns.length === 0 || !ns.every((each) => typeof each === 'number' && each > 0)) throw unexpected(line);
  return { group, way, bytes, name, ns };
}

function recordOf(value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null) throw unexpected(value);
  return value as Record<string, unknown>;
}

function unexpected(line: unknown): Error {
  return new Error(`the bench in C++ printed ${JSON.stringify(line).slice(0, 200)}`);
}
