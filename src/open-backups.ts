/** The backups of a store, and the restores from them: put together, and cleaned of what a process before this one left. */
import { join } from 'node:path';
import type { Clock } from './base/clock.ts';
import type { Log } from './base/log.ts';
import type { Closing } from './closing.ts';
import type { TableKeys } from './keys/table-keys.ts';
import type { EmbeddedKms } from './kms/embedded/embedded-kms.ts';
import type { KeyService } from './kms/key-service.ts';
import type { ManifestKey } from './lifecycle/backup-manifest.ts';
import { type BackupReport, verifyBackup } from './lifecycle/backup-verification.ts';
import { Backups } from './lifecycle/backups.ts';
import { PointInTime } from './lifecycle/point-in-time.ts';
import { Restores } from './lifecycle/restores.ts';
import type { PageStore } from './store/page-store.ts';
import type { Tables } from './tables/tables.ts';

export interface BackupOptions {
  /** The data folder; backups lie in one of their own within. */
  readonly dir: string;
  readonly store: PageStore;
  readonly storeId: Uint8Array;
  readonly kms: Pick<EmbeddedKms, 'core' | 'deriveKey'>;
  /** What tables ask for their keys. */
  readonly service: KeyService;
  readonly keys: TableKeys;
  readonly tables: Tables;
  readonly clock: Clock;
  readonly log: Log;
}

export interface OpenedBackups {
  readonly backups: Backups;
  readonly restores: Restores;
  readonly pointInTime: PointInTime;
  /** What seals the manifests of backups. */
  readonly manifestKey: ManifestKey;
  /** See verifyBackup. */
  readonly verify: (path: string) => Promise<BackupReport>;
}

const folderName = 'backups';
/** Throws IntegrityFault where the catalogue's records of backups are not what was written. */
export async function openBackups(
  { dir, store, storeId, kms, service, keys, tables, clock, log }: BackupOptions,
  closing: Closing,
): Promise<OpenedBackups> {
  const { core } = kms;
  const { copying, restoring } = tables;
  const key = closing.add(kms.deriveKey('backups'), (opened) => opened.destroy());
  const manifestKey = { core, key };
  await restoring.abandonAll();
  const folder = join(dir, folderName);
  const backups = closing.add(
    await Backups.open({ store, storeId, copying, keys, manifestKey, folder, clock, log }),
    (opened) => opened.stop(),
  );
  const restores = closing.add(
    new Restores({ backups, restoring, manifestKey, core, service, clock, log }),
    (opened) => opened.stop(),
  );
  const pointInTime = new PointInTime({ copying, restoring, backups, restores, clock });
  const verification = { manifestKey, core, service, clock, log };
  const verify = (path: string) => verifyBackup(verification, path);
  return { backups, restores, pointInTime, manifestKey, verify };
}
