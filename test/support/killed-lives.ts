/** A store that lives again and again, each time until it is killed under load: what it holds after each is compared. */
import { expect } from 'vitest';
import type { JsonCall } from './json-call.ts';
import { Ledger } from './ledger.ts';
import { startStoreProcess } from './store-process.ts';
import type { PreparedPath, WritePath } from './write-path.ts';

export interface Life {
  readonly call: JsonCall;
  /** SIGKILL. */
  kill(): Promise<void>;
}

export interface KilledLives {
  readonly start: () => Promise<Life>;
  readonly paths: readonly WritePath[];
  readonly kills: number;
  /** The kill comes after so many writes were acknowledged, or fewer. */
  readonly acknowledgedPerLifeMax: number;
}

/** Fails a test where anything acknowledged is lost, or anything half done is left. */
export async function loadAndKill(options: KilledLives): Promise<void> {
  const { start, paths, kills, acknowledgedPerLifeMax } = options;
  let life = await start();
  const prepared: PreparedPath[] = [];
  for (const path of paths) prepared.push(await path.prepare(life.call));
  const ledger = new Ledger();
  ledger.settle(await readAll(prepared, life.call));
  for (let number = 1; number <= kills; number++) {
    const end = ledger.acknowledged + 1 + ((number * 89) % acknowledgedPerLifeMax);
    let killed: Promise<void> | undefined;
    const isOver = () => {
      if (ledger.acknowledged >= end) killed ??= life.kill();
      return killed !== undefined;
    };
    const course = { call: life.call, ledger, seed: number, isOver };
    await Promise.all(prepared.map((path) => path.load(course)));
    await killed;
    life = await start();
    const found = await readAll(prepared, life.call);
    expect(ledger.contradictions(found), `after kill ${number}`).toEqual([]);
    ledger.settle(found);
  }
  await life.kill();
}

/** Every page opens, also those under keys that were switched off. */
export async function expectSound(data: string, rootKey: string): Promise<void> {
  const store = startStoreProcess();
  await store.open(data, rootKey);
  await enableAllKeys(store.call);
  const { faults, skipped } = await store.verify();
  expect({ faults, skipped }).toEqual({ faults: [], skipped: [] });
  await store.kill();
}

async function readAll(paths: readonly PreparedPath[], call: JsonCall): Promise<ReadonlyMap<string, string>> {
  const found = await Promise.all(paths.map((path) => path.read(call)));
  return new Map(found.flatMap((contents) => [...contents]));
}

/** Pages under a key that is switched off cannot be verified. */
async function enableAllKeys(call: JsonCall): Promise<void> {
  const { Keys } = await call('ListKeys', {});
  for (const { KeyId } of Keys) {
    const { KeyMetadata } = await call('DescribeKey', { KeyId });
    if (KeyMetadata.KeyState === 'Disabled') await call('EnableKey', { KeyId });
  }
}
