/** `serve --workers`: accepts connections and hands them to processes in turn; another is started for each that dies. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { systemClock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { Database, ListeningServer, ListenOptions } from '../index.ts';
import { dumpable, type Handed, isTaken, workerLine } from './serve-worker-line.ts';

export interface WorkersOptions {
  readonly database: Database;
  readonly rules: ListenOptions & { readonly host: string; readonly port: number };
  readonly count: number;
  readonly log: Log;
  /** Of the workers' own lines. */
  readonly logLevel: string;
  readonly allowCoreDumps?: true | undefined;
}

/** One that ends sooner than this is not started again at once: whatever ended it may end the next one too. */
const lifeMsMin = 1_000;
/** One that has not answered what was under way by then is ended all the same. */
const closeMsMax = 15_000;
/** Connections that wait for a worker, while there is none. */
const waitingMax = 1_000;
const workerFile = fileURLToPath(new URL('./serve-worker.js', import.meta.url));

/** Rejects with the system's error where none can listen there, and as `hostWorker` does. */
export async function serveWithWorkers(options: WorkersOptions): Promise<ListeningServer> {
  const { host, port } = options.rules;
  const workers = new Workers(options);
  try {
    return await workers.start(host, port);
  } catch (fault) {
    await workers.close();
    throw fault;
  }
}

interface WorkerProcess {
  readonly child: ChildProcess;
  /** Handed to it, and not yet heard to be taken: if it dies before, another gets them. */
  readonly handed: Map<number, Socket>;
  readonly close: () => Promise<void>;
}

class Workers {
  readonly #options: WorkersOptions;
  readonly #acceptor: Server;
  readonly #all = new Set<WorkerProcess>();
  /** In the order of their turns. */
  #ready: WorkerProcess[] = [];
  #waiting: Socket[] = [];
  #lastHanded = 0;
  #closing: Promise<void> | undefined;

  constructor(options: WorkersOptions) {
    this.#options = options;
    // Nothing is read here: what a client sends at once is there for the worker.
    this.#acceptor = createServer({ pauseOnConnect: true, allowHalfOpen: true });
    this.#acceptor.on('connection', (socket) => {
      socket.on('error', () => {});
      // It is no worker's business how this process counts it.
      Object.assign(socket, { server: null });
      this.#hand(socket);
    });
  }

  async start(host: string, port: number): Promise<ListeningServer> {
    this.#acceptor.listen({ host, port });
    await once(this.#acceptor, 'listening');
    this.#acceptor.on('error', (fault) => this.#options.log.error({ fault }, 'the server failed'));
    const address = this.#acceptor.address();
    if (address === null || typeof address === 'string') throw new TypeError('a TCP server has an address');
    await Promise.all(Array.from({ length: this.#options.count }, () => this.#startOne()));
    return { host: address.address, port: address.port, close: () => this.close() };
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#acceptor.close();
    for (const socket of this.#waiting.splice(0)) socket.destroy();
    await Promise.all([...this.#all].map((worker) => worker.close()));
  }

  /** To the worker whose turn it is. */
  #hand(socket: Socket): void {
    const worker = this.#ready.shift();
    if (worker === undefined) {
      if (this.#closing === undefined && this.#waiting.length < waitingMax) this.#waiting.push(socket);
      else socket.destroy();
      return;
    }
    this.#ready.push(worker);
    const number = ++this.#lastHanded;
    worker.handed.set(number, socket);
    // Kept open until it is taken. Where it cannot be sent, the worker is about to be found dead.
    worker.child.send({ handed: number } satisfies Handed, socket, { keepOpen: true }, () => {});
  }

  /** Resolves when it takes connections. */
  async #startOne(): Promise<void> {
    const { database, rules, logLevel, allowCoreDumps } = this.#options;
    const settings = allowCoreDumps === true ? [logLevel, dumpable] : [logLevel];
    const startedMs = systemClock.monotonicMs();
    const child = fork(workerFile, settings, { stdio: ['ignore', 'ignore', 'inherit', 'ipc', 'pipe'] });
    child.on('error', () => {});
    const exit = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    const line = child.stdio[workerLine];
    if (!(line instanceof Duplex)) throw new TypeError('the line to a worker goes both ways');
    const hosted = database.hostWorker(line, rules);
    const close = async () => {
      const deadline = systemClock.after(closeMsMax, () => child.kill('SIGKILL'));
      await hosted.close();
      await exit;
      deadline.cancel();
    };
    const worker = { child, handed: new Map<number, Socket>(), close };
    this.#all.add(worker);
    child.on('message', (message: unknown) => {
      if (isTaken(message)) this.#taken(worker, message.taken);
    });
    let isReady = false;
    void exit.then(() => this.#ended(worker, isReady ? systemClock.monotonicMs() - startedMs : undefined));
    await hosted.ready;
    isReady = true;
    this.#ready.push(worker);
    for (const socket of this.#waiting.splice(0)) this.#hand(socket);
  }

  #taken({ handed }: WorkerProcess, number: number): void {
    handed.get(number)?.destroy();
    handed.delete(number);
  }

  /** `livedMs`: undefined where it never was ready, of which whoever started it hears. */
  #ended(worker: WorkerProcess, livedMs: number | undefined): void {
    this.#all.delete(worker);
    this.#ready = this.#ready.filter((other) => other !== worker);
    for (const socket of worker.handed.values()) this.#hand(socket);
    if (livedMs === undefined || this.#closing !== undefined) return;
    const { pid, exitCode, signalCode } = worker.child;
    this.#options.log.warn({ pid, exitCode, signalCode }, 'A worker ended; another takes its place.');
    if (livedMs >= lifeMsMin) this.#restart();
    else systemClock.after(lifeMsMin, () => this.#restart());
  }

  #restart(): void {
    if (this.#closing !== undefined) return;
    this.#startOne().catch((fault: unknown) => {
      if (this.#closing !== undefined) return;
      this.#options.log.error({ fault }, 'A worker could not be started; it will be tried again.');
      systemClock.after(lifeMsMin, () => this.#restart());
    });
  }
}
