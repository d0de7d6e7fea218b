/** A clock that stands still until a test moves it: days pass in no time, and every timer fires in its order. */
import { type Clock, systemClock, type Timer } from '../base/clock.ts';

interface Waiting {
  readonly dueMs: number;
  readonly order: number;
  readonly due: () => unknown;
}

export class VirtualClock implements Clock {
  readonly #patienceMs: number;
  #wallMs: number;
  #monotonicMs = 0;
  #order = 0;
  readonly #waiting = new Set<Waiting>();
  /** What timers started and that has not ended. */
  readonly #underWay = new Set<Promise<unknown>>();

  /**
   * `patienceMs`: so long, in real time, work that a timer started is waited for; what lasts longer waits for time itself, or for
   * the test.
   */
  constructor(nowMs = Date.UTC(2026, 0, 1), { patienceMs = 0 }: { readonly patienceMs?: number } = {}) {
    this.#wallMs = nowMs;
    this.#patienceMs = patienceMs;
  }

  nowMs(): number {
    return this.#wallMs;
  }

  monotonicMs(): number {
    return this.#monotonicMs;
  }

  after(delayMs: number, due: () => unknown): Timer {
    const timer = { dueMs: this.#monotonicMs + Math.max(0, delayMs), order: this.#order++, due };
    this.#waiting.add(timer);
    return { cancel: () => this.#waiting.delete(timer) };
  }

  track(work: Promise<unknown>): void {
    this.#underWay.add(work);
    void work.finally(() => this.#underWay.delete(work));
  }

  /** How many timers wait: a closed thing must leave none. */
  get timers(): number {
    return this.#waiting.size;
  }

  /** Moves both times on, running what falls due on the way, also timers set by timers. */
  advance(ms: number): void {
    const endMs = this.#monotonicMs + ms;
    while (this.#runNext(endMs)) {
      // Each turn ran one timer.
    }
    this.#moveTo(endMs);
  }

  /** As advance, but lets promises and finished I/O go on after each timer: for work that a timer starts and that awaits. */
  async advanceAndSettle(ms: number): Promise<void> {
    const endMs = this.#monotonicMs + ms;
    await this.#settle();
    while (this.#runNext(endMs)) await this.#settle();
    this.#moveTo(endMs);
    await this.#settle();
  }

  /** The wall clock is set, forwards or backwards; monotonic time and timers know nothing of it. */
  jump(ms: number): void {
    this.#wallMs += ms;
  }

  #runNext(endMs: number): boolean {
    let next: Waiting | undefined;
    for (const timer of this.#waiting) {
      if (timer.dueMs > endMs) continue;
      if (next === undefined || timer.dueMs < next.dueMs) next = timer;
      else if (timer.dueMs === next.dueMs && timer.order < next.order) next = timer;
    }
    if (next === undefined) return false;
    this.#waiting.delete(next);
    this.#moveTo(next.dueMs);
    const started = next.due();
    if (started instanceof Promise) this.track(started);
    return true;
  }

  async #settle(): Promise<void> {
    await turn();
    const endMs = systemClock.monotonicMs() + this.#patienceMs;
    while (this.#underWay.size > 0 && systemClock.monotonicMs() < endMs) await turn();
  }

  #moveTo(monotonicMs: number): void {
    const stepMs = Math.max(0, monotonicMs - this.#monotonicMs);
    this.#monotonicMs += stepMs;
    this.#wallMs += stepMs;
  }
}

/** A few turns of the event loop, so that chains of promises that wait on each other come to rest. */
async function turn(): Promise<void> {
  for (let i = 0; i < 5; i++) await new Promise<void>((resolve) => setImmediate(resolve));
}
