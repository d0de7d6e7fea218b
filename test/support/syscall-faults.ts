/** Makes the system refuse calls of a running process on some files: the n-th, or all from the n-th on. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

export interface SyscallFault {
  /** As `pwrite64`. */
  readonly call: string;
  /** As `EIO`. */
  readonly error: string;
  /** Counted from 1, thread by thread. */
  readonly index: number;
  readonly isLasting: boolean;
}

export interface Injection {
  /** How many calls have been refused so far. */
  readonly refused: number;
  /** The process goes on undisturbed. */
  end(): Promise<void>;
}

/** Resolves once the process is being watched. */
export async function injectFaults(
  pid: number,
  files: readonly string[],
  { call, error, index, isLasting }: SyscallFault,
): Promise<Injection> {
  const paths = files.flatMap((file) => ['-P', file]);
  const when = `${index}${isLasting ? '+' : ''}`;
  const inject = [`trace=${call}`, `inject=${call}:error=${error}:when=${when}`].flatMap((one) => [
    '-e',
    one,
  ]);
  const strace = spawn('strace', ['-f', '-p', String(pid), ...paths, ...inject], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  strace.stderr.setEncoding('utf8');
  strace.stderr.on('data', (piece: string) => {
    said += piece;
  });
  const ended = once(strace, 'close');
  await attached(strace, () => said, ended);
  return {
    get refused() {
      return said.split('(INJECTED)').length - 1;
    },
    async end() {
      strace.kill('SIGINT');
      await ended;
    },
  };
}

async function attached(strace: ChildProcess, said: () => string, ended: Promise<unknown>): Promise<void> {
  const isAttached = () => /Process \d+ attached/.test(said());
  let hasEnded = false;
  void ended.then(() => {
    hasEnded = true;
  });
  while (!isAttached()) {
    if (hasEnded) throw new Error(`the process cannot be watched: ${said()}`);
    await Promise.race([once(strace.stderr ?? strace, 'data'), ended]);
  }
}
