/** The program of a worker of `serve --workers`, which starts it: nobody runs it by hand. */
import { Socket } from 'node:net';
import { runWorker } from '../worker.ts';
import { harden } from './hardening.ts';
import { dumpable, isHanded, type Taken, workerLine } from './serve-worker-line.ts';
import { serverLog } from './server-log.ts';

const [, , level = 'info', given] = process.argv;

// A terminal, and what stops services, signal every process: a worker ends when its primary says so, or is gone.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => {});

const log = serverLog({ level, worker: process.pid });
harden(given === dumpable ? { allowCoreDumps: true } : {}, log);
await runWorker({
  stream: new Socket({ fd: workerLine }),
  log,
  onReady(take) {
    process.on('message', (message: unknown, socket: unknown) => {
      if (!isHanded(message)) return;
      // One that its client has left by now comes as none.
      if (socket instanceof Socket) take(socket);
      process.send?.({ taken: message.handed } satisfies Taken);
    });
  },
});
process.exit(0);
