/** Does to keys what is due for them, also what fell due while nobody ran. */
import type { Clock, Timer } from '../../base/clock.ts';
import type { Log } from '../../base/log.ts';
import type { KeyRecord } from './key.ts';
import type { KeyRing, RingChange } from './key-ring.ts';
import { confirmationGapMs, TrustedTime } from './trusted-time.ts';

/** Timers hold no more than 24 days, and a wall clock may be set: look this often. */
const lookEveryMs = 3_600_000;
const retryMs = 60_000;

interface KeyScheduleParts {
  readonly clock: Clock;
  readonly ring: KeyRing;
  readonly log: Log;
  /** When something is due for a key; undefined: never, as things are. */
  readonly dueMs: (key: KeyRecord) => number | undefined;
  /** The change that does it to all keys that are due. */
  readonly change: (keys: readonly KeyRecord[], nowMs: number) => Omit<RingChange<unknown>, 'result'>;
  /** Called with each key, as it was before, once the change is durable. */
  readonly done: (key: KeyRecord) => void;
  /** What the log says where it could not be stored. */
  readonly failure: string;
}

export class KeySchedule {
  readonly #parts: KeyScheduleParts;
  readonly #time: TrustedTime;
  #timer: Timer | undefined;

  constructor(parts: KeyScheduleParts) {
    this.#parts = parts;
    this.#time = new TrustedTime(parts.clock);
  }

  /** Does what is due, then waits for the next. Throws what the storage throws. */
  async start(): Promise<void> {
    this.#timer?.cancel();
    const nowMs = this.#time.nowMs();
    if (this.#due(nowMs).length > 0) await this.#run(nowMs);
    this.#arm();
  }

  /** As start, for every later time: a fault of the storage is logged, and tried again. */
  async look(): Promise<void> {
    const { ring, log, failure } = this.#parts;
    try {
      await this.start();
    } catch (fault) {
      if (ring.closed) return;
      log.error({ fault }, failure);
      this.#wait(retryMs);
    }
  }

  close(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  async #run(nowMs: number): Promise<void> {
    const { ring, change, done } = this.#parts;
    const keys = await ring.change(() => {
      // Asked again here: a change that calls it off may have come first.
      const due = this.#due(nowMs);
      return { ...change(due, nowMs), result: due };
    });
    for (const key of keys) done(key);
  }

  #due(nowMs: number): readonly KeyRecord[] {
    const { ring, dueMs } = this.#parts;
    return [...ring.keys()].filter((key) => (dueMs(key) ?? Number.POSITIVE_INFINITY) <= nowMs);
  }

  #arm(): void {
    const { ring, dueMs } = this.#parts;
    if (ring.closed) return;
    let firstMs = Number.POSITIVE_INFINITY;
    for (const key of ring.keys()) firstMs = Math.min(firstMs, dueMs(key) ?? firstMs);
    if (firstMs === Number.POSITIVE_INFINITY) return;
    const lookMs = this.#time.inDoubt ? confirmationGapMs : lookEveryMs;
    this.#wait(Math.min(Math.max(0, firstMs - this.#time.nowMs()), lookMs));
  }

  #wait(delayMs: number): void {
    // Another look may have set one while this one was at work.
    this.#timer?.cancel();
    this.#timer = this.#parts.clock.after(delayMs, () => this.look());
  }
}
