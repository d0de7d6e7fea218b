/** What tests of faults need of Linux: root, tools, mounts that nobody else sees, and small programs in C. */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { saidSkip } from './said-skip.ts';

const crashFolder = join(dirname(fileURLToPath(import.meta.url)), '..', 'crash');

/** True, and the reason said, where these tests cannot run: as root only, and with these commands. */
export function isSkipped(what: string, commands: readonly string[]): boolean {
  const reason = missing(commands);
  return saidSkip(reason !== undefined, `${what}: ${reason}`);
}

function missing(commands: readonly string[]): string | undefined {
  if (process.platform !== 'linux') return 'it needs Linux';
  if (process.getuid?.() !== 0) return 'it needs root';
  const absent = commands.filter((command) => spawnSync('which', [command]).status !== 0);
  return absent.length === 0 ? undefined : `${absent.join(', ')} is not installed`;
}

/** True where pkg-config knows this library, with its headers. */
export function hasLibrary(name: string): boolean {
  return spawnSync('pkg-config', ['--exists', name]).status === 0;
}

/** Compiles a source of test/crash into `folder` and returns the program's path. */
export function compileC(source: string, folder: string, libraries: readonly string[] = []): string {
  const program = join(folder, source.replace(/\.c$/, ''));
  const flags = libraries.flatMap((name) =>
    execFileSync('pkg-config', ['--cflags', '--libs', name], { encoding: 'utf8' }).trim().split(/\s+/),
  );
  const warnings = ['-std=gnu11', '-O1', '-Wall', '-Wextra', '-Werror'];
  execFileSync('gcc', [...warnings, join(crashFolder, source), '-o', program, ...flags], { stdio: 'pipe' });
  return program;
}

/** Mounts in a namespace of their own: no other process can hold them, and they are gone with this object. */
export class PrivateMounts {
  readonly #holder: ChildProcess;

  static async open(): Promise<PrivateMounts> {
    const script = 'echo ready; exec sleep infinity';
    const holder = spawn('unshare', ['--mount', '--propagation', 'private', 'sh', '-c', script], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    // Once it speaks it is in its namespace.
    if (holder.stdout !== null) await once(holder.stdout, 'data');
    return new PrivateMounts(holder);
  }

  private constructor(holder: ChildProcess) {
    this.#holder = holder;
  }

  /** A command that becomes the command it is given, where the mounts are seen. */
  get under(): readonly string[] {
    return ['nsenter', `--mount=/proc/${this.#holder.pid}/ns/mnt`, '--'];
  }

  run(...command: readonly string[]): string {
    const [first = '', ...rest] = [...this.under, ...command];
    return execFileSync(first, rest, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  }

  /** Starts a command that stays; it is the caller's to end. */
  start(...command: readonly string[]): ChildProcess {
    const [first = '', ...rest] = [...this.under, ...command];
    return spawn(first, rest, { stdio: 'ignore' });
  }

  mount(options: string, what: string, where: string): void {
    mkdirSync(where, { recursive: true });
    this.run('mount', ...options.split(' '), what, where);
  }

  unmount(where: string): void {
    this.run('umount', where);
  }

  async close(): Promise<void> {
    const ended = once(this.#holder, 'close');
    this.#holder.kill('SIGKILL');
    await ended;
  }
}
