/** The program of a worker of `serve --workers`, which starts it: nobody runs it by hand. */
import { Socket } from 'node:net';
import { pino } from 'pino';
import { runWorker } from '../worker.ts';
import { isHanded, type Taken, workerLine } from './serve-worker-line.ts';

const [, , level = 'info'] = process.argv;

// A terminal, and what stops services, signal every process: a worker ends when its primary says so, or is gone.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => {});

const log = pino({ level, base: { worker: process.pid } }, pino.destination({ fd: 2, sync: true }));
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
