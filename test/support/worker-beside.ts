/** A worker in the process of its primary: all that is between the two is real but the pipe. */
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { type Log, silentLog } from '../../src/base/log.ts';
import type { Database, ListenOptions } from '../../src/database.ts';
import { runWorker } from '../../src/worker.ts';
import { duplexPair } from './duplex-pair.ts';

export interface WorkerBeside {
  readonly endpoint: string;
  /** What both said to each other since this was asked before: 0 where the worker answered by itself. */
  lineBytes(): number;
  /** Has it answer what is under way and end. */
  close(): Promise<void>;
  /** Resolves when the worker has ended. */
  readonly ended: Promise<void>;
  /** Breaks the line, as the death of either does. */
  cut(): void;
}

export async function startWorkerBeside(
  database: Database,
  options: ListenOptions & { readonly workerLog?: Log } = {},
): Promise<WorkerBeside> {
  const { workerLog: log = silentLog, ...rules } = options;
  const [primaryEnd, workerEnd] = duplexPair();
  let bytes = 0;
  for (const end of [primaryEnd, workerEnd]) {
    end.on('data', (piece: Uint8Array) => {
      bytes += piece.length;
    });
  }
  const acceptor = createServer();
  const ended = runWorker({
    stream: workerEnd,
    log,
    onReady: (take) => acceptor.on('connection', take),
  });
  const hosted = database.hostWorker(primaryEnd, rules);
  await hosted.ready;
  acceptor.listen(0, '127.0.0.1');
  await once(acceptor, 'listening');
  void ended.then(() => acceptor.close());
  return {
    endpoint: `http://127.0.0.1:${(acceptor.address() as AddressInfo).port}`,
    lineBytes() {
      const said = bytes;
      bytes = 0;
      return said;
    },
    close: () => hosted.close(),
    ended,
    cut: () => primaryEnd.destroy(),
  };
}
