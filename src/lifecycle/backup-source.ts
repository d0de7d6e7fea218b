/** The trees of a table as a backup holds them, opened with a ring of keys of their own. */
import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { CryptoCore } from '../crypto/core.ts';
import { TableKeys } from '../keys/table-keys.ts';
import type { Caller, KeyService } from '../kms/key-service.ts';
import { PageEngine } from '../pages/pages.ts';
import type { Tree } from '../pages/tree.ts';
import { identityOf, type TableRecord } from '../tables/catalog-record.ts';
import { type ManifestKey, openManifest } from './backup-manifest.ts';
import type { Borrowed } from './backups.ts';

export interface BackupSourceOptions {
  readonly core: CryptoCore;
  readonly service: KeyService;
  readonly manifestKey: ManifestKey;
  readonly clock: Clock;
  readonly log: Log;
}

export interface BackupTrees {
  readonly items: Tree;
  readonly past: Tree | undefined;
}

/** Of opened pages: each is read once. */
const cacheBytes = 2 ** 20;

/**
 * Runs `work` on the tree of the items, every one as it was at the commit that the backup is of, and on that of the changes
 * that led there, where the backup has it. Rejects as making the backup
 * does; refuses TableKeyRefused where the caller may not use the table's key, and throws IntegrityFault for changed pages.
 */
export async function withBackupItems<T>(
  { core, service, manifestKey, clock, log }: BackupSourceOptions,
  { caller, borrowed }: { readonly caller: Caller; readonly borrowed: Borrowed },
  work: (trees: BackupTrees, record: TableRecord) => Promise<T>,
): Promise<T> {
  const reader = await borrowed.open();
  const keys = new TableKeys({ core, service, clock, log, byCallersAlone: true });
  try {
    const { record, storeId, heads } = openManifest(manifestKey, borrowed.record.id, reader.manifest);
    keys.hold(identityOf(record), record.keys);
    await keys.holdForService(caller, record.id);
    const engine = PageEngine.open({ store: reader.pages(heads), storeId, clock, cacheBytes });
    try {
      const open = (tree: number) => engine.openTree(tree, keys.cipher(record.id, tree));
      const pastTree = borrowed.record.type === 'PASSING' ? record.past?.tree : undefined;
      const past = pastTree === undefined ? undefined : await open(pastTree);
      return await work({ items: await open(record.tree), past }, record);
    } finally {
      await engine.close();
    }
  } finally {
    keys.close();
    await reader.close();
  }
}
