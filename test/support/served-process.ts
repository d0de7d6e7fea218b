/** `cryptable serve` in a process of its own that a test may kill, and a caller that counts what was acknowledged. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { builtMain } from './command-line.ts';

export interface ServedProcess {
  readonly endpoint: string;
  /** SIGKILL: nothing is flushed, closed or told. Resolves when the process is gone. */
  kill(): Promise<void>;
  /** SIGTERM; resolves with the exit code. */
  stop(): Promise<number | null>;
}

/** Resolves when it listens; rejects with what it said when it ended before that. */
export async function serveProcess(args: readonly string[]): Promise<ServedProcess> {
  const child = fork(builtMain, ['serve', '--port', '0', '--log-level', 'warn', ...args], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let said = '';
  child.stderr?.on('data', (piece) => {
    said += piece;
  });
  const ended = once(child, 'close');
  const address = await Promise.race([
    listening(child),
    ended.then(([code]) => Promise.reject(new Error(`the server ended with ${code}: ${said}`))),
  ]);
  return {
    endpoint: `http://${address.host}:${address.port}`,
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
    async stop() {
      child.kill('SIGTERM');
      const [code] = await ended;
      return code;
    },
  };
}

async function listening(child: ChildProcess): Promise<{ host: string; port: number }> {
  const [message] = await once(child, 'message');
  return message.listening;
}
