/** A process that works with a key the test knows too, and dumps of its memory. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { addonPath, thisHost } from '../../src/crypto/addon.ts';
import { materialOf } from './key-material.ts';
import { needlesIn } from './needle-search.ts';
import { root, run } from './proof.ts';

interface Answer {
  readonly did: string;
  readonly nonces: readonly string[];
}

/** What key-at-work.mjs can be told to do. */
export type Task = 'work' | 'stumble' | 'end-worker' | 'snapshot' | 'destroy' | 'leak';

export class KeyProcess {
  readonly #key = randomBytes(32);
  readonly #nonces: Buffer[] = [];
  readonly #folder: string;
  readonly #child: ChildProcess;
  readonly #answers: AsyncIterator<string>;

  private constructor(folder: string, child: ChildProcess, answers: AsyncIterator<string>) {
    this.#folder = folder;
    this.#child = child;
    this.#answers = answers;
  }

  static async start(kernel: string): Promise<KeyProcess> {
    const folder = mkdtempSync(join(tmpdir(), 'cryptable-memory-'));
    const script = join(root, 'test', 'native', 'key-at-work.mjs');
    const args = [script, addonPath(root, thisHost()), kernel, join(folder, 'key')];
    const key = randomBytes(32);
    writeFileSync(join(folder, 'key'), key);
    const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    const started = new KeyProcess(
      folder,
      child,
      createInterface({ input: child.stdout })[Symbol.asyncIterator](),
    );
    key.copy(started.#key);
    await started.#answer();
    return started;
  }

  async does(task: Task): Promise<void> {
    this.#child.stdin?.write(`${task}\n`);
    const { did, nonces } = JSON.parse(await this.#answer()) as Answer;
    if (did !== task) throw new Error(`the process did ${did}, and not ${task}`);
    this.#nonces.push(...nonces.map((nonce) => Buffer.from(nonce, 'hex')));
  }

  /** What of the key, or made of it, a core dump of the process has at this moment. */
  keyMaterialInCore(): string[] {
    const prefix = join(this.#folder, 'core');
    const done = run('gcore', ['-o', prefix, String(this.#child.pid)]);
    const path = `${prefix}.${this.#child.pid}`;
    if (done.code !== 0) throw new Error(`gcore failed:\n${done.said}`);
    try {
      return this.#materialIn(path);
    } finally {
      rmSync(path);
    }
  }

  /** The same for the heap snapshot taken last: JSON, so the key is looked for as text too. */
  keyMaterialInSnapshot(): string[] {
    return this.#materialIn(join(this.#folder, 'key.heapsnapshot'));
  }

  end(): void {
    this.#child.kill('SIGKILL');
    rmSync(this.#folder, { recursive: true });
  }

  #materialIn(path: string): string[] {
    if (statSync(path).size < 1024 * 1024) throw new Error(`${path} is no dump of a whole process`);
    const material = materialOf(this.#key, this.#nonces);
    const texts = (['hex', 'base64', 'latin1'] as const).map((form) => ({
      name: `key in ${form}`,
      bytes: Buffer.from(this.#key.toString(form)),
    }));
    return needlesIn(path, [...material, ...texts]);
  }

  async #answer(): Promise<string> {
    const { value, done } = await this.#answers.next();
    if (done === true) throw new Error('the process ended');
    return value;
  }
}
