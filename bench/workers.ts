/** What `serve --workers 2` makes of a machine's cores: rates beside one process, and where the work of a request is done. */
import { type ChildProcess, fork } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Bench, Figure } from './figures.ts';
import { besideThis, drive, fill, type Server, startOurs, tableName } from './http.ts';
import type { LoadOrder } from './http-load.ts';
import { median } from './measure.ts';

/** Few, and long turns: what a connection costs at its beginning is no part of the question. */
const connections = 16;
const turnMs = 5_000;
const rounds = 3;
const itemCount = 10_000;
const workerCount = 2;
const operations = ['GetItem', 'PutItem'] as const;
type Operation = (typeof operations)[number];

/** Of one turn: answers a second, and microseconds of processor time for each, of the primary and of all workers. */
interface Turn {
  readonly perSecond: number;
  readonly primaryUs: number;
  readonly workersUs: number;
}

export const workers: Bench = {
  question: `one process and ${workerCount} workers beside a primary, on ${availableParallelism()} cores shared with the load`,
  async run(say) {
    const folder = mkdtempSync(join(tmpdir(), 'cryptable-bench-'));
    const processes: ChildProcess[] = [];
    const start = async (name: string, more: readonly string[]) => {
      const server = await startOurs(join(folder, name), join(folder, 'root.key'), {}, more);
      processes.push(server.process);
      return server;
    };
    try {
      const servers = {
        alone: await start('alone', []),
        workers: await start('workers', ['--workers', String(workerCount)]),
      };
      say('filling two tables');
      for (const { port } of Object.values(servers)) await fill(port);
      const loads = [1, 2].map(() => fork(besideThis('./http-load.js'), []));
      processes.push(...loads);
      const turns = new Map<string, Turn[]>();
      for (let round = 0; round <= rounds; round++) {
        say(round === 0 ? 'warming up' : `round ${round} of ${rounds}`);
        for (const operation of operations) {
          for (const [name, server] of Object.entries(servers)) {
            const turn = await measure(server, loads, operation);
            const place = `${name} ${operation}`;
            if (round > 0) turns.set(place, [...(turns.get(place) ?? []), turn]);
          }
        }
      }
      return operations.flatMap((operation) => figuresOf(operation, turns));
    } finally {
      // First the primaries: their workers end with them.
      for (const child of processes) child.kill('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

async function measure(
  { port, process: { pid = 0 } }: Server,
  loads: readonly ChildProcess[],
  operation: Operation,
): Promise<Turn> {
  const order: LoadOrder = {
    operation,
    connections: connections / loads.length,
    turnMs,
    itemCount,
    tableName,
    port,
  };
  const before = cpuMs(pid);
  const results = await Promise.all(loads.map((load) => drive(load, order)));
  const after = cpuMs(pid);
  const perSecond = results.reduce((sum, result) => sum + result.perSecond, 0);
  const answers = (perSecond * turnMs) / 1000;
  const us = (part: 'primary' | 'workers') => (1000 * (after[part] - before[part])) / answers;
  return { perSecond, primaryUs: us('primary'), workersUs: us('workers') };
}

function figuresOf(operation: Operation, turns: ReadonlyMap<string, readonly Turn[]>): readonly Figure[] {
  const prefix = operation === 'GetItem' ? 'get' : 'put';
  const of = (server: 'alone' | 'workers', part: keyof Turn) =>
    median((turns.get(`${server} ${operation}`) ?? []).map((turn) => turn[part]));
  const rows: (readonly [name: string, value: number, note: string])[] = [
    ['alone_per_s', of('alone', 'perSecond'), `${operation} a second, one process`],
    ['workers_per_s', of('workers', 'perSecond'), `${operation} a second, ${workerCount} workers`],
  ];
  if (existsSync('/proc/self/stat')) {
    rows.push(
      ['alone_cpu_us', of('alone', 'primaryUs'), 'µs of processor time for each, one process'],
      ['workers_cpu_us', of('workers', 'workersUs'), 'µs for each, all workers together'],
      ['workers_primary_cpu_us', of('workers', 'primaryUs'), 'µs for each in their primary'],
      [
        'workers_scaling',
        of('alone', 'primaryUs') /
          Math.max(of('workers', 'workersUs') / workerCount, of('workers', 'primaryUs')),
        'how many times the answers, were there a core for each process',
      ],
    );
  }
  return rows.map(([name, value, note]) => ({ name: `${prefix}_${name}`, value, note }));
}

/** Milliseconds of processor time so far; zeros where the system does not tell as Linux does. */
function cpuMs(primary: number): { readonly primary: number; readonly workers: number } {
  if (!existsSync('/proc/self/stat')) return { primary: 0, workers: 0 };
  const children = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => stat(Number(name)))
    .filter(({ parent }) => parent === primary);
  const workers = children.reduce((sum, { cpuMs: ms }) => sum + ms, 0);
  return { primary: stat(primary).cpuMs, workers };
}

/** See proc_pid_stat(5); the name, in brackets, may hold anything. A clock tick is 10 ms. */
function stat(pid: number): { readonly parent: number; readonly cpuMs: number } {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'latin1');
  } catch {
    return { parent: 0, cpuMs: 0 };
  }
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return { parent: Number(fields[1]), cpuMs: 10 * (Number(fields[11]) + Number(fields[12])) };
}
