/** Deletes keys when their waiting period is over, also one that ended while nobody ran. */
import { type Clock, dayMs } from '../../base/clock.ts';
import type { Log } from '../../base/log.ts';
import type { KeyRecord } from './key.ts';
import type { KeyRing } from './key-ring.ts';
import { KeySchedule } from './key-schedule.ts';
import { familyOf } from './multi-region-family.ts';

interface DeletionScheduleParts {
  readonly clock: Clock;
  readonly ring: KeyRing;
  readonly log: Log;
  /** Wipes what is open of a key. */
  readonly wipe: (key: KeyRecord) => void;
}

/** The waiting period of a primary key begins when the last of its replicas is gone. */
export function deletionSchedule({ clock, ring, log, wipe }: DeletionScheduleParts): KeySchedule {
  return new KeySchedule({
    clock,
    ring,
    log,
    dueMs: ({ deletionMs }) => deletionMs,
    change: (keys) => ({
      deletedKeys: keys.map((key) => ({ key, deletedMs: clock.nowMs() })),
      keys: primariesLeft(ring, keys).map((key) =>
        pendingDeletion(key, { fromMs: clock.nowMs(), windowDays: key.deletionWindowDays ?? 0 }),
      ),
    }),
    done: wipe,
    failure: 'Keys that are due could not be deleted; trying again in a minute.',
  });
}

/** The key, to be deleted when a waiting period from now is over. */
export function pendingDeletion(
  { deletionWindowDays: _, ...key }: KeyRecord,
  { fromMs, windowDays }: { fromMs: number; windowDays: number },
): KeyRecord {
  return { ...key, state: 'PendingDeletion', deletionMs: fromMs + windowDays * dayMs };
}

/** Primary keys that were to wait for their replicas, the last of which is going. */
function primariesLeft(ring: KeyRing, going: readonly KeyRecord[]): readonly KeyRecord[] {
  return [...ring.keys()].filter(
    (key) =>
      key.state === 'PendingReplicaDeletion' &&
      familyOf(ring, key).every((related) => related === key || going.includes(related)),
  );
}
