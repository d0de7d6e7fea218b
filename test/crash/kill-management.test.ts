/** kill -9 along every path that writes, all at once: the list is in test/support/write-paths.ts; served and embedded. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, test } from 'vitest';
import { jsonCall } from '../support/json-call.ts';
import { expectSound, type Life, loadAndKill } from '../support/killed-lives.ts';
import { serveProcess } from '../support/served-process.ts';
import { startStoreProcess } from '../support/store-process.ts';
import { writePaths } from '../support/write-paths.ts';

/** CI asks for 50, each way. */
const kills = Number(process.env.CRYPTABLE_KILLS ?? 3);
const acknowledgedPerLifeMax = 250;

const folder = mkdtempSync(join(tmpdir(), 'cryptable-management-'));
const rootKey = join(folder, 'root.key');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const ways: Readonly<Record<string, (data: string) => Promise<Life>>> = {
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

for (const [way, start] of Object.entries(ways)) {
  test(
    `${kills} kills of a store that is ${way} leave all that is written as it should be, and no half of it`,
    async () => {
      const data = join(folder, way);
      const paths = writePaths;
      await loadAndKill({ start: () => start(data), paths, kills, acknowledgedPerLifeMax });
      await expectSound(data, rootKey);
    },
    60_000 + kills * 10_000,
  );
}
