/** Deletes keys when their waiting period is over, also one that ended while nobody ran. */
import type { Clock, Timer } from '../../base/clock.ts';
import type { Log } from '../../base/log.ts';
import type { KeyRecord } from './key.ts';
import type { KeyRing } from './key-ring.ts';
import { confirmationGapMs, TrustedTime } from './trusted-time.ts';

/** Timers hold no more than 24 days, and a wall clock may be set: look this often. */
const lookEveryMs = 3_600_000;
const retryMs = 60_000;

interface DeletionScheduleParts {
  readonly clock: Clock;
  readonly ring: KeyRing;
  readonly log: Log;
  /** Wipes what is open of a key. */
  readonly wipe: (key: KeyRecord) => void;
}

export class DeletionSchedule {
  readonly #clock: Clock;
  readonly #ring: KeyRing;
  readonly #log: Log;
  readonly #wipe: (key: KeyRecord) => void;
  readonly #time: TrustedTime;
  #timer: Timer | undefined;

  constructor({ clock, ring, log, wipe }: DeletionScheduleParts) {
    this.#clock = clock;
    this.#ring = ring;
    this.#log = log;
    this.#wipe = wipe;
    this.#time = new TrustedTime(clock);
  }

  /** Deletes every key that is due, then waits for the next. Throws what the storage throws. */
  async start(): Promise<void> {
    this.#timer?.cancel();
    const nowMs = this.#time.nowMs();
    if (this.#due(nowMs).length > 0) await this.#delete(nowMs);
    this.#arm();
  }

  /** As start, for every later time: a fault of the storage is logged, and tried again. */
  async look(): Promise<void> {
    try {
      await this.start();
    } catch (fault) {
      if (this.#ring.closed) return;
      this.#log.error({ fault }, 'Keys that are due could not be deleted; trying again in a minute.');
      this.#wait(retryMs);
    }
  }

  close(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  async #delete(nowMs: number): Promise<void> {
    const gone = await this.#ring.change(() => {
      // Asked again here: a cancellation may have come first.
      const keys = this.#due(nowMs);
      const deletedKeys = keys.map((key) => ({ key, deletedMs: this.#clock.nowMs() }));
      return { deletedKeys, result: keys };
    });
    for (const key of gone) this.#wipe(key);
  }

  #due(nowMs: number): readonly KeyRecord[] {
    return [...this.#ring.keys()].filter((key) => key.deletionMs !== undefined && key.deletionMs <= nowMs);
  }

  #arm(): void {
    if (this.#ring.closed) return;
    let firstMs = Number.POSITIVE_INFINITY;
    for (const { deletionMs } of this.#ring.keys()) firstMs = Math.min(firstMs, deletionMs ?? firstMs);
    if (firstMs === Number.POSITIVE_INFINITY) return;
    const lookMs = this.#time.inDoubt ? confirmationGapMs : lookEveryMs;
    this.#wait(Math.min(Math.max(0, firstMs - this.#time.nowMs()), lookMs));
  }

  #wait(delayMs: number): void {
    // Another look may have set one while this one deleted.
    this.#timer?.cancel();
    this.#timer = this.#clock.after(delayMs, () => void this.look());
  }
}
