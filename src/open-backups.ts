/** The backups of a store, and the restores from them: put together, and cleaned of what a process before this one left. */
import { join } from 'node:path';
import type { Clock } from './base/clock.ts';
import type { Log } from './base/log.ts';
import type { Closing } from './closing.ts';
import type { TableKeys } from './keys/table-keys.ts';
import type { EmbeddedKms } from './kms/embedded/embedded-kms.ts';
import type { KeyService } from './kms/key-service.ts';
import { type BackupReport, verifyBackup } from './lifecycle/backup-verification.ts';
import { Backups } from './lifecycle/backups.ts';
import { PointInTime } from './lifecycle/point-in-time.ts';
import { Restores } from './lifecycle/restores.ts';
import { Rounds } from './lifecycle/rounds.ts';
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
  /** See verifyBackup. */
  readonly verify: (path: string) => Promise<BackupReport>;
}

const folderName = 'backups';
/** From one look at backups whose time is up to the next. They are not shown from the moment on. */
const expiryIntervalMs = 60 * 60_000;

/** Changes that are too old are of no use from the moment on; this is about their place in the store. */
const trimIntervalMs = 5 * 60_000;

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
  const complaint = 'Backups whose time is up could not be removed.';
  const rounds = new Rounds({
    work: () => backups.expire(),
    intervalMs: expiryIntervalMs,
    clock,
    log,
    complaint,
  });
  closing.add(rounds, (opened) => opened.stop());
  rounds.start();
  const trimming = new Rounds({
    work: () => tables.pasts.trim(),
    intervalMs: trimIntervalMs,
    clock,
    log,
    complaint: 'Changes that are too old to be taken back could not be removed.',
  });
  closing.add(trimming, (opened) => {
    tables.pasts.stop();
    return opened.stop();
  });
  trimming.start();
  const pointInTime = new PointInTime({ copying, restoring, backups, restores, clock });
  const verification = { manifestKey, core, service, clock, log };
  return { backups, restores, pointInTime, verify: (path) => verifyBackup(verification, path) };
}
