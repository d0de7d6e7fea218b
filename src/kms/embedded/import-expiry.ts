/** Takes imported material away when it expires, also what expired while nobody ran. */
import type { Clock } from '../../base/clock.ts';
import type { Log } from '../../base/log.ts';
import { expiryOf, firstExpiryMs, withoutSecrets } from './import-state.ts';
import type { KeyRecord } from './key.ts';
import type { KeyRing } from './key-ring.ts';
import { KeySchedule } from './key-schedule.ts';

interface ImportExpiryParts {
  readonly clock: Clock;
  readonly ring: KeyRing;
  readonly log: Log;
  /** Wipes what is open of a key. */
  readonly wipe: (key: KeyRecord) => void;
}

export function importExpiry({ clock, ring, log, wipe }: ImportExpiryParts): KeySchedule {
  return new KeySchedule({
    clock,
    ring,
    log,
    dueMs: firstExpiryMs,
    change: (keys, nowMs) => ({
      keys: keys.map((key) =>
        withoutSecrets(key, (material) => (expiryOf(material) ?? Number.POSITIVE_INFINITY) <= nowMs),
      ),
    }),
    done: wipe,
    failure: 'Key material that expired could not be removed; trying again in a minute.',
  });
}
