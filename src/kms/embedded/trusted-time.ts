/** What time it is when something cannot be undone: a wall clock that someone set does not decide alone (R-LIFE-1). */
import type { Clock } from '../../base/clock.ts';

/** A larger step forwards than this is not believed at once. */
const stepMsMax = 3_600_000;
const confirmationsMin = 2;
/** Confirmations count only this far apart, in time that nobody can set. */
export const confirmationGapMs = 60_000;

export class TrustedTime {
  readonly #clock: Clock;
  #trustedMs: number;
  #monotonicMs: number;
  #doubt: { confirmations: number; atMs: number } | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#trustedMs = clock.nowMs();
    this.#monotonicMs = clock.monotonicMs();
  }

  /** True while a leap of the wall clock waits to be confirmed: look again after `confirmationGapMs`. */
  get inDoubt(): boolean {
    return this.#doubt !== undefined;
  }

  /**
   * Never goes back, and never waits for a wall clock that was set back: time that passed in here counts. A leap forwards
   * of more than an hour counts after two more looks, a minute apart, that still see it.
   */
  nowMs(): number {
    const monotonicMs = this.#clock.monotonicMs();
    this.#trustedMs += monotonicMs - this.#monotonicMs;
    this.#monotonicMs = monotonicMs;
    const aheadMs = this.#clock.nowMs() - this.#trustedMs;
    if (aheadMs <= stepMsMax) {
      this.#doubt = undefined;
      this.#trustedMs += Math.max(0, aheadMs);
    } else if (this.#doubt === undefined) {
      this.#doubt = { confirmations: 0, atMs: monotonicMs };
    } else if (monotonicMs - this.#doubt.atMs >= confirmationGapMs) {
      this.#doubt = { confirmations: this.#doubt.confirmations + 1, atMs: monotonicMs };
      if (this.#doubt.confirmations >= confirmationsMin) {
        this.#doubt = undefined;
        this.#trustedMs += aheadMs;
      }
    }
    return this.#trustedMs;
  }
}
