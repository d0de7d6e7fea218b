/** The calling side of sqlite-worker.ts: hands over changes, and turns answers and deaths of the thread into outcomes. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { Outage } from '../base/errors.ts';
import type { StoreChange } from './page-store.ts';
import { packChange } from './sqlite-change.ts';
import type { WorkerAnswer, WorkerRequest, WorkerStart } from './sqlite-worker.ts';

interface Waiter {
  resolve(): void;
  reject(fault: unknown): void;
}

const workerFile = 'sqlite-worker.js';

/** Beside this file once it is compiled; in a checkout that runs its sources, in `dist`, where the build puts it. */
function workerPath(): string {
  const folder = dirname(fileURLToPath(import.meta.url));
  if (existsSync(join(folder, workerFile))) return join(folder, workerFile);
  for (let above = folder; dirname(above) !== above; above = dirname(above)) {
    const built = join(above, 'dist', 'store', workerFile);
    if (existsSync(built)) return built;
  }
  throw new Outage('StoreUnavailable', { hint: `${workerFile} is missing: run npm run build.` });
}

/** An arena of this size or less is kept for the next commit. */
const spareBytesMax = 16 * 2 ** 20;

export class CommitThread {
  readonly #start: WorkerStart;
  #worker: Worker | undefined;
  #waiting: Waiter[] = [];
  #spare: ArrayBuffer | undefined;

  constructor(start: WorkerStart) {
    this.#start = start;
  }

  /** `logBytesMax`: see SqliteCommitter. */
  commit(change: StoreChange, logBytesMax?: number): Promise<void> {
    const commit = packChange(change, this.#spare);
    if (commit.arena === this.#spare) this.#spare = undefined;
    return this.#ask({ commit, logBytesMax }, [commit.arena]);
  }

  /** Waits for what was handed over, then ends the thread. */
  async close(): Promise<void> {
    const worker = this.#worker;
    if (worker === undefined) return;
    try {
      await this.#ask({ close: true }, []);
    } finally {
      await worker.terminate();
    }
  }

  #ask(request: WorkerRequest, transfer: ArrayBuffer[]): Promise<void> {
    return new Promise((resolve, reject) => {
      const worker = this.#started();
      this.#waiting.push({ resolve, reject });
      // An idle thread lets the process end; one that commits does not.
      worker.ref();
      worker.postMessage(request, transfer);
    });
  }

  #started(): Worker {
    if (this.#worker !== undefined) return this.#worker;
    const worker = new Worker(workerPath(), { workerData: this.#start, execArgv: [] });
    worker.on('message', (answer: WorkerAnswer) => this.#answered(worker, answer));
    worker.on('error', (fault) => this.#ended(worker, fault));
    worker.on('exit', () => this.#ended(worker, undefined));
    this.#worker = worker;
    return worker;
  }

  #answered(worker: Worker, { arena, fault }: WorkerAnswer): void {
    if (arena !== undefined && arena.byteLength <= spareBytesMax) this.#spare = arena;
    const waiter = this.#waiting.shift();
    if (this.#waiting.length === 0) worker.unref();
    if (fault === undefined) waiter?.resolve();
    else waiter?.reject(new Outage(fault.code, { cause: new Error(fault.cause), ...hintOf(fault.sentence) }));
  }

  #ended(worker: Worker, cause: unknown): void {
    if (this.#worker !== worker) return;
    // The next commit starts another.
    this.#worker = undefined;
    for (const { reject } of this.#waiting.splice(0)) reject(new Outage('StoreUnavailable', { cause }));
  }
}

/** What the thread's sentence says beyond the sentence of its code. */
function hintOf(sentence: string): { hint?: string } {
  const hint = /\. (.+)$/.exec(sentence)?.[1];
  return hint === undefined ? {} : { hint };
}
