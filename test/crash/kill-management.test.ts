/** kill -9 while tables are made, deleted and moved between keys, and keys switched; served and embedded. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { type JsonCall, jsonCall } from '../support/json-call.ts';
import { Ledger } from '../support/ledger.ts';
import { loadManagement, prepareManagement, readManagement } from '../support/management-load.ts';
import { serveProcess } from '../support/served-process.ts';
import { startStoreProcess } from '../support/store-process.ts';

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
    const server = await serveProcess(['--data', data, '--root-key', rootKey]);
    return { call: jsonCall(server.endpoint), kill: () => server.kill() };
  },
  embedded: async (data) => {
    const store = startStoreProcess();
    await store.open(data, rootKey);
    return store;
  },
};

for (const [way, start] of Object.entries(ways)) {
  test(
    `${kills} kills of a store that is ${way} leave tables, keys and pages as they should be`,
    async () => {
      const data = join(folder, way);
      let running = await start(data);
      const keys = await prepareManagement(running.call);
      const ledger = new Ledger();
      ledger.settle(await readManagement(running.call, keys));
      for (let life = 1; life <= kills; life++) {
        const end = ledger.acknowledged + 1 + ((life * 89) % acknowledgedPerLifeMax);
        let killed: Promise<void> | undefined;
        const isOver = () => {
          if (ledger.acknowledged >= end) killed ??= running.kill();
          return killed !== undefined;
        };
        await loadManagement({ call: running.call, ledger, keys, seed: life, isOver });
        await killed;
        running = await start(data);
        const found = await readManagement(running.call, keys);
        expect(ledger.contradictions(found), `after kill ${life}`).toEqual([]);
        ledger.settle(found);
      }
      await running.kill();
      const store = startStoreProcess();
      await store.open(data, rootKey);
      if ((await store.call('DescribeKey', { KeyId: keys.guard })).KeyMetadata.KeyState === 'Disabled') {
        await store.call('EnableKey', { KeyId: keys.guard });
      }
      const { faults, skipped } = await store.verify();
      expect({ faults, skipped }).toEqual({ faults: [], skipped: [] });
      await store.kill();
    },
    60_000 + kills * 10_000,
  );
}
