/** `cryptable serve` in a process of its own, which a test may kill or have the system make trouble for. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import { builtMain } from './command-line.ts';

export interface ServedProcess {
  readonly endpoint: string;
  readonly pid: number;
  readonly isAlive: boolean;
  /** All that came over stderr so far: what it warned of, and how it failed. */
  readonly said: string;
  /** SIGKILL: nothing is flushed, closed or told. Resolves when the process is gone. */
  kill(): Promise<void>;
  /** SIGTERM; resolves with the exit code. */
  stop(): Promise<number | null>;
}

export interface ServeOptions {
  /** A command, with its arguments, that becomes the command it is given. */
  readonly under?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

/** Resolves when it listens; rejects with what it said when it ended before that. */
export async function serveProcess(
  args: readonly string[],
  { under = [], environment = {} }: ServeOptions = {},
): Promise<ServedProcess> {
  const [command = process.execPath, ...rest] = [...under, process.execPath];
  const child = fork(builtMain, ['serve', '--port', '0', '--log-level', 'warn', ...args], {
    execPath: command,
    execArgv: rest,
    env: { ...process.env, ...environment },
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
    pid: child.pid ?? 0,
    get isAlive() {
      return child.exitCode === null && child.signalCode === null;
    },
    get said() {
      return said;
    },
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
