/** kill -9 while tables whose key stayed away are archived: the backup is whole before the data goes (R-LIFE-1). */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, test } from 'vitest';
import { archives, type LoadedClock } from '../support/archive-load.ts';
import { expectSound, loadAndKill } from '../support/killed-lives.ts';
import { type StoreProcess, startStoreProcess } from '../support/store-process.ts';

/** CI asks for 20: each life takes seconds. */
const kills = Number(process.env.CRYPTABLE_LIFECYCLE_KILLS ?? 3);
const acknowledgedPerLifeMax = 40;

const folder = mkdtempSync(join(tmpdir(), 'cryptable-archives-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test(
  `R-LIFE-1: ${kills} kills while tables are archived leave each archived, or as it was, and nothing besides`,
  async () => {
    const data = join(folder, 'data');
    const rootKey = join(folder, 'root.key');
    let clockMs = Date.UTC(2026, 0, 1);
    let store: StoreProcess | undefined;
    const start = async () => {
      store = startStoreProcess();
      await store.open(data, rootKey, { clockMs });
      return store;
    };
    // Also where the process dies meanwhile: time goes on.
    const clock: LoadedClock = {
      nowMs: () => clockMs,
      async advance(ms) {
        clockMs += ms;
        await store?.advance(ms);
      },
      async jump(ms) {
        clockMs += ms;
        await store?.jump(ms);
      },
    };
    const paths = [archives({ clock, data })];
    await loadAndKill({ start, paths, kills, acknowledgedPerLifeMax });
    await expectSound(data, rootKey);
  },
  60_000 + kills * 30_000,
);
