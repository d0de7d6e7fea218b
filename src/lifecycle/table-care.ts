/** Looks after tables whose keys can be taken away: their status, their deadlines, and word to their owners. */
import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { TableKeys } from '../keys/table-keys.ts';
import { TrustedTime } from '../kms/embedded/trusted-time.ts';
import type { KeyService } from '../kms/key-service.ts';
import type { Tables } from '../tables/tables.ts';
import { Archive, type ArchiveBackups } from './archive.ts';
import { DeadlineWatch } from './deadline-watch.ts';
import { KeyWatch } from './key-watch.ts';
import { type NoticeOptions, openChannels } from './notice-channels.ts';
import { NoticeDispatch } from './notice-dispatch.ts';
import { TableLifecycle } from './table-lifecycle.ts';

export interface TableCareOptions {
  readonly tables: Pick<Tables, 'protectedTables' | 'statuses'>;
  readonly keys: Pick<TableKeys, 'findLoss'>;
  readonly backups: ArchiveBackups;
  readonly clock: Clock;
  readonly log: Log;
  readonly notices?: NoticeOptions | undefined;
  /** Tells of keys that change, where the key service does. Returns an unsubscribe. */
  readonly onKeyChange: KeyService['onKeyChange'];
  readonly keyWatchIntervalMs?: number | undefined;
  readonly keyWatchJitterMs?: number | undefined;
  /** Called after tables have lost their keys, or have them back. */
  readonly onStatusChange?: (() => void) | undefined;
}

export interface TableCare {
  readonly lifecycle: Pick<TableLifecycle, 'keyBack'>;
  /** What losses are dated by, and deadlines measured. */
  readonly time: TrustedTime;
  /** Resolves when nothing of it is under way any more. */
  stop(): Promise<void>;
}

/** Begins at once, with what fell due while the store was closed. Throws as openChannels does. */
export async function startTableCare({
  tables,
  keys,
  backups,
  clock,
  log,
  notices = {},
  onKeyChange,
  keyWatchIntervalMs: intervalMs,
  keyWatchJitterMs: jitterMs,
  onStatusChange,
}: TableCareOptions): Promise<TableCare> {
  const { statuses } = tables;
  const { channels, close } = await openChannels(notices, clock);
  const time = new TrustedTime(clock);
  const dispatch = new NoticeDispatch({ statuses, channels, clock, log });
  const lifecycle = new TableLifecycle({
    statuses,
    nowMs: () => time.nowMs(),
    log,
    onNotice: () => {
      dispatch.wake();
      onStatusChange?.();
    },
  });
  const pace = {
    ...(intervalMs !== undefined && { intervalMs }),
    ...(jitterMs !== undefined && { jitterMs }),
  };
  const watch = new KeyWatch({ tables, keys, lifecycle, clock, log, ...pace });
  const archive = new Archive({ backups, lifecycle });
  const deadlines = new DeadlineWatch({ statuses, lifecycle, keys, archive, clock, time, log });
  for (const part of [watch, deadlines, dispatch]) part.start();
  const unsubscribe = onKeyChange((keyArn) => watch.keyChanged(keyArn));
  return {
    lifecycle,
    time,
    stop: async () => {
      unsubscribe();
      await watch.stop();
      const stopping = deadlines.stop();
      // A backup may take long: it is made anew after the next start.
      await backups.stop();
      await stopping;
      await dispatch.stop();
      close();
    },
  };
}
