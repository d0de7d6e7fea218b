/** A small real store, copies of it to be damaged, and what becomes of one: noticed, harmless or wrong. */
import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { IntegrityFault, Outage } from '../../src/base/errors.ts';
import type { Database } from '../../src/database.ts';
import { open } from '../../src/open.ts';
import { createTableInput, item, readItems } from './item-load.ts';
import { AnsweredFault, inProcessCall, type JsonCall } from './json-call.ts';

export const tables = ['plain', 'managed', 'customer'] as const;
const itemsPerTable = 50;
/** An item of this content is longer than a page. */
const longContent = '0.0.1500';

/** What callers can see of a store. */
export type Answers = ReadonlyMap<string, string>;

/** `noticed`: by whom first. `wrong`: an answer that is neither right nor a fault of ours. */
export type Fate =
  | { readonly noticed: 'open' | 'read' | 'verify' }
  | { readonly wrong: string }
  | 'unnoticed';

export class SmallStore {
  readonly folder: string;
  readonly rootKey: string;

  /** Both stores of one test may have one root key. */
  constructor(folder: string, rootKey: string) {
    this.folder = folder;
    this.rootKey = rootKey;
  }

  open(folder = this.folder): Promise<Database> {
    return open(folder, { rootKey: { file: this.rootKey }, keyWatchIntervalMs: 86_400_000 });
  }

  /** Makes the tables, under three kinds of key. */
  async make(): Promise<void> {
    await this.#with(async (call) => {
      const { KeyMetadata } = await call('CreateKey', { Description: 'of customers' });
      const managed = { Enabled: true, SSEType: 'KMS' };
      const encryptions = [undefined, managed, { ...managed, KMSMasterKeyId: KeyMetadata.Arn }];
      for (const [index, table] of tables.entries()) {
        await call('CreateTable', { ...createTableInput(table), SSESpecification: encryptions[index] });
      }
    });
    await this.fill(0);
  }

  /** Writes every item anew; `round` tells the contents of one time from those of another. */
  async fill(round: number): Promise<void> {
    await this.#with(async (call) => {
      for (const table of tables) {
        const writes = Array.from({ length: itemsPerTable }, (_, index) => {
          const content = index === 0 ? longContent : `${round}.${index}.40`;
          return call('PutItem', { TableName: table, Item: item(String(index), content) });
        });
        await Promise.all(writes);
      }
    });
  }

  /** A copy to be damaged. */
  copyTo(folder: string): string {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { mode: 0o700 });
    cpSync(this.folder, folder, { recursive: true });
    return folder;
  }

  async answers(): Promise<Answers> {
    const database = await this.open();
    try {
      return await answersOf(inProcessCall(database));
    } finally {
      await database.close();
    }
  }

  /** Opens a damaged copy, asks it everything, and has it verified. */
  async fateOf(folder: string, right: Answers): Promise<Fate> {
    let database: Database;
    try {
      database = await this.open(folder);
    } catch (fault) {
      return isOurs(fault) ? { noticed: 'open' } : { wrong: `open: ${fault}` };
    }
    try {
      return await fateOfOpen(database, right);
    } finally {
      // What is damaged need not close without a word; a fault of another kind is a bug, and fails the test.
      await database.close().catch((fault) => {
        if (!isOurs(fault)) throw fault;
      });
    }
  }

  async #with(work: (call: JsonCall) => Promise<void>): Promise<void> {
    const database = await this.open();
    try {
      await work(inProcessCall(database));
    } finally {
      await database.close();
    }
  }
}

function isOurs(fault: unknown): boolean {
  return fault instanceof IntegrityFault || fault instanceof Outage;
}

async function fateOfOpen(database: Database, right: Answers): Promise<Fate> {
  const call = inProcessCall(database);
  let noticed = false;
  for (const ask of questions) {
    try {
      const answer = await ask(call);
      for (const [question, given] of answer) {
        if (right.get(question) !== given) return { wrong: `${question}: ${given}` };
      }
      const kinds = new Set([...answer.keys()].map((name) => name.split('/')[0]));
      const expected = [...right.keys()].filter((name) => kinds.has(name.split('/')[0]));
      if (expected.length !== answer.size) return { wrong: `${[...kinds]}: ${answer.size} answers` };
    } catch (fault) {
      if (!(fault instanceof AnsweredFault) || fault.status !== 500) return { wrong: `${fault}` };
      noticed = true;
    }
  }
  if (noticed) return { noticed: 'read' };
  const { faults, skipped } = await database.verify();
  if (skipped.length > 0) return { wrong: `verify skipped ${skipped.map(({ reason }) => reason)}` };
  return faults.length > 0 ? { noticed: 'verify' } : 'unnoticed';
}

const questions: readonly ((call: JsonCall) => Promise<Answers>)[] = [
  async (call) => new Map([['list/', (await call('ListTables', {})).TableNames.join()]]),
  async (call) => {
    const { Keys } = await call('ListKeys', {});
    return new Map([['keys/', Keys.map(({ KeyArn }: { KeyArn: string }) => KeyArn).join()]]);
  },
  ...tables.map((table) => async (call: JsonCall) => {
    const { Table } = await call('DescribeTable', { TableName: table });
    const { TableId, TableArn, SSEDescription } = Table;
    return new Map([[`table ${table}/`, JSON.stringify([TableId, TableArn, SSEDescription])]]);
  }),
  ...tables.map((table) => (call: JsonCall) => readItems(call, table)),
];

export async function answersOf(call: JsonCall): Promise<Answers> {
  const all = new Map<string, string>();
  for (const ask of questions) {
    for (const [question, answer] of await ask(call)) all.set(question, answer);
  }
  return all;
}
