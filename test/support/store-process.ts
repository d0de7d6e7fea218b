/** A process that embeds the built engine, for tests that kill it, or whose store only it can see. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import type { Report } from '../../src/verification.ts';
import { type JsonCall, jsonRequest, outputOf } from './json-call.ts';
import type { ServeOptions } from './served-process.ts';

const program = join(dirname(fileURLToPath(import.meta.url)), '..', 'crash', 'store-process.mjs');

export interface StoreOptions {
  /** Folders by the names of the buckets that they stand for. */
  readonly buckets?: Readonly<Record<string, string>>;
  /** The store's clock stands there, and `advance` alone moves it. */
  readonly clockMs?: number;
}

export interface StoreProcess {
  readonly pid: number;
  /** Rejects with an Error that says name, code and sentence of what `open` threw. */
  open(folder: string, rootKey: string, options?: StoreOptions): Promise<void>;
  /** Resolves when all that fell due is done. */
  advance(ms: number): Promise<void>;
  /** As somebody sets the time. */
  jump(ms: number): Promise<void>;
  readonly call: JsonCall;
  verify(): Promise<Report>;
  close(): Promise<void>;
  /** SIGKILL; resolves when the process is gone, and every question open until then has rejected. */
  kill(): Promise<void>;
}

interface Reply {
  readonly n: number;
  readonly fault?: readonly [name: string, code: string | undefined, message: string];
  readonly status: number;
  readonly body: string;
  readonly report: Report;
}

interface Waiter {
  resolve(reply: Reply): void;
  reject(fault: Error): void;
}

export function startStoreProcess({ under = [] }: ServeOptions = {}): StoreProcess {
  const [command = process.execPath, ...rest] = [...under, process.execPath];
  const child = fork(program, [], {
    execPath: command,
    execArgv: rest,
    stdio: ['ignore', 'ignore', 2, 'ipc'],
  });
  const waiting = new Map<number, Waiter>();
  const ended = once(child, 'close').then(() => {
    for (const { reject } of waiting.values()) reject(new Error('the process has ended'));
    waiting.clear();
  });
  child.on('message', (reply: Reply) => {
    const waiter = waiting.get(reply.n);
    waiting.delete(reply.n);
    if (reply.fault === undefined) waiter?.resolve(reply);
    else waiter?.reject(new Error(reply.fault.join(' ')));
  });
  let asked = 0;
  const ask = (question: object) =>
    new Promise<Reply>((resolve, reject) => {
      const n = asked++;
      waiting.set(n, { resolve, reject });
      child.send({ n, ...question }, (fault) => {
        if (fault === null) return;
        waiting.delete(n);
        reject(fault);
      });
    });
  return {
    pid: child.pid ?? 0,
    async open(folder, rootKey, options = {}) {
      await ask({ open: folder, rootKey, ...options });
    },
    async advance(ms) {
      await ask({ advanceMs: ms });
    },
    async call(operation, input) {
      const { status, body } = await ask(jsonRequest(operation, input));
      return outputOf(status, body);
    },
    async jump(ms) {
      await ask({ jumpMs: ms });
    },
    verify: async () => (await ask({ verify: true })).report,
    async close() {
      await ask({ close: true });
    },
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
