/** A `cryptable` command as a process of its own, as an operator would start it. */
import { type ChildProcess, fork } from 'node:child_process';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CommandFault, exitCodes } from '../exit-code.ts';
import type { ParentMessage, ServeMessage, Stats } from '../parent-process.ts';

const main = fileURLToPath(new URL(`../main${extname(import.meta.url)}`, import.meta.url));
/** The end of what the process wrote to stderr that is kept, to be shown when it fails. */
const complaintCharactersMax = 4_000;

export interface ServerProcess {
  readonly endpoint: string;
  stats(): Promise<Stats>;
  /** Asks it to stop and waits; refuses when it did not drain and exit with 0. */
  stop(): Promise<void>;
  /** Ends it at once, if it still runs. */
  kill(): void;
}

/** Starts `serve` with these arguments and waits until it listens. */
export async function startServer(
  args: readonly string[],
  environment: Record<string, string>,
): Promise<ServerProcess> {
  const child = fork(main, ['serve', '--port', '0', '--log-level', 'warn', ...args], {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let complaint = '';
  child.stderr?.on('data', (piece) => {
    complaint = `${complaint}${piece}`.slice(-complaintCharactersMax);
  });
  const failed = exitOf(child).then((code) => {
    throw new CommandFault(`The server ended unasked with ${code}: ${complaint.trim()}`, exitCodes.fault);
  });
  // Awaited in every race below; alone it must not count as unhandled once the server is asked to stop.
  failed.catch(() => {});
  const listening = await Promise.race([answer(child, 'listening'), failed]);
  return {
    endpoint: `http://${listening.host}:${listening.port}`,
    stats: () => {
      child.send({ ask: 'stats' } satisfies ParentMessage);
      return Promise.race([answer(child, 'stats'), failed]);
    },
    stop: async () => {
      child.kill('SIGTERM');
      const code = await exitOf(child);
      if (code !== 0)
        throw new CommandFault(`The server stopped with ${code}: ${complaint.trim()}`, exitCodes.fault);
    },
    kill: () => child.kill('SIGKILL'),
  };
}

/** Runs a command to its end, its output shown, and tells its exit code. */
export function runCommand(args: readonly string[]): Promise<number | string> {
  return exitOf(fork(main, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] }));
}

function exitOf(child: ChildProcess): Promise<number | string> {
  return new Promise((resolve, reject) => {
    const ended = child.exitCode ?? child.signalCode;
    if (ended !== null) return resolve(ended);
    child.once('error', reject);
    child.once('close', (code, signal) => resolve(code ?? signal ?? 'no exit code'));
  });
}

type Answers = { listening: { host: string; port: number }; stats: Stats };

function answer<K extends keyof Answers>(child: ChildProcess, kind: K): Promise<Answers[K]> {
  return new Promise((resolve) => {
    const take = (message: unknown) => {
      if (typeof message !== 'object' || message === null || !(kind in message)) return;
      child.off('message', take);
      resolve((message as ServeMessage & Answers)[kind]);
    };
    child.on('message', take);
  });
}
