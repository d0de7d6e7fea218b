/** Remembers signatures that were used, for as long as they could be used again. */
import type { Clock } from '../base/clock.ts';

export class ReplayGuard {
  readonly #clock: Clock;
  readonly #rememberMs: number;
  readonly #signaturesMax: number;
  /** Signature to the time it is forgotten; the oldest first. */
  readonly #used = new Map<string, number>();

  constructor(clock: Clock, { rememberMs = 10 * 60_000, signaturesMax = 200_000 } = {}) {
    this.#clock = clock;
    this.#rememberMs = rememberMs;
    this.#signaturesMax = signaturesMax;
  }

  /** False where the signature was used before. Past its size it forgets the oldest. */
  firstUse(signature: string): boolean {
    const nowMs = this.#clock.monotonicMs();
    for (const [old, untilMs] of this.#used) {
      if (untilMs > nowMs) break;
      this.#used.delete(old);
    }
    // Before room is made: the oldest may be the one that comes again.
    if (this.#used.has(signature)) return false;
    for (const old of this.#used.keys()) {
      if (this.#used.size < this.#signaturesMax) break;
      this.#used.delete(old);
    }
    this.#used.set(signature, nowMs + this.#rememberMs);
    return true;
  }
}
