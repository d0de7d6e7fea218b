/** kill -9 while tables are exported and imported: each is whole, and told of so, or nothing of it is left. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, test } from 'vitest';
import { tableExports } from '../support/export-load.ts';
import { tableImports } from '../support/import-load.ts';
import { expectSound, loadAndKill } from '../support/killed-lives.ts';
import { startStoreProcess } from '../support/store-process.ts';

/** CI asks for 20: each life takes seconds. */
const kills = Number(process.env.CRYPTABLE_LIFECYCLE_KILLS ?? 5);
/** Several exports and imports end in that time, one after another. */
const acknowledgedPerLifeMax = 400;

const folder = mkdtempSync(join(tmpdir(), 'cryptable-exchange-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test(
  `${kills} kills while tables are exported and imported leave each whole or nothing of it`,
  async () => {
    const [data, rootKey] = [join(folder, 'data'), join(folder, 'root.key')];
    const bucket = { name: 'exchange', folder: join(folder, 'bucket') };
    mkdirSync(bucket.folder);
    const start = async () => {
      const store = startStoreProcess();
      await store.open(data, rootKey, { buckets: { [bucket.name]: bucket.folder } });
      return store;
    };
    const paths = [tableExports(bucket), tableImports(bucket)];
    await loadAndKill({ start, paths, kills, acknowledgedPerLifeMax });
    await expectSound(data, rootKey);
  },
  60_000 + kills * 15_000,
);
