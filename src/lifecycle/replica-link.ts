/** Follows one other region for one replica: as soon as there is news, again and again until all is there, and once in a while. */
import type { Clock, Timer } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { PullOutcome } from './replica-pull.ts';

/** From one look to the next, where the other side cannot tell of news. */
export const pullIntervalMs = 500;
/** The same where it can. Each look needs the keys of both tables: those of idle ones are not to be asked for all day. */
export const heartbeatMs = 3_600_000;
/** Between two tries while the other side, or one of the keys, is not there. */
export const pullRetryMsMax = 5_000;
/** The same once that has lasted: after so many tries, some twenty minutes. */
export const lastingRetryMs = 15_000;
const lastingTries = 250;

export interface ReplicaLinkOptions {
  /** For the log: the table, and both regions. */
  readonly names: { readonly table: string; readonly region: string; readonly from: string };
  readonly pull: () => Promise<PullOutcome>;
  readonly canTell: boolean;
  readonly clock: Clock;
  readonly log: Log;
  /** There is nothing to be followed any more. */
  readonly onEnded: () => void;
}

export class ReplicaLink {
  readonly #options: ReplicaLinkOptions;
  #timer: Timer | undefined;
  #running: Promise<void> | undefined;
  #hasNews = false;
  #isStopped = false;
  /** In a row. */
  #failures = 0;
  #isComplained = false;

  constructor(options: ReplicaLinkOptions) {
    this.#options = options;
  }

  /** There may be news. What has failed just now is tried again in its own time. */
  wake(): void {
    if (this.#failures > 0) return;
    this.#hasNews = true;
    void this.#go();
  }

  /** What has failed may not fail any more. */
  retry(): void {
    this.#failures = 0;
    this.wake();
  }

  /** No further step begins; resolves when the one under way has ended. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#timer?.cancel();
    await this.#running;
  }

  /** Joins what is under way. Never rejects. */
  #go(): Promise<void> {
    if (this.#isStopped) return Promise.resolve();
    if (this.#running !== undefined) return this.#running;
    this.#timer?.cancel();
    const running = this.#follow().finally(() => {
      this.#running = undefined;
      // What came in the last moment would else wait for the next look.
      if (this.#hasNews && this.#failures === 0) void this.#go();
    });
    this.#running = running;
    this.#options.clock.track?.(running);
    return running;
  }

  async #follow(): Promise<void> {
    const { clock, onEnded } = this.#options;
    let outcome: PullOutcome | 'failed' = 'more';
    while (!this.#isStopped && (outcome === 'more' || (outcome === 'whole' && this.#hasNews))) {
      this.#hasNews = false;
      outcome = await this.#step();
    }
    if (this.#isStopped) return;
    if (outcome === 'ended') {
      this.#isStopped = true;
      onEnded();
      return;
    }
    this.#timer = clock.after(this.#waitMs, () => this.#go());
  }

  get #waitMs(): number {
    if (this.#failures === 0) return this.#options.canTell ? heartbeatMs : pullIntervalMs;
    if (this.#failures > lastingTries) return lastingRetryMs;
    return Math.min(pullRetryMsMax, pullIntervalMs * 2 ** (this.#failures - 1));
  }

  async #step(): Promise<PullOutcome | 'failed'> {
    const { pull, log, names } = this.#options;
    try {
      const outcome = await pull();
      if (outcome === 'refused') this.#failures++;
      else this.#succeeded();
      return outcome;
    } catch (fault) {
      this.#failures++;
      // Its question was given up.
      if (this.#isStopped) return 'failed';
      // Once for each time that it is lost.
      if (!this.#isComplained) log.warn({ ...names, fault }, 'A replica cannot be followed; trying again.');
      this.#isComplained = true;
      return 'failed';
    }
  }

  #succeeded(): void {
    this.#failures = 0;
    if (this.#isComplained) this.#options.log.info(this.#options.names, 'A replica can be followed again.');
    this.#isComplained = false;
  }
}
