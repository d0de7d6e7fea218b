/** The disk refuses single calls of a running server, or all from one on: each in turn, once and for good. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { createTableInput, loadItems, readItems } from '../support/item-load.ts';
import { AnsweredFault, type JsonCall, jsonCall } from '../support/json-call.ts';
import { Ledger } from '../support/ledger.ts';
import { isSkipped } from '../support/linux-tools.ts';
import { type ServedProcess, serveProcess } from '../support/served-process.ts';
import { startStoreProcess } from '../support/store-process.ts';
import { injectFaults, type SyscallFault } from '../support/syscall-faults.ts';

/** CI asks for 200, and then each index is tried, once and for good. */
const indexMax = Number(process.env.CRYPTABLE_FAULT_INDEX ?? 4);
const roundsPerLife = 5;
const table = 'load';
const retryable = /^(500 (InternalServerError|KMSInternalException)|503 ServiceUnavailable(Exception)?)$/;

interface Kind {
  readonly call: string;
  readonly error: string;
  /** Few commits make few of these calls: only every so many indexes are reached. */
  readonly share?: number;
  /** Reads come from the caches of a server that has run for a while. */
  readonly isCold?: boolean;
  /** Retried for ever inside SQLite, as the system promises that it ends. */
  readonly isNeverLasting?: boolean;
}

const kinds: readonly Kind[] = [
  { call: 'pwrite64', error: 'EIO' },
  { call: 'pwrite64', error: 'ENOSPC' },
  { call: 'pwrite64', error: 'EINTR', isNeverLasting: true },
  { call: 'fsync,fdatasync', error: 'EIO', share: 5 },
  { call: 'fsync,fdatasync', error: 'ENOSPC', share: 5 },
  { call: 'pread64', error: 'EIO', share: 5, isCold: true },
];

/** Quick runs thin out as they go, and try each index one way only. */
function rounds({
  share = 1,
  isNeverLasting = false,
}: Kind): readonly Pick<SyscallFault, 'index' | 'isLasting'>[] {
  const isFull = indexMax >= 200;
  const found: { index: number; isLasting: boolean }[] = [];
  for (let index = 1; index <= Math.max(3, indexMax / share); index += isFull ? 1 : Math.ceil(index / 2)) {
    const ways = isNeverLasting ? [false] : isFull ? [false, true] : [found.length % 2 === 1];
    for (const isLasting of ways) found.push({ index, isLasting });
  }
  return found;
}

/** Something that writes to a file of the store, and what reads it back. */
interface Subject {
  readonly name: string;
  readonly files: readonly string[];
  prepare(call: JsonCall): Promise<void>;
  /** `isOver` is asked before each write; `goesOn` is told what fails. */
  load(course: Course, isOver: () => boolean, goesOn: (fault: unknown) => boolean): Promise<void>;
  read(call: JsonCall): Promise<ReadonlyMap<string, string>>;
}

interface Course {
  readonly ledger: Ledger;
  readonly call: JsonCall;
  readonly seed: number;
}

const items: Subject = {
  name: 'the page store',
  files: ['store.sqlite', 'store.sqlite-wal'],
  prepare: async (call) => {
    await call('CreateTable', createTableInput(table));
  },
  load: (course, isOver, goesOn) => loadItems({ ...course, table, writers: 3, isOver, goesOn }),
  read: (call) => readItems(call, table),
};

async function keyId(call: JsonCall): Promise<string> {
  const { Aliases } = await call('ListAliases', {});
  return Aliases.find(({ AliasName }: { AliasName: string }) => AliasName === 'alias/load').TargetKeyId;
}

const keys: Subject = {
  name: 'the key service',
  files: ['kms/keys.sqlite', 'kms/keys.sqlite-wal'],
  prepare: async (call) => {
    const { KeyMetadata } = await call('CreateKey', {});
    await call('CreateAlias', { AliasName: 'alias/load', TargetKeyId: KeyMetadata.KeyId });
  },
  load: async ({ ledger, call, seed }, isOver, goesOn) => {
    const KeyId = await keyId(call);
    for (let turn = 0; !isOver(); turn++) {
      const [operation, state] = turn % 2 === 0 ? ['DisableKey', 'Disabled'] : ['EnableKey', 'Enabled'];
      try {
        await ledger.write('state', state, () => call(operation, { KeyId }));
        const Description = `text ${seed}.${turn}`;
        await ledger.write('text', Description, () => call('UpdateKeyDescription', { KeyId, Description }));
      } catch (fault) {
        if (!goesOn(fault)) return;
      }
    }
  },
  read: async (call) => {
    const { KeyMetadata } = await call('DescribeKey', { KeyId: 'alias/load' });
    return new Map([
      ['state', KeyMetadata.KeyState],
      ['text', KeyMetadata.Description],
    ]);
  },
};

class FaultRun {
  readonly #subject: Subject;
  readonly #data: string;
  readonly #rootKey: string;
  readonly #ledger = new Ledger();
  #server: ServedProcess | undefined;
  #seed = 0;
  refused = 0;

  constructor(subject: Subject, folder: string) {
    this.#subject = subject;
    this.#data = join(folder, 'data');
    this.#rootKey = join(folder, 'root.key');
  }

  async start(): Promise<void> {
    await this.restart();
    await this.#subject.prepare(this.#call);
    this.#ledger.settle(await this.#subject.read(this.#call));
  }

  async restart(): Promise<void> {
    await this.#server?.kill();
    this.#server = await serveProcess(['--data', this.#data, '--root-key', this.#rootKey], {
      environment: { UV_THREADPOOL_SIZE: '1' },
    });
  }

  /** One fault: what is answered meanwhile may be retried, and all is well once the disk works again. */
  async refuse(fault: SyscallFault): Promise<void> {
    const when = `${fault.call} ${fault.error} ${fault.index}${fault.isLasting ? ' and on' : ''}`;
    const files = this.#subject.files.map((name) => join(this.#data, name));
    const injection = await injectFaults(this.#server?.pid ?? 0, files, fault);
    const answers = [
      ...(await this.#answersOfReading()),
      ...(await this.#answersOfLoad(() => injection.refused > 0)),
    ];
    await injection.end();
    this.refused += injection.refused;
    expect(
      answers.filter((answer) => !retryable.test(answer)),
      when,
    ).toEqual([]);
    await this.expectNothingWrong(when);
    expect(await this.#answersOfLoad(() => true), `${when}: writes to a disk that works again`).toEqual([]);
    await this.expectNothingWrong(`${when}: and written to afterwards`);
  }

  async expectNothingWrong(when: string): Promise<void> {
    expect(this.#server?.isAlive, `${when}: ${this.#server?.said}`).toBe(true);
    const found = await this.#subject.read(this.#call);
    expect(this.#ledger.contradictions(found), when).toEqual([]);
  }

  async end(): Promise<void> {
    await this.#server?.kill();
    const store = startStoreProcess();
    await store.open(this.#data, this.#rootKey);
    const { faults, skipped } = await store.verify();
    await store.kill();
    expect({ faults, skipped }).toEqual({ faults: [], skipped: [] });
  }

  get #call(): JsonCall {
    return jsonCall(this.#server?.endpoint ?? '');
  }

  async #answersOfReading(): Promise<readonly string[]> {
    try {
      expect(this.#ledger.contradictions(await this.#subject.read(this.#call))).toEqual([]);
      return [];
    } catch (fault) {
      if (!(fault instanceof AnsweredFault)) throw fault;
      return [`${fault.status} ${fault.type}`];
    }
  }

  /** Writes some, and more until the fault has shown. */
  async #answersOfLoad(hasShown: () => boolean): Promise<readonly string[]> {
    const answers: string[] = [];
    let writes = 0;
    const isOver = () => writes++ >= (hasShown() ? 8 : 200);
    await this.#subject.load(
      { ledger: this.#ledger, call: this.#call, seed: this.#seed++ * 10 },
      isOver,
      (fault) => {
        if (!(fault instanceof AnsweredFault)) throw fault;
        answers.push(`${fault.status} ${fault.type}`);
        return true;
      },
    );
    return answers;
  }
}

describe.skipIf(isSkipped('refused system calls', ['strace']))('a server that is refused calls', () => {
  const folder = mkdtempSync(join(tmpdir(), 'cryptable-refused-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  for (const subject of [items, keys]) {
    for (const [number, kind] of kinds.entries()) {
      // The key service reads its file when it opens and never after.
      if (kind.isCold && subject === keys) continue;
      const tried = rounds(kind);
      test(
        `on ${subject.name}, ${kind.call} with ${kind.error}: lives, tells, and loses nothing`,
        async () => {
          const run = new FaultRun(subject, join(folder, `${subject.name} ${number}`));
          await run.start();
          for (const [round, { index, isLasting }] of tried.entries()) {
            if (kind.isCold) await run.restart();
            await run.refuse({ ...kind, index, isLasting });
            if (round % roundsPerLife !== 0) continue;
            await run.restart();
            await run.expectNothingWrong(`after ${index} and a kill`);
          }
          // Where a round did not reach its index, another did.
          expect(run.refused).toBeGreaterThanOrEqual(kind.isCold ? 1 : tried.length);
          await run.end();
        },
        60_000 + tried.length * 10_000,
      );
    }
  }
});
