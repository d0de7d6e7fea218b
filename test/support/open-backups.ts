/** Backups and restores over the tables of a test, their files in a folder that goes with the test. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { silentLog } from '../../src/base/log.ts';
import { Closing } from '../../src/closing.ts';
import { type OpenedBackups, openBackups } from '../../src/open-backups.ts';
import { openTables, type TablesForTest, type TablesForTestOptions } from './open-tables.ts';

export interface BackupsForTest extends OpenedBackups {
  readonly site: TablesForTest;
  /** Where the files are. */
  readonly folder: string;
  /** As a new process has it, after closing all, or a crash. */
  restart(options?: { readonly crash?: boolean }): Promise<BackupsForTest>;
}

export async function openBackupsOf(options: TablesForTestOptions = {}): Promise<BackupsForTest> {
  const dir = mkdtempSync(join(tmpdir(), 'cryptable-backups-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return start(await openTables(options), dir);
}

async function start(site: TablesForTest, dir: string): Promise<BackupsForTest> {
  const closing = new Closing();
  const { kms, keys, tables, clock, memory } = site;
  const { store } = site.engine;
  const opened = await openBackups(
    { dir, store, storeId: memory.storeId, kms, service: kms, keys, tables, clock, log: silentLog },
    closing,
  );
  return {
    ...opened,
    site,
    folder: join(dir, 'backups'),
    restart: async ({ crash = false } = {}) => {
      if (!crash) await closing.close();
      return start(await site.restart({ crash }), dir);
    },
  };
}
