/** The one source of time: everything that waits, expires or is dated asks a Clock. */

/** A timer that can be called off. */
export interface Timer {
  cancel(): void;
}

export interface Clock {
  /** Wall time in milliseconds since 1970, for dates that are shown or stored. */
  nowMs(): number;
  /** Time in milliseconds that never goes backwards, for ages inside this process. */
  monotonicMs(): number;
  /**
   * Calls `due` once after `delayMs`; such a timer never keeps the process alive. A promise that it gives back is for a clock
   * that stands still meanwhile: it never rejects.
   */
  after(delayMs: number, due: () => unknown): Timer;
  /** Tells a clock that stands still of work that no timer has begun, to wait for it too. It never rejects. */
  readonly track?: (work: Promise<unknown>) => void;
}

/** Of UTC, which has no other. */
export const dayMs = 86_400_000;

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  after: (delayMs, due) => {
    const timer = setTimeout(due, delayMs);
    timer.unref();
    return { cancel: () => clearTimeout(timer) };
  },
};
