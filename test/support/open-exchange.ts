/** Exports and imports over the tables of a test, with a folder in the place of a bucket that goes with the test. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { silentLog } from '../../src/base/log.ts';
import { Closing } from '../../src/closing.ts';
import { type OpenedExchange, openExchange } from '../../src/open-exchange.ts';
import { type BackupsForTest, openBackupsOf } from './open-backups.ts';

export interface ExchangeForTest extends OpenedExchange {
  readonly base: BackupsForTest;
  /** Of the bucket `things`. */
  readonly bucket: string;
  /** As a new process has it, after closing all, or a crash. */
  restart(options?: { readonly crash?: boolean }): Promise<ExchangeForTest>;
}

export async function openExchangeOf(): Promise<ExchangeForTest> {
  const base = await openBackupsOf();
  const bucket = join(base.folder, '..', 'bucket');
  mkdirSync(bucket);
  return start(base, bucket);
}

async function start(base: BackupsForTest, bucket: string): Promise<ExchangeForTest> {
  const closing = new Closing();
  const { backups, manifestKey } = base;
  const { kms, tables, clock } = base.site;
  const buckets = { things: bucket };
  const opened = await openExchange(
    { core: kms.core, manifestKey, service: kms, tables, backups, buckets, clock, log: silentLog },
    closing,
  );
  return {
    ...opened,
    base,
    bucket,
    restart: async (options = {}) => {
      if (options.crash !== true) await closing.close();
      return start(await base.restart(options), bucket);
    },
  };
}
