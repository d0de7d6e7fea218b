/** The disk refuses writes when a store is closed and packs its log: the log stays, and nothing is lost. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { createTableInput, loadItems, readItems } from '../support/item-load.ts';
import { Ledger } from '../support/ledger.ts';
import { isSkipped } from '../support/linux-tools.ts';
import { startStoreProcess } from '../support/store-process.ts';
import { injectFaults } from '../support/syscall-faults.ts';

const table = 'load';
const writes = 40;

describe.skipIf(isSkipped('faults of packing', ['strace']))('a store that is closed while', () => {
  const folder = mkdtempSync(join(tmpdir(), 'cryptable-packing-'));
  const rootKey = join(folder, 'root.key');
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  for (const call of ['pwrite64', 'fsync,fdatasync', 'ftruncate']) {
    for (const index of [1, 3]) {
      test(`${call} is refused from number ${index} on says so, and has lost nothing`, async () => {
        const data = join(folder, `${call} ${index}`);
        const ledger = new Ledger();
        const first = startStoreProcess();
        await first.open(data, rootKey);
        await first.call('CreateTable', createTableInput(table));
        let sent = 0;
        await loadItems({ call: first.call, ledger, table, seed: index, isOver: () => sent++ >= writes });
        const files = ['store.sqlite', 'store.sqlite-wal'].map((name) => join(data, name));
        const injection = await injectFaults(first.pid, files, {
          call,
          error: 'EIO',
          index,
          isLasting: true,
        });
        const closed = await first.close().then(
          () => 'closed',
          (fault) => String(fault),
        );
        // Where fewer calls are made than are let through, closing is all right.
        if (injection.refused > 0) expect(closed).toMatch(/Outage StoreUnavailable/);
        else expect(closed).toBe('closed');
        expect(index > 1 || injection.refused > 0).toBe(true);
        await first.kill();
        await injection.end();
        const second = startStoreProcess();
        await second.open(data, rootKey);
        expect(ledger.contradictions(await readItems(second.call, table))).toEqual([]);
        const { faults, skipped } = await second.verify();
        expect({ faults, skipped }).toEqual({ faults: [], skipped: [] });
        await second.close();
        await second.kill();
      });
    }
  }
});
