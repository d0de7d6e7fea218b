/** kill -9 along every path that writes, all at once: the list is in test/support/write-paths.ts; served and embedded. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { type JsonCall, jsonCall } from '../support/json-call.ts';
import { Ledger } from '../support/ledger.ts';
import { serveProcess } from '../support/served-process.ts';
import { startStoreProcess } from '../support/store-process.ts';
import type { PreparedPath } from '../support/write-path.ts';
import { writePaths } from '../support/write-paths.ts';

/** CI asks for 50, each way. */
const kills = Number(process.env.CRYPTABLE_KILLS ?? 3);
const acknowledgedPerLifeMax = 250;

const folder = mkdtempSync(join(tmpdir(), 'cryptable-management-'));
const rootKey = join(folder, 'root.key');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Running {
  readonly call: JsonCall;
  kill(): Promise<void>;
}

const ways: Readonly<Record<string, (data: string) => Promise<Running>>> = {
  served: async (data) => {
    // Tables are put under other keys all the time.
    const quota = ['--key-change-quota', 'none'];
    const server = await serveProcess(['--data', data, '--root-key', rootKey, ...quota]);
    return { call: jsonCall(server.endpoint), kill: () => server.kill() };
  },
  embedded: async (data) => {
    const store = startStoreProcess();
    await store.open(data, rootKey);
    return store;
  },
};

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

for (const [way, start] of Object.entries(ways)) {
  test(
    `${kills} kills of a store that is ${way} leave all that is written as it should be, and no half of it`,
    async () => {
      const data = join(folder, way);
      let running = await start(data);
      const paths: PreparedPath[] = [];
      for (const path of writePaths) paths.push(await path.prepare(running.call));
      const ledger = new Ledger();
      ledger.settle(await readAll(paths, running.call));
      for (let life = 1; life <= kills; life++) {
        const end = ledger.acknowledged + 1 + ((life * 89) % acknowledgedPerLifeMax);
        let killed: Promise<void> | undefined;
        const isOver = () => {
          if (ledger.acknowledged >= end) killed ??= running.kill();
          return killed !== undefined;
        };
        const course = { call: running.call, ledger, seed: life, isOver };
        await Promise.all(paths.map((path) => path.load(course)));
        await killed;
        running = await start(data);
        const found = await readAll(paths, running.call);
        expect(ledger.contradictions(found), `after kill ${life}`).toEqual([]);
        ledger.settle(found);
      }
      await running.kill();
      const store = startStoreProcess();
      await store.open(data, rootKey);
      await enableAllKeys(store.call);
      const { faults, skipped } = await store.verify();
      expect({ faults, skipped }).toEqual({ faults: [], skipped: [] });
      await store.kill();
    },
    60_000 + kills * 10_000,
  );
}
