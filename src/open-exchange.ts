/** Exports and imports of a store: put together, and cleaned of what a process before this one left. */
import { decodeLine, decodeRow, encodeChangeLine, encodeLine } from './api/dynamodb/item-lines.ts';
import type { Clock } from './base/clock.ts';
import type { Log } from './base/log.ts';
import type { Closing } from './closing.ts';
import type { CryptoCore } from './crypto/core.ts';
import type { KeyService } from './kms/key-service.ts';
import type { ManifestKey } from './lifecycle/backup-manifest.ts';
import type { Backups } from './lifecycle/backups.ts';
import type { BucketFolders } from './lifecycle/bucket.ts';
import { TableExports } from './lifecycle/table-exports.ts';
import { TableImports } from './lifecycle/table-imports.ts';
import type { Tables } from './tables/tables.ts';

export interface ExchangeOptions {
  readonly core: CryptoCore;
  readonly manifestKey: ManifestKey;
  /** What tables ask for their keys. */
  readonly service: KeyService;
  readonly tables: Tables;
  readonly backups: Backups;
  readonly buckets: BucketFolders | undefined;
  readonly clock: Clock;
  readonly log: Log;
}

export interface OpenedExchange {
  readonly exports: TableExports;
  readonly imports: TableImports;
}

/** After the backups, whose opening takes half made tables away. */
export async function openExchange(
  { core, manifestKey, service, tables, backups, buckets = {}, clock, log }: ExchangeOptions,
  closing: Closing,
): Promise<OpenedExchange> {
  const { copying, restoring } = tables;
  const common = { buckets, clock, log };
  const exports = closing.add(
    await TableExports.open({
      ...common,
      copying,
      backups,
      encode: { item: encodeLine, change: encodeChangeLine },
      core,
      service,
      manifestKey,
    }),
    (opened) => opened.stop(),
  );
  const decode = { line: decodeLine, row: decodeRow };
  const imports = closing.add(await TableImports.open({ ...common, copying, restoring, decode }), (opened) =>
    opened.stop(),
  );
  return { exports, imports };
}
