/** How long a key service is waited for: a bound on each attempt, on their number, and on all of them together. */
import { MessageChannel } from 'node:worker_threads';
import type { Clock } from '../base/clock.ts';
import { AssertionFault, Outage, type OutageCode, Refusal } from '../base/errors.ts';

export interface PatienceLimits {
  readonly attemptsMax: number;
  /** Of one attempt. */
  readonly attemptMs: number;
  /** Of all attempts and the pauses between them. */
  readonly totalMs: number;
  /** The first pause is shorter than this, and each further one may be twice as long, up to the bound. */
  readonly pauseMs: number;
  readonly pauseMsMax: number;
  /** Whoever asks so soon after all attempts of another were in vain has one. */
  readonly restMs: number;
}

export const patienceLimits: PatienceLimits = {
  attemptsMax: 4,
  attemptMs: 2000,
  totalMs: 8000,
  pauseMs: 100,
  pauseMsMax: 1000,
  restMs: 1000,
};

/** Faults that say nothing of the question: the next attempt may succeed. */
const passing: ReadonlySet<OutageCode> = new Set([
  'KeyServiceUnavailable',
  'KeyServiceSlow',
  'KeyServiceThrottled',
]);

export interface PatienceOptions {
  readonly clock: Clock;
  readonly limits?: Partial<PatienceLimits> | undefined;
  /** Between 0 and 1: spreads attempts of many who failed at once. */
  readonly random?: () => number;
}

/** A question; its signal aborts when nobody waits any longer. */
export type Question<T> = (signal: AbortSignal) => Promise<T>;

export class Patience {
  readonly #clock: Clock;
  readonly #limits: PatienceLimits;
  readonly #random: () => number;
  readonly #closing = new AbortController();
  #restUntilMs = Number.NEGATIVE_INFINITY;

  constructor({ clock, limits = {}, random = Math.random }: PatienceOptions) {
    this.#clock = clock;
    this.#limits = { ...patienceLimits, ...limits };
    this.#random = random;
  }

  /**
   * The answer. Rejects with the Refusal or the Outage of the last attempt: KeyServiceSlow where it took too long,
   * Closed after `close`. `discard` is handed an answer that came when nobody waited for it any longer.
   */
  async ask<T>(question: Question<T>, discard: (late: T) => void): Promise<T> {
    const { attemptsMax, totalMs, restMs } = this.#limits;
    const startMs = this.#clock.monotonicMs();
    const endMs = startMs + totalMs;
    const attempts = startMs < this.#restUntilMs ? 1 : attemptsMax;
    // Timers of a Clock let the process end, which it must not while someone waits for the answer.
    const { port1: alive } = new MessageChannel();
    alive.ref();
    try {
      for (let attempt = 1; ; attempt++) {
        try {
          const answer = await this.#attempt(question, endMs, discard);
          this.#restUntilMs = Number.NEGATIVE_INFINITY;
          return answer;
        } catch (thrown) {
          const fault = faultOf(thrown);
          if (!(fault instanceof Outage && passing.has(fault.code))) throw fault;
          const pauseMs = this.#pauseMs(attempt);
          if (attempt >= attempts || this.#clock.monotonicMs() + pauseMs >= endMs) {
            this.#restUntilMs = this.#clock.monotonicMs() + restMs;
            throw fault;
          }
          await this.#pause(pauseMs);
        }
      }
    } finally {
      alive.close();
    }
  }

  /** Everyone who waits is told Closed, and so is everyone who asks later. A second call does nothing. */
  close(): void {
    this.#closing.abort();
  }

  #attempt<T>(question: Question<T>, endMs: number, discard: (late: T) => void): Promise<T> {
    const waitMs = Math.min(this.#limits.attemptMs, endMs - this.#clock.monotonicMs());
    const over = new AbortController();
    return new Promise<T>((resolve, reject) => {
      let isOver = false;
      const settle = (end: () => void) => {
        if (isOver) return;
        isOver = true;
        timer.cancel();
        this.#closing.signal.removeEventListener('abort', closed);
        end();
      };
      const giveUp = (fault: Outage) =>
        settle(() => {
          reject(fault);
          over.abort(fault);
        });
      const closed = () => giveUp(new Outage('Closed'));
      const timer = this.#clock.after(waitMs, () => giveUp(new Outage('KeyServiceSlow')));
      this.#closing.signal.addEventListener('abort', closed);
      if (this.#closing.signal.aborted) {
        closed();
        return;
      }
      // A question may throw before it has a promise.
      const asking = (async () => question(over.signal))();
      asking.then(
        (answer) => {
          if (isOver) discard(answer);
          settle(() => resolve(answer));
        },
        (fault: unknown) => settle(() => reject(fault)),
      );
    });
  }

  /** Anywhere from none to the longest, so that those who failed together do not come back together. */
  #pauseMs(attempt: number): number {
    const { pauseMs, pauseMsMax } = this.#limits;
    return this.#random() * Math.min(pauseMsMax, pauseMs * 2 ** (attempt - 1));
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const { signal } = this.#closing;
      const timer = this.#clock.after(ms, over);
      function over() {
        timer.cancel();
        signal.removeEventListener('abort', over);
        resolve();
      }
      // The next attempt finds it closed.
      signal.addEventListener('abort', over);
    });
  }
}

function faultOf(thrown: unknown): Error {
  const isOurs = thrown instanceof Refusal || thrown instanceof Outage || thrown instanceof AssertionFault;
  if (isOurs) return thrown;
  return new Outage('KeyServiceUnavailable', { cause: thrown });
}
