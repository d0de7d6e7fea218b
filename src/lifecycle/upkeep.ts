/** What time does without being asked: items, records of streams, kept changes and backups whose time is up go. */
import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { Tables } from '../tables/tables.ts';
import type { Backups } from './backups.ts';
import { Rounds } from './rounds.ts';

/** AWS takes days. */
export const timeToLiveIntervalMsDefault = 10 * 60_000;
/** Records and changes that are too old are of no use from the moment on; this is about their place in the store. */
export const trimIntervalMs = 5 * 60_000;

/** They are given back when their table goes; this is for what a failure has left. */
export const grantIntervalMs = 60 * 60_000;
/** They are not shown from the moment on. */
export const backupIntervalMs = 60 * 60_000;

export interface UpkeepOptions {
  readonly tables: Pick<Tables, 'streams' | 'expiry' | 'grants' | 'pasts'>;
  readonly backups: Pick<Backups, 'expire'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly timeToLiveIntervalMs: number | undefined;
}

export interface Upkeep {
  /** Resolves when nothing of it is under way any more. */
  stop(): Promise<void>;
}

/** Begins at once, with what fell due while the store was closed. */
export function startUpkeep({
  tables,
  backups,
  clock,
  log,
  timeToLiveIntervalMs: intervalMs = timeToLiveIntervalMsDefault,
}: UpkeepOptions): Upkeep {
  const { expiry, streams, grants, pasts } = tables;
  const all = [
    new Rounds({
      work: () => expiry.sweep(),
      intervalMs,
      clock,
      log,
      complaint: 'Items whose time is up could not be removed.',
    }),
    new Rounds({
      work: () => streams.trim(),
      intervalMs: trimIntervalMs,
      clock,
      log,
      complaint: 'Records of streams that are too old could not be removed.',
    }),
    new Rounds({
      work: () => grants.retireOthers(),
      intervalMs: grantIntervalMs,
      clock,
      log,
      complaint: 'Grants that no table needs could not be given back.',
    }),
    new Rounds({
      work: () => pasts.trim(),
      intervalMs: trimIntervalMs,
      clock,
      log,
      complaint: 'Changes that are too old to be taken back could not be removed.',
    }),
    new Rounds({
      work: () => backups.expire(),
      intervalMs: backupIntervalMs,
      clock,
      log,
      complaint: 'Backups whose time is up could not be removed.',
    }),
  ];
  for (const rounds of all) rounds.start();
  return {
    stop: async () => {
      expiry.stop();
      streams.stop();
      pasts.stop();
      await Promise.all(all.map((rounds) => rounds.stop()));
    },
  };
}
