/** A clock that runs with the wall's and never goes back, nor behind any stamp that it was shown. */
import type { Clock } from '../../base/clock.ts';
import { Refusal } from '../../base/errors.ts';
import { compareStamps, countMax, type Stamp } from './stamp.ts';

/** A stamp that is further ahead of the wall clock is not believed: one wrong clock would carry all others away. */
export const aheadMsMax = 3_600_000;

/** One for all tables of a store: that it counts on for the one does the other no harm. */
export class HybridClock {
  readonly #clock: Clock;
  #ms = 0;
  #count = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Greater than every stamp that it gave or was shown. */
  next(region: string): Stamp {
    const nowMs = Math.floor(this.#clock.nowMs());
    if (nowMs > this.#ms) this.#set(nowMs, 0);
    else if (this.#count < countMax) this.#count++;
    else this.#set(this.#ms + 1, 0);
    return { ms: this.#ms, count: this.#count, region };
  }

  /** Not smaller than every stamp that it gave or was shown: what others are told to go on behind. */
  high(region: string): Stamp {
    const nowMs = Math.floor(this.#clock.nowMs());
    return nowMs > this.#ms ? { ms: nowMs, count: 0, region } : { ms: this.#ms, count: this.#count, region };
  }

  /** Goes on behind this stamp. */
  witness(stamp: Stamp): void {
    if (compareStamps(stamp, { ms: this.#ms, count: this.#count, region: stamp.region }) > 0) {
      this.#set(stamp.ms, stamp.count);
    }
  }

  /** Refuses ReplicaClockAhead for a stamp that another region's clock cannot rightly have made yet. */
  refuseAhead({ ms, region }: Stamp): void {
    if (ms > this.#clock.nowMs() + aheadMsMax) throw new Refusal('ReplicaClockAhead', { region });
  }

  #set(ms: number, count: number): void {
    this.#ms = ms;
    this.#count = count;
  }
}
