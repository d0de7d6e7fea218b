/** Does the same work again and again, one round after another, for as long as the store is open. */
import type { Clock, Timer } from '../base/clock.ts';
import { type Log, silentLog } from '../base/log.ts';

export interface RoundsOptions {
  /** One round of it; where it rejects, that is logged, and the next round tries again. */
  readonly work: () => Promise<void>;
  /** From the end of one round to the next; a function is asked after each. */
  readonly intervalMs: number | (() => number);
  readonly clock: Clock;
  readonly log?: Log;
  /** A sentence for the log on what did not succeed. */
  readonly complaint: string;
}

export class Rounds {
  readonly #options: RoundsOptions;
  readonly #log: Log;
  #underWay: Promise<void> | undefined;
  #timer: Timer | undefined;
  #isStarted = false;

  constructor(options: RoundsOptions) {
    this.#options = options;
    this.#log = options.log ?? silentLog;
  }

  /** The first round begins at once: what fell due while nobody was there is done then. A second call does nothing. */
  start(): void {
    if (this.#isStarted) return;
    this.#isStarted = true;
    const first = this.#goAndWait();
    this.#options.clock.track?.(first);
  }

  /** No further round begins; resolves when the one under way has ended. */
  async stop(): Promise<void> {
    this.#isStarted = false;
    this.#timer?.cancel();
    await this.#underWay;
  }

  /** One round; joins one that is under way. Never rejects. */
  go(): Promise<void> {
    this.#underWay ??= this.#work().finally(() => {
      this.#underWay = undefined;
    });
    return this.#underWay;
  }

  async #work(): Promise<void> {
    try {
      await this.#options.work();
    } catch (fault) {
      this.#log.warn({ fault }, this.#options.complaint);
    }
  }

  #goAndWait(): Promise<void> {
    const { clock, intervalMs } = this.#options;
    return this.go().then(() => {
      this.#timer?.cancel();
      if (!this.#isStarted) return;
      const waitMs = typeof intervalMs === 'number' ? intervalMs : intervalMs();
      this.#timer = clock.after(waitMs, () => this.#goAndWait());
    });
  }
}
